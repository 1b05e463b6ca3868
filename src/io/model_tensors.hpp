// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "pellucid/io/safetensors.hpp"
#include "pellucid/network/tensor.hpp"

namespace pellucid::io {

/// Takes tensors of a model file by name and checks their axes against each other. Lengths that
/// several tensors share, such as `N`, are fixed by the first one that is read.
class TensorReader {
 public:
  TensorReader(const std::filesystem::path& path, const SafeTensors& content)
      : path_(path), content_(content) {}

  /// Columns are the entries of the first axis, each with its other axes in C order. `axes` names
  /// the lengths, as in {"K", "N"}; complex `T` has a last axis of length 2 beyond them.
  template <class T>
  [[nodiscard]] Matrix<T> read(const std::string& name, const std::vector<std::string>& axes);

  /// A tensor of single precision as it is; marks it as read.
  [[nodiscard]] Tensor take_floats(const std::string& name);

  [[nodiscard]] bool has(const std::string& name) const { return content_.tensors.contains(name); }
  /// The number of axes of a tensor that there is, those of complex numbers included.
  [[nodiscard]] std::size_t axes(const std::string& name) const {
    return content_.tensors.at(name).shape.size();
  }
  /// Throws `Error` for a tensor that was not asked for, which may be a misspelt one.
  void require_all_read() const;

 private:
  [[noreturn]] void fail_tensor(const std::string& name, const std::string& what) const;
  void match(const std::string& name, const std::vector<Index>& shape,
             const std::vector<std::string>& axes, bool is_complex);

  const std::filesystem::path& path_;
  const SafeTensors& content_;
  std::map<std::string, Index> lengths_;
  std::set<std::string> read_;
};

/// The inverse: columns become the first axis, and complex numbers two.
template <class T>
[[nodiscard]] Array tensor_of(ConstBatch<T> columns, const std::vector<Index>& shape);

template <class T>
[[nodiscard]] Vector<T> read_vector(TensorReader& tensors, const std::string& name,
                                    const char* axis) {
  return tensors.read<T>(name, {axis}).transpose();
}

template <class T>
[[nodiscard]] Array vector_tensor(const Vector<T>& vector) {
  return tensor_of<T>(vector.transpose(), {vector.size()});
}

/// Files store matrices row by row and Eigen column by column: read as columns, a matrix is its
/// transpose, without conjugation.
template <class T>
[[nodiscard]] Array rows_tensor(const Matrix<T>& matrix) {
  const Matrix<T> transposed = matrix.transpose();
  return tensor_of<T>(transposed, {matrix.rows(), matrix.cols()});
}

/// `K` matrices `rows x cols` as one tensor, and back.
template <class T>
[[nodiscard]] Array matrices_tensor(const std::vector<Matrix<T>>& matrices) {
  const Index rows = matrices.front().rows(), cols = matrices.front().cols();
  Matrix<T> flat(rows * cols, static_cast<Index>(matrices.size()));
  for (std::size_t k = 0; k < matrices.size(); ++k) {
    Eigen::Map<Matrix<T>>(flat.col(static_cast<Index>(k)).data(), cols, rows) =
        matrices[k].transpose();
  }
  return tensor_of<T>(flat, {flat.cols(), rows, cols});
}
template <class T>
[[nodiscard]] std::vector<Matrix<T>> read_matrices(TensorReader& tensors, const std::string& name,
                                                   Index rows, const char* cols) {
  const Matrix<T> flat = tensors.read<T>(name, {"K", "N", cols});
  std::vector<Matrix<T>> matrices;
  for (Index k = 0; k < flat.cols(); ++k) {
    matrices.push_back(
        Eigen::Map<const Matrix<T>>(flat.col(k).data(), flat.rows() / rows, rows).transpose());
  }
  return matrices;
}

}  // namespace pellucid::io
