// SPDX-License-Identifier: BSD-3-Clause
#include "io/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "io/input_file.hpp"

namespace pellucid::io {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 60;

template <class Word>
void swap_words(std::span<std::byte> bytes) {
  for (std::size_t i = 0; i + sizeof(Word) <= bytes.size(); i += sizeof(Word)) {
    Word word;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    if constexpr (sizeof word == 2) word = __builtin_bswap16(word);
    if constexpr (sizeof word == 4) word = __builtin_bswap32(word);
    if constexpr (sizeof word == 8) word = __builtin_bswap64(word);
    std::memcpy(bytes.data() + i, &word, sizeof word);
  }
}

}  // namespace

std::optional<std::uint64_t> byte_count(const std::vector<Index>& shape, DType type) {
  std::uint64_t product = size_of(type);
  bool empty = false;
  for (const Index length : shape) {
    if (length < 0) return std::nullopt;
    if (length == 0) {
      empty = true;
    } else if (static_cast<std::uint64_t>(length) > kMostBytes / product) {
      return std::nullopt;
    } else {
      product *= static_cast<std::uint64_t>(length);
    }
  }
  return empty ? 0 : product;
}

std::uint64_t claimed_bytes(const std::filesystem::path& path, const std::vector<Index>& shape,
                            DType type) {
  if (shape.size() > kMostAxes) {
    fail(path, fmt::format("header claims {} axes, {} at most: make the file again", shape.size(),
                           kMostAxes));
  }
  const auto bytes = byte_count(shape, type);
  if (bytes) return *bytes;
  const bool negative = std::any_of(shape.begin(), shape.end(), [](Index n) { return n < 0; });
  fail(path, fmt::format("header claims shape {} of {}, {}: make the file again", shape_text(shape),
                         name(type), negative ? "a negative length" : "more than any file holds"));
}

void swap_byte_order(std::span<std::byte> elements, DType type) {
  switch (size_of(type) / (is_complex_type(type) ? 2 : 1)) {
    case 2:
      return swap_words<std::uint16_t>(elements);
    case 4:
      return swap_words<std::uint32_t>(elements);
    case 8:
      return swap_words<std::uint64_t>(elements);
    default:
      return;
  }
}

}  // namespace pellucid::io
