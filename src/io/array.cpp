// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/array.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <numeric>

#include "io/element_types.hpp"

namespace pellucid {
namespace {

Index product(auto first, auto last) {
  return std::accumulate(first, last, Index{1}, std::multiplies<>{});
}

}  // namespace

std::size_t size_of(DType type) {
  return io::with_element_type(type, [](auto tag) { return sizeof(typename decltype(tag)::type); });
}

bool is_complex_type(DType type) { return type == DType::complex64 || type == DType::complex128; }

std::string_view name(DType type) {
  switch (type) {
    case DType::int8:
      return "int8";
    case DType::uint8:
      return "uint8";
    case DType::int16:
      return "int16";
    case DType::uint16:
      return "uint16";
    case DType::int32:
      return "int32";
    case DType::uint32:
      return "uint32";
    case DType::int64:
      return "int64";
    case DType::uint64:
      return "uint64";
    case DType::float32:
      return "float32";
    case DType::float64:
      return "float64";
    case DType::complex64:
      return "complex64";
    case DType::complex128:
      return "complex128";
  }
  return "unknown";
}

Index Array::size() const { return product(shape.begin(), shape.end()); }

Index Array::samples() const { return shape.empty() ? 0 : shape.front(); }

std::vector<Index> Array::sample_shape() const {
  if (shape.empty()) return {};
  return {shape.begin() + 1, shape.end()};
}

Index Array::dim() const { return shape.empty() ? 1 : product(shape.begin() + 1, shape.end()); }

std::string shape_text(const std::vector<Index>& shape) {
  if (shape.size() == 1) return fmt::format("({},)", shape.front());
  return fmt::format("({})", fmt::join(shape, ", "));
}

void require_samples(const Array& array, std::string_view label) {
  if (array.shape.empty()) {
    throw Error(fmt::format(
        "{}: holds a single number (shape ()): give an array whose first axis counts samples",
        label));
  }
  if (array.size() == 0) {
    throw Error(fmt::format("{}: is empty (shape {}): give at least one sample of one entry", label,
                            shape_text(array.shape)));
  }
}

}  // namespace pellucid
