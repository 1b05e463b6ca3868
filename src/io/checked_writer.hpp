// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <utility>

#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

/// What every writer asks of what it is given: type and sample shape as announced, and just as many
/// samples. An array without axes is written by one call.
class CheckedWriter : public ArrayWriter {
 public:
  /// Throws `Error`, first word `label`, for a shape that no file can hold.
  CheckedWriter(std::string label, DType type, std::vector<Index> shape);

  void write(const Array& samples) final;
  void commit() final;

 protected:
  [[nodiscard]] const std::string& label() const { return label_; }
  [[nodiscard]] DType type() const { return announced_.type; }
  [[nodiscard]] const std::vector<Index>& shape() const { return announced_.shape; }
  [[nodiscard]] Index written() const { return written_; }  ///< samples, before the present ones

 private:
  virtual void put(const Array& samples) = 0;
  /// All samples are there: the place to encode what is held, so that writers waiting for `commit`
  /// hold nothing.
  virtual void complete() {}
  virtual void finish() = 0;

  std::string label_;
  Array announced_;  // without elements
  Index written_ = 0;
};

}  // namespace pellucid::io
