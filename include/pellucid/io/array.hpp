// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pellucid/base/error.hpp"
#include "pellucid/base/types.hpp"

namespace pellucid {

enum class DType {
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float32,
  float64,
  complex64,
  complex128
};

[[nodiscard]] std::size_t size_of(DType type);
[[nodiscard]] bool is_complex_type(DType type);
[[nodiscard]] std::string_view name(DType type);  ///< NumPy's name, "float32"

/// The `DType` of a C++ type that samples come in.
template <class T>
[[nodiscard]] constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::float32;
  if constexpr (std::is_same_v<T, double>) return DType::float64;
  if constexpr (std::is_same_v<T, std::complex<float>>) return DType::complex64;
  if constexpr (std::is_same_v<T, std::complex<double>>) return DType::complex128;
}

/// An array as files hold it: native byte order, C order, element type known at run time only.
struct Array {
  DType type = DType::float32;
  std::vector<Index> shape;
  std::vector<std::byte> bytes;

  [[nodiscard]] Index size() const;                       ///< product of `shape`
  [[nodiscard]] Index samples() const;                    ///< the first axis counts samples
  [[nodiscard]] std::vector<Index> sample_shape() const;  ///< the other axes
  [[nodiscard]] Index dim() const;                        ///< entries of a sample
};

/// "(10000, 28, 28)".
[[nodiscard]] std::string shape_text(const std::vector<Index>& shape);

/// Throws `Error` for an array without samples: no axes, or an axis of length 0.
void require_samples(const Array& array, std::string_view label);

/// Samples `first ... first + count - 1` as columns. Integers become numbers without rescaling;
/// real data become complex with zero imaginary part. Throws `Error` for complex data into real
/// `T`, and for NaN or infinity, naming the entry's position in the array; `label` (the file's
/// name) starts the message.
template <class T>
[[nodiscard]] Matrix<T> to_samples(const Array& array, Index first, Index count,
                                   std::string_view label);
template <class T>
[[nodiscard]] Matrix<T> to_samples(const Array& array, std::string_view label) {
  return to_samples<T>(array, 0, array.samples(), label);
}

/// Columns of `samples` as an array of shape `(n, sample_shape...)` and `T`'s element type.
template <class T>
[[nodiscard]] Array from_samples(ConstBatch<T> samples, const std::vector<Index>& sample_shape);

/// Reads a whole array from any format Pellucid knows, as `open_array` of array_file.hpp does.
/// Throws `Error`, first word the path.
[[nodiscard]] Array read_array(const std::filesystem::path& path);

}  // namespace pellucid
