// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "io/output_path.hpp"

namespace pellucid {
namespace {

constexpr int kMostLinks = 40;

std::filesystem::path follow_links(std::filesystem::path path) {
  std::error_code ignored;
  for (int i = 0; i < kMostLinks && std::filesystem::is_symlink(path, ignored); ++i) {
    const auto next = std::filesystem::read_symlink(path, ignored);
    if (ignored) break;
    path = next.is_absolute() ? next : path.parent_path() / next;
  }
  return path;
}

std::FILE* open_descriptor(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
  if (descriptor < 0) return nullptr;
  std::FILE* file = ::fdopen(descriptor, "wb");
  if (file == nullptr) ::close(descriptor);
  return file;
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path, std::string label)
    : path_(label.empty() ? path : std::filesystem::path(std::move(label))) {
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) fail(errno);
  if (exists && S_ISDIR(status.st_mode)) fail(EISDIR);
  if (io::is_written_directly(path)) {
    target_ = path;
    file_ = open_descriptor(path, O_APPEND);
    if (file_ == nullptr) fail(errno);
    return;
  }
  if (path.filename().empty()) fail(EISDIR);
  // Renaming would replace a file that its owner has protected from writing.
  if (exists && ::access(path.c_str(), W_OK) != 0) fail(errno);
  target_ = follow_links(path);
  while (file_ == nullptr) {
    temporary_ = io::temporary_name(target_);
    file_ = open_descriptor(temporary_, O_CREAT | O_EXCL);
    if (file_ == nullptr && errno != EEXIST) {
      temporary_.clear();
      fail(errno);
    }
  }
  // A file that is replaced keeps its permissions; where they cannot be set, the usual ones do.
  if (exists && ::fchmod(::fileno(file_), status.st_mode & 07777) != 0) return;
}

OutputFile::~OutputFile() {
  if (file_ != nullptr) std::fclose(file_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::write(std::span<const std::byte> bytes) {
  if (file_ == nullptr) fail(EBADF);
  if (bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail(errno);
}

void OutputFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void OutputFile::write_at(std::uint64_t position, std::span<const std::byte> bytes) {
  if (file_ == nullptr) fail(EBADF);
  if (is_direct()) fail(ESPIPE);
  if (std::fflush(file_) != 0) fail(errno);
  while (!bytes.empty()) {
    const ssize_t put =
        ::pwrite(::fileno(file_), bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) fail(put < 0 ? errno : EIO);
    position += static_cast<std::uint64_t>(put);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void OutputFile::close() {
  if (file_ == nullptr) fail(EBADF);
  if (std::fflush(file_) != 0) fail(errno);
  // Pipes, devices and some file systems have nothing to synchronise and say so.
  if (::fsync(::fileno(file_)) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS) {
    fail(errno);
  }
  std::FILE* file = std::exchange(file_, nullptr);
  if (std::fclose(file) != 0) fail(errno);
}

void OutputFile::commit() {
  if (file_ != nullptr) close();
  if (temporary_.empty()) return;
  if (const int error = io::rename_lasting(temporary_, target_); error != 0) fail(error);
  temporary_.clear();
}

void OutputFile::fail(int error) const { io::fail_to_write(path_, error); }

}  // namespace pellucid
