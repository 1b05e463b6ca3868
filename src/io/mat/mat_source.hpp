// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "pellucid/io/array.hpp"

namespace pellucid::io {

/// A sentence that the parent puts the file's name before.
struct Refusal {
  std::string what;
};

struct MatVariable {
  std::string name;
  std::string kind;     ///< for people: "(4, 3) float32" or "text"
  bool usable = false;  ///< a numeric array; the rest is known then
  DType type = DType::float32;
  std::vector<Index> shape;  ///< as MATLAB shows it
  bool compressed = false;
};

/// Elements with the first axis fastest: part after part, `stride` bytes from one element to the
/// next; `imaginary` is nothing for real ones.
struct Elements {
  const std::byte* real = nullptr;
  const std::byte* imaginary = nullptr;
  std::size_t stride = 0;
};

/// A MATLAB file open in the child. What goes wrong is thrown as `Refusal`.
class MatSource {
 public:
  MatSource() = default;
  MatSource(const MatSource&) = delete;
  MatSource& operator=(const MatSource&) = delete;
  virtual ~MatSource() = default;

  static constexpr std::size_t kMostVariables = 10000;

  [[nodiscard]] virtual std::vector<MatVariable> list() = 0;
  /// The elements live as long as the source.
  [[nodiscard]] virtual Elements read(const MatVariable& variable) = 0;
};

/// Version 5 and before by matio, 7.3 by HDF5.
[[nodiscard]] std::unique_ptr<MatSource> open_mat5(const std::string& path);
[[nodiscard]] std::unique_ptr<MatSource> open_mat73(const std::string& path);

/// The type of an element's parts: itself where real.
[[nodiscard]] constexpr DType part_of(DType type) {
  if (type == DType::complex64) return DType::float32;
  if (type == DType::complex128) return DType::float64;
  return type;
}

/// Fills in `kind` of a numeric variable, after its type and shape.
void describe(MatVariable& variable);
[[noreturn]] void refuse_damaged();
[[noreturn]] void refuse_many_variables();

}  // namespace pellucid::io
