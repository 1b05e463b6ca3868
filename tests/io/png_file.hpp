// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace pellucid::test {

inline std::string big_endian(std::uint32_t value, int bytes = 4) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> 8 * i & 0xff);
  return out;
}

inline std::string png_chunk(std::string_view type, std::string_view data) {
  const std::string body = std::string(type) + std::string(data);
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(static_cast<std::uint32_t>(sum));
}

inline std::string zlib_compressed(std::string_view text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
           text.size());
  out.resize(size);
  return out;
}

/// A PNG put together by hand. `rows` holds each row after its filter byte; `extra` are chunks
/// between header and data.
inline std::string png_file(std::uint32_t width, std::uint32_t height, int depth, int colour_type,
                            std::string_view rows, std::string_view extra = "", int interlace = 0) {
  const std::string header =
      big_endian(width) + big_endian(height) + big_endian(static_cast<std::uint32_t>(depth), 1) +
      big_endian(static_cast<std::uint32_t>(colour_type), 1) + std::string(2, '\0') +
      big_endian(static_cast<std::uint32_t>(interlace), 1);
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + std::string(extra) +
         png_chunk("IDAT", zlib_compressed(rows)) + png_chunk("IEND", "");
}

}  // namespace pellucid::test
