// SPDX-License-Identifier: BSD-3-Clause
#include "report/png_bytes.hpp"

#include <zlib.h>

#include <cmath>
#include <new>
#include <string_view>

namespace pellucid::report {
namespace {

using Bytes = std::vector<std::uint8_t>;

void append_number(Bytes& bytes, std::uint32_t number) {
  for (const int shift : {24, 16, 8, 0})
    bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

// Length, name, contents, and a checksum of the last two.
void append_chunk(Bytes& file, std::string_view name, const Bytes& contents) {
  append_number(file, static_cast<std::uint32_t>(contents.size()));
  const std::size_t begin = file.size();
  file.insert(file.end(), name.begin(), name.end());
  file.insert(file.end(), contents.begin(), contents.end());
  const auto length = static_cast<uInt>(file.size() - begin);
  append_number(file, static_cast<std::uint32_t>(crc32(0, file.data() + begin, length)));
}

// Every row begins with the number of its filter: none.
Bytes compressed_rows(std::span<const std::uint8_t> pixels, std::size_t row_length, int effort) {
  Bytes rows;
  rows.reserve(pixels.size() + pixels.size() / row_length + 1);
  for (std::size_t begin = 0; begin < pixels.size(); begin += row_length) {
    rows.push_back(0);
    const auto row = pixels.subspan(begin, row_length);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  uLongf length = compressBound(rows.size());
  Bytes packed(length);
  if (compress2(packed.data(), &length, rows.data(), rows.size(), effort) != Z_OK)
    throw std::bad_alloc();
  packed.resize(length);
  return packed;
}

Bytes header(int width, int height, std::uint8_t colour_type) {
  Bytes contents;
  append_number(contents, static_cast<std::uint32_t>(width));
  append_number(contents, static_cast<std::uint32_t>(height));
  contents.insert(contents.end(), {8, colour_type, 0, 0, 0});
  return contents;
}

Bytes begin_file(const Bytes& head) {
  Bytes file = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  append_chunk(file, "IHDR", head);
  return file;
}

std::vector<std::byte> end_file(Bytes file, const Bytes& rows) {
  append_chunk(file, "IDAT", rows);
  append_chunk(file, "IEND", {});
  const auto bytes = std::as_bytes(std::span(file));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::vector<std::byte> indexed_png(std::span<const std::uint8_t> pixels, int width, int height,
                                   std::span<const Colour> palette) {
  Bytes file = begin_file(header(width, height, 3));
  Bytes colours;
  for (const Colour& colour : palette) colours.insert(colours.end(), colour.begin(), colour.end());
  append_chunk(file, "PLTE", colours);
  return end_file(std::move(file), compressed_rows(pixels, static_cast<std::size_t>(width), 9));
}

std::vector<std::byte> rgb_png(std::span<const std::uint8_t> pixels, int width, int height,
                               double dots_per_inch) {
  Bytes file = begin_file(header(width, height, 2));
  Bytes size;
  const auto dots_per_metre = static_cast<std::uint32_t>(std::lround(dots_per_inch / 0.0254));
  append_number(size, dots_per_metre);
  append_number(size, dots_per_metre);
  size.push_back(1);
  append_chunk(file, "pHYs", size);
  return end_file(std::move(file), compressed_rows(pixels, 3 * static_cast<std::size_t>(width), 6));
}

}  // namespace pellucid::report
