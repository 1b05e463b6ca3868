// SPDX-License-Identifier: BSD-3-Clause
#include "io/standard_streams.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "io/input_file.hpp"
#include "pellucid/io/output_file.hpp"

namespace pellucid::io {
namespace {

constexpr std::size_t kPiece = 1 << 20;

std::filesystem::path temporary_folder() {
  std::error_code ignored;
  const auto folder = std::filesystem::temp_directory_path(ignored);
  return ignored ? std::filesystem::path("/tmp") : folder;
}

[[noreturn]] void fail_to_spool(const char* stream, int error) {
  fail(stream, fmt::format("cannot be kept in {} ({}): set TMPDIR to a folder with room",
                           temporary_folder().string(), std::generic_category().message(error)));
}

/// A file without a name, which goes with its descriptor.
class NamelessFile {
 public:
  NamelessFile() {
    std::string name = (temporary_folder() / "pellucid-XXXXXX").string();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail_to_spool(kStandardInput, errno);
    ::unlink(name.c_str());
  }
  NamelessFile(NamelessFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;
  NamelessFile& operator=(NamelessFile&&) = delete;
  ~NamelessFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  void append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail_to_spool(kStandardInput, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
  }

  [[nodiscard]] std::filesystem::path path() const {
    return fmt::format("/proc/self/fd/{}", descriptor_);
  }

 private:
  int descriptor_ = -1;
};

NamelessFile spool_standard_input() {
  if (::isatty(STDIN_FILENO) != 0) {
    fail(kStandardInput, "is a terminal: send data through a pipe, or name a file");
  }
  NamelessFile file;
  std::vector<std::byte> piece(kPiece);
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      fail(kStandardInput, fmt::format("cannot be read ({}): send data through a pipe",
                                       std::generic_category().message(errno)));
    }
    if (got == 0) return file;
    file.append(std::span(piece).first(static_cast<std::size_t>(got)));
  }
}

// A file sent to standard input needs no copy, unless part of it has been read.
bool is_whole_file() {
  struct stat status {};
  return ::fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) &&
         ::lseek(STDIN_FILENO, 0, SEEK_CUR) == 0 && ::access("/proc/self/fd/0", R_OK) == 0;
}

/// A folder that nobody else may enter, removed with what is in it.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::string name = (temporary_folder() / "pellucid-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) fail_to_spool(kStandardOutput, errno);
    path_ = name;
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path file() const { return path_ / "out"; }

 private:
  std::filesystem::path path_;
};

class SpooledWriter final : public ArrayWriter {
 public:
  explicit SpooledWriter(
      const std::function<std::unique_ptr<ArrayWriter>(const std::filesystem::path&)>& create)
      : out_(standard_output_path(), kStandardOutput), writer_(create(folder_.file())) {}

  void write(const Array& samples) override { writer_->write(samples); }

  void commit() override {
    writer_->commit();
    InputFile file(folder_.file(), kStandardOutput);
    std::vector<std::byte> piece(kPiece);
    while (file.remaining() > 0) {
      piece.resize(std::min<std::uint64_t>(piece.size(), file.remaining()));
      file.read(piece);
      out_.write(piece);
    }
    out_.commit();
  }

  [[nodiscard]] std::string remark() const override { return writer_->remark(); }

 private:
  OutputFile out_;
  PrivateFolder folder_;
  std::unique_ptr<ArrayWriter> writer_;
};

}  // namespace

std::filesystem::path standard_input_path() {
  if (is_whole_file()) return "/proc/self/fd/0";
  static const NamelessFile file = spool_standard_input();
  return file.path();
}

std::unique_ptr<ArrayWriter> create_spooled(
    const std::function<std::unique_ptr<ArrayWriter>(const std::filesystem::path&)>& create) {
  return std::make_unique<SpooledWriter>(create);
}

std::filesystem::path standard_output_path() { return "/dev/stdout"; }

}  // namespace pellucid::io
