// SPDX-License-Identifier: BSD-3-Clause
#include "io/mat/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "io/input_file.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid::io {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHasSanitizer = true;
#elif defined(__has_feature)
constexpr bool kHasSanitizer = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kHasSanitizer = false;
#endif

constexpr int kPipe = 3;

// Handlers of the parent would report or handle what is no matter of the child.
void reset_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGSEGV, SIGBUS, SIGABRT,
                           SIGFPE, SIGILL, SIGXCPU}) {
    std::signal(signal, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The descriptors 0 to 2 lead nowhere, `kPipe` and `kKept` where they should, and others are shut:
// another program that waits for the end of a pipe of the parent should not wait for the child.
bool arrange_descriptors(int pipe, int kept) {
  // First out of the way of the numbers they will get.
  constexpr int kFree = Child::kKept + 1;
  const int nothing = ::fcntl(::open("/dev/null", O_RDWR), F_DUPFD, kFree);
  pipe = ::fcntl(pipe, F_DUPFD, kFree);
  if (kept >= 0) kept = ::fcntl(kept, F_DUPFD, kFree);
  if (nothing < 0 || pipe < 0) return false;
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::dup2(nothing, standard);
  }
  if (::dup2(pipe, kPipe) < 0) return false;
  if (kept >= 0 && ::dup2(kept, Child::kKept) < 0) return false;
  ::close_range(kept >= 0 ? Child::kKept + 1 : kPipe + 1, ~0U, 0);
  return true;
}

[[noreturn]] void run_child(pid_t parent, int pipe, int kept,
                            const std::function<void(int)>& work) {
  reset_signals();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (::getppid() != parent || !arrange_descriptors(pipe, kept)) ::_exit(1);
  try {
    work(kPipe);
  } catch (...) {
    ::_exit(1);
  }
  // Not exit: what the parent registered for its own end is not the child's.
  ::_exit(0);
}

std::uint64_t address_space() {
  std::uint64_t pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r"); file != nullptr) {
    char text[32] = "";
    if (std::fgets(text, sizeof text, file) != nullptr) pages = std::strtoull(text, nullptr, 10);
    std::fclose(file);
  }
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void set_soft_limit(int resource, std::uint64_t value) {
  rlimit limit{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(value, limit.rlim_max);
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
}

}  // namespace

Child::Child(std::string label, int kept, const std::function<void(int)>& work)
    : label_(std::move(label)) {
  int ends[2];
  const pid_t parent = ::getpid();
  if (::pipe2(ends, O_CLOEXEC) == 0) {
    pid_ = ::fork();
    if (pid_ == 0) run_child(parent, ends[1], kept, work);
    const int error = errno;
    ::close(ends[1]);
    pipe_ = ends[0];
    if (pid_ > 0) return;
    ::close(pipe_);
    errno = error;
  }
  fail(label_, fmt::format("cannot be handled, as no process can be started ({}): end other "
                           "programs first",
                           std::generic_category().message(errno)));
}

Child::~Child() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
  end();
}

// How it ended, as wait() tells it; -1 where the process's owner has that told to somebody else.
int Child::end() {
  if (pipe_ >= 0) ::close(std::exchange(pipe_, -1));
  const pid_t pid = std::exchange(pid_, -1);
  int status = -1;
  if (pid > 0) {
    while (::waitpid(pid, &status, 0) < 0) {
      if (errno != EINTR) return -1;
    }
  }
  return status;
}

void Child::set_deadline(std::chrono::seconds time) {
  deadline_ = std::chrono::steady_clock::now() + time;
}

void Child::read(std::span<std::byte> out) {
  while (!out.empty()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline_ - std::chrono::steady_clock::now());
    if (left.count() <= 0) fail_late();
    pollfd ready{pipe_, POLLIN, 0};
    const int events =
        ::poll(&ready, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1000)));
    if (events < 0 && errno != EINTR) fail_ended();
    if (events <= 0) continue;
    const ssize_t got = ::read(pipe_, out.data(), out.size());
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) fail_ended();
    if (got > 0) out = out.subspan(static_cast<std::size_t>(got));
  }
}

void Child::fail_late() {
  ::kill(pid_, SIGKILL);
  end();
  fail(label_,
       "is damaged or on a very slow disk (reading it took too long): copy or make the file "
       "again");
}

void Child::fail_ended() {
  const int status = end();
  const int signal = status != -1 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT) {
    throw Stopped();
  }
  if (signal == SIGXCPU) {
    fail(label_,
         "is damaged (the MATLAB library comes to no end with it): copy or make the file "
         "again");
  }
  if (signal == SIGKILL) {
    fail(label_,
         "cannot be handled (the system ended the process that did, perhaps for lack of "
         "memory): free memory or split the file");
  }
  fail(label_, fmt::format("is damaged (the MATLAB library crashed on it, {} {}): copy or make the "
                           "file again",
                           signal != 0 ? "signal" : "status",
                           signal != 0 ? signal : (status == -1 ? -1 : WEXITSTATUS(status))));
}

void limit_self(std::uint64_t memory_bytes, std::uint64_t processor_seconds) {
  // A sanitizer reserves terabytes of addresses and would be left with none.
  if (!kHasSanitizer) set_soft_limit(RLIMIT_AS, address_space() + memory_bytes);
  set_soft_limit(RLIMIT_CPU, processor_seconds);
}

bool send(int pipe, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::write(pipe, bytes.data(), bytes.size());
    if (sent < 0 && errno != EINTR) return false;
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace pellucid::io
