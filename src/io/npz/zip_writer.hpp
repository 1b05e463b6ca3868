// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "io/deflate.hpp"
#include "pellucid/io/output_file.hpp"

namespace pellucid::io {

/// A zip archive of one member, of any size, written as its bytes come. The caller commits the
/// file.
class ZipWriter {
 public:
  ZipWriter(OutputFile& file, std::string member, bool compressed);

  void write(std::span<const std::byte> bytes);
  void finish();

 private:
  void put(std::span<const std::byte> packed);
  [[nodiscard]] std::string local_header() const;
  [[nodiscard]] std::string directory() const;
  [[nodiscard]] std::string end(std::uint64_t directory_begin, std::uint64_t directory_size) const;

  OutputFile& file_;
  std::string name_;
  std::uint16_t method_;
  std::optional<DeflateStream> deflate_;
  std::uint32_t check_sum_ = 0;
  std::uint64_t size_ = 0, packed_ = 0;
};

}  // namespace pellucid::io
