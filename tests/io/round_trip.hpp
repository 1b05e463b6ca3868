// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

#include "io/element_types.hpp"
#include "io/files.hpp"
#include "pellucid/io/array_file.hpp"

namespace pellucid::test {

inline constexpr DType kEveryType[] = {DType::int8,    DType::uint8,     DType::int16,
                                       DType::uint16,  DType::int32,     DType::uint32,
                                       DType::int64,   DType::uint64,    DType::float32,
                                       DType::float64, DType::complex64, DType::complex128};

/// Numbers over the whole range of a type, the same on every call.
template <class S>
S some_number(std::mt19937_64& random) {
  if constexpr (is_complex<S>) {
    const auto real = some_number<typename S::value_type>(random);
    return {real, some_number<typename S::value_type>(random)};
  } else if constexpr (std::is_integral_v<S>) {
    return static_cast<S>(random());
  } else {
    std::uniform_real_distribution<double> mantissa(-10, 10), exponent(-30, 30);
    return static_cast<S>(mantissa(random) * std::pow(10.0, exponent(random)));
  }
}

inline Array some_array(DType type, std::vector<Index> shape) {
  std::mt19937_64 random(1);
  const Index size = Array{type, shape, {}}.size();
  return io::with_element_type(type, [&](auto tag) {
    using S = typename decltype(tag)::type;
    std::vector<S> values;
    for (Index i = 0; i < size; ++i) values.push_back(some_number<S>(random));
    return array_of<S>(type, shape, values);
  });
}

inline Array slice(const Array& array, Index first, Index count) {
  Array part{array.type, array.shape, {}};
  part.shape.front() = count;
  const auto sample =
      static_cast<std::ptrdiff_t>(array.dim()) * static_cast<std::ptrdiff_t>(size_of(array.type));
  part.bytes.assign(array.bytes.begin() + first * sample,
                    array.bytes.begin() + (first + count) * sample);
  return part;
}

/// Writes in blocks; returns what the writer has to remark.
inline std::string write_blocks(const std::string& name, const Array& array,
                                const FileTraits* like = nullptr, Index block = 3) {
  const auto writer = create_array(name, array.type, array.shape, like);
  for (Index first = 0; first < array.samples(); first += block) {
    writer->write(slice(array, first, std::min(block, array.samples() - first)));
  }
  writer->commit();
  return writer->remark();
}

inline void expect_same(const Array& got, const Array& expected) {
  EXPECT_EQ(got.type, expected.type) << name(got.type) << " " << name(expected.type);
  EXPECT_EQ(got.shape, expected.shape);
  EXPECT_EQ(got.bytes, expected.bytes);
}

/// The whole and its blocks must be `expected` to the bit.
inline void expect_reads(const std::string& name, const Array& expected) {
  const auto reader = open_array(name);
  expect_same(reader->all(), expected);
  for (const Index block : {1, 2, 5}) {
    for (Index first = 0; first < expected.samples(); first += block) {
      const Index count = std::min(block, expected.samples() - first);
      expect_same(reader->block(first, count), slice(expected, first, count));
    }
  }
}

inline void expect_round_trip(const std::string& path, const Array& array,
                              const FileTraits* like = nullptr) {
  SCOPED_TRACE(path + " " + std::string(name(array.type)) + " " + shape_text(array.shape));
  for (const Index block : {Index{1}, Index{3}, array.samples()}) {
    write_blocks(path, array, like, std::max<Index>(block, 1));
    expect_reads(path, array);
  }
}

}  // namespace pellucid::test
