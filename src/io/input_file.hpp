// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/byte_source.hpp"

namespace pellucid::io {

/// Throws `Error("PATH: what")`.
[[noreturn]] void fail(const std::filesystem::path& path, std::string_view what);

/// Text of a file made fit for a one-line message: control characters escaped, long text cut.
[[nodiscard]] std::string printable(std::string_view text);
/// True for a tensor's name that messages may show whole: at most 512 bytes, no control characters.
[[nodiscard]] bool is_readable_name(std::string_view name);

/// Memory for data of `path`; an `Error` naming the size where there is not enough.
[[nodiscard]] std::vector<std::byte> allocate(const std::filesystem::path& path,
                                              std::uint64_t bytes);

/// A regular file open for reading, whose length is known. Every failure throws `Error`, first word
/// the label: the path, or what the user knows the file by.
class InputFile final : public ByteSource {
 public:
  explicit InputFile(const std::filesystem::path& path) : InputFile(path, path.string()) {}
  InputFile(const std::filesystem::path& path, std::string label);

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  void read_at(std::uint64_t position, std::span<std::byte> out) const override;

  [[nodiscard]] std::uint64_t remaining() const { return size_ - position_; }
  /// Fills `out` with the next bytes; throws where the file ends before.
  void read(std::span<std::byte> out);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
};

}  // namespace pellucid::io
