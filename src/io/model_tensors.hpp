// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "pellucid/io/safetensors.hpp"

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

  [[nodiscard]] bool has(const std::string& name) const { return content_.tensors.contains(name); }
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

}  // namespace pellucid::io
