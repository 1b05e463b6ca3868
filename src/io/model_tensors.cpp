// SPDX-License-Identifier: BSD-3-Clause
#include "io/model_tensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/float_tensors.hpp"
#include "io/input_file.hpp"

namespace pellucid::io {
namespace {

// Pairs of reals seen as complex numbers; the memory is the same.
Array as_complex(Array array) {
  array.shape.pop_back();
  array.type = array.type == DType::float32 ? DType::complex64 : DType::complex128;
  return array;
}

}  // namespace

void TensorReader::fail_tensor(const std::string& name, const std::string& what) const {
  fail(path_, fmt::format("tensor '{}' {}", printable(name), what));
}

void TensorReader::match(const std::string& name, const std::vector<Index>& shape,
                         const std::vector<std::string>& axes, bool is_complex) {
  const auto wrong = [&] {
    std::vector<std::string> due;
    for (const std::string& axis : axes) {
      const auto known = lengths_.find(axis);
      due.push_back(known == lengths_.end() ? axis : fmt::format("{} = {}", axis, known->second));
    }
    if (is_complex) due.emplace_back("2");
    fail_tensor(name, fmt::format("has shape {}, [{}] is due: correct its shape or the metadata "
                                  "'complex'",
                                  shape_text(shape), fmt::join(due, ", ")));
  };
  if (shape.size() != axes.size() + (is_complex ? 1 : 0)) wrong();
  if (is_complex && shape.back() != 2) wrong();
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (shape[a] < 1)
      fail_tensor(name,
                  fmt::format("is empty (shape {}): give at least one entry", shape_text(shape)));
    if (lengths_.contains(axes[a]) && lengths_[axes[a]] != shape[a]) wrong();
    lengths_[axes[a]] = shape[a];
  }
}

template <class T>
Matrix<T> TensorReader::read(const std::string& name, const std::vector<std::string>& axes) {
  const auto found = content_.tensors.find(name);
  if (found == content_.tensors.end()) {
    fail_tensor(name, fmt::format("is missing: store it with shape [{}{}]", fmt::join(axes, ", "),
                                  is_complex<T> ? ", 2" : ""));
  }
  const Array& array = found->second;
  if (array.type != DType::float32 && array.type != DType::float64) {
    fail_tensor(name, fmt::format("holds {}: store F32 or F64", pellucid::name(array.type)));
  }
  match(name, array.shape, axes, is_complex<T>);
  read_.insert(name);
  const std::string label = fmt::format("{}: tensor '{}'", path_.string(), name);
  if constexpr (is_complex<T>) {
    return to_samples<T>(as_complex(array), label);
  } else {
    return to_samples<T>(array, label);
  }
}

Tensor TensorReader::take_floats(const std::string& name) {
  const Array& array = content_.tensors.at(name);
  if (array.type != DType::float32) {
    fail_tensor(name, fmt::format("holds {}: store F32", pellucid::name(array.type)));
  }
  read_.insert(name);
  return network_tensor(array);
}

void TensorReader::require_all_read() const {
  for (const auto& [name, array] : content_.tensors) {
    if (read_.contains(name)) continue;
    fail_tensor(name,
                fmt::format("does not belong to this kind of model, which has {}: correct the "
                            "name or remove it",
                            fmt::join(read_, ", ")));
  }
}

template <class T>
Array tensor_of(ConstBatch<T> columns, const std::vector<Index>& shape) {
  Array array = from_samples<T>(columns, {columns.rows()});
  array.shape = shape;
  if constexpr (is_complex<T>) {
    array.type = array.type == DType::complex64 ? DType::float32 : DType::float64;
    array.shape.push_back(2);
  }
  return array;
}

template Matrix<double> TensorReader::read(const std::string&, const std::vector<std::string>&);
template Matrix<std::complex<double>> TensorReader::read(const std::string&,
                                                         const std::vector<std::string>&);
template Array tensor_of<double>(ConstBatch<double>, const std::vector<Index>&);
template Array tensor_of<std::complex<double>>(ConstBatch<std::complex<double>>,
                                               const std::vector<Index>&);

}  // namespace pellucid::io
