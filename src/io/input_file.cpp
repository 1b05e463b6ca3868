// SPDX-License-Identifier: BSD-3-Clause
#include "io/input_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
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

std::vector<std::byte> allocate(const std::filesystem::path& path, std::uint64_t bytes) {
  try {
    return std::vector<std::byte>(bytes);
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  }
  fail(path, fmt::format("needs {} bytes of memory, more than there is: split the file", bytes));
}

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)) {
  // Asked before opening, which would wait for ever on a pipe that nobody writes to.
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) fail_to_open(path_, errno);
  if (S_ISDIR(status.st_mode)) fail(path_, "is a folder: name a file");
  if (!S_ISREG(status.st_mode)) fail(path_, "is not a regular file: copy the data to one first");
  file_.reset(std::fopen(path_.c_str(), "rb"));
  if (file_ == nullptr) fail_to_open(path_, errno);
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void InputFile::read(std::span<std::byte> out) {
  if (out.empty()) return;
  if (out.size() > remaining()) {
    fail(path_, fmt::format("is truncated ({} bytes, at least {} expected): copy or make it again",
                            size_, position_ + out.size()));
  }
  if (std::fread(out.data(), 1, out.size(), file_.get()) != out.size()) {
    fail_to_open(path_, errno != 0 && std::ferror(file_.get()) != 0 ? errno : EIO);
  }
  position_ += out.size();
}

}  // namespace pellucid::io
