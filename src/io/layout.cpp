// SPDX-License-Identifier: BSD-3-Clause
#include "io/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "io/input_file.hpp"

namespace pellucid::io {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 60;

// Walks the result in order; `source` follows by the strides of the other order.
void gather(const std::vector<Index>& shape, std::size_t element, const std::byte* in,
            std::byte* out, Index count) {
  const std::size_t axes = shape.size();
  std::vector<Index> stride(axes, 1);
  for (std::size_t a = 1; a < axes; ++a) stride[a] = stride[a - 1] * shape[a - 1];
  std::vector<Index> position(axes, 0);
  Index source = 0;
  for (Index i = 0; i < count; ++i) {
    std::memcpy(out + i * static_cast<Index>(element), in + source * static_cast<Index>(element),
                element);
    for (std::size_t a = axes; a-- > 0;) {
      source += stride[a];
      if (++position[a] < shape[a]) break;
      source -= stride[a] * shape[a];
      position[a] = 0;
    }
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

void swap_byte_order(Array& array) {
  const std::size_t part = size_of(array.type) / (is_complex_type(array.type) ? 2 : 1);
  if (part == 1) return;
  for (std::size_t i = 0; i + part <= array.bytes.size(); i += part) {
    std::reverse(array.bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 array.bytes.begin() + static_cast<std::ptrdiff_t>(i + part));
  }
}

void from_fortran_order(Array& array) {
  if (array.shape.size() < 2 || array.bytes.empty()) return;
  std::vector<std::byte> ordered(array.bytes.size());
  gather(array.shape, size_of(array.type), array.bytes.data(), ordered.data(), array.size());
  array.bytes = std::move(ordered);
}

}  // namespace pellucid::io
