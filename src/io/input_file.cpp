// SPDX-License-Identifier: BSD-3-Clause
#include "io/input_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>
#include <system_error>

#include "pellucid/base/error.hpp"

namespace pellucid::io {
namespace {

constexpr std::size_t kLongestQuote = 60;

std::string mend_of(int error) {
  switch (error) {
    case ENOENT:
      return "check the name";
    case EACCES:
      return "check the permissions";
    default:
      return "check the file";
  }
}

[[noreturn]] void fail_to_open(const std::filesystem::path& path, int error) {
  fail(path, fmt::format("cannot be read ({}): {}", std::generic_category().message(error),
                         mend_of(error)));
}

}  // namespace

void fail(const std::filesystem::path& path, std::string_view what) {
  throw Error(fmt::format("{}: {}", path.string(), what));
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kLongestQuote)) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7f) {
      out += fmt::format("\\x{:02x}", code);
    } else {
      out += c;
    }
  }
  return text.size() > kLongestQuote ? out + "..." : out;
}

bool is_readable_name(std::string_view name) {
  constexpr std::size_t longest = 512;
  return name.size() <= longest && std::none_of(name.begin(), name.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

std::vector<std::byte> allocate(const std::filesystem::path& path, std::uint64_t bytes) {
  try {
    return std::vector<std::byte>(bytes);
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  }
  fail(path, fmt::format("needs {} bytes of memory, more than there is: split the file", bytes));
}

void ByteSource::require(std::uint64_t position, std::uint64_t count) const {
  if (position <= size() && count <= size() - position) return;
  fail(label_, fmt::format("is truncated ({} bytes, at least {} expected): copy or make it again",
                           size(), position + count));
}

void MemoryBytes::read_at(std::uint64_t position, std::span<std::byte> out) const {
  require(position, out.size());
  if (!out.empty()) std::memcpy(out.data(), bytes_.data() + position, out.size());
}

InputFile::InputFile(const std::filesystem::path& path, std::string label)
    : ByteSource(std::move(label)) {
  // Asked before opening, which would wait for ever on a pipe that nobody writes to.
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail_to_open(this->label(), errno);
  if (S_ISDIR(status.st_mode)) fail(this->label(), "is a folder: name a file");
  if (!S_ISREG(status.st_mode)) {
    fail(this->label(), "is not a regular file: copy the data to one first");
  }
  file_.reset(std::fopen(path.c_str(), "rbe"));
  if (file_ == nullptr) fail_to_open(this->label(), errno);
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void InputFile::read(std::span<std::byte> out) {
  if (out.empty()) return;
  require(position_, out.size());
  if (std::fread(out.data(), 1, out.size(), file_.get()) != out.size()) {
    fail_to_open(label(), errno != 0 && std::ferror(file_.get()) != 0 ? errno : EIO);
  }
  position_ += out.size();
}

void InputFile::read_at(std::uint64_t position, std::span<std::byte> out) const {
  require(position, out.size());
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(::fileno(file_.get()), out.data() + done, out.size() - done,
                                static_cast<off_t>(position + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_to_open(label(), errno);
    if (got == 0) fail(label(), "became shorter while it was read: copy or make it again");
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace pellucid::io
