// SPDX-License-Identifier: BSD-3-Clause
#include "io/checked_writer.hpp"

#include <fmt/format.h>

#include "io/layout.hpp"

namespace pellucid::io {
namespace {

Index sample_count(const std::vector<Index>& shape) { return shape.empty() ? 1 : shape.front(); }

}  // namespace

CheckedWriter::CheckedWriter(std::string label, DType type, std::vector<Index> shape)
    : label_(std::move(label)), announced_{type, std::move(shape), {}} {
  if (announced_.shape.size() <= kMostAxes && byte_count(announced_.shape, type)) return;
  throw Error(fmt::format("{}: no file can hold an array of shape {}: write less", label_,
                          shape_text(announced_.shape)));
}

void CheckedWriter::write(const Array& samples) {
  const Index count = sample_count(samples.shape);
  if (samples.type != type() || samples.shape.size() != shape().size() ||
      samples.sample_shape() != announced_.sample_shape() ||
      count > sample_count(shape()) - written_) {
    throw Error(
        fmt::format("{}: {} of shape {} do not fit behind {} samples of {} of shape {}: "
                    "this is a bug, please report it",
                    label_, name(samples.type), shape_text(samples.shape), written_, name(type()),
                    shape_text(shape())));
  }
  put(samples);
  written_ += count;
  if (written_ == sample_count(shape())) complete();
}

void CheckedWriter::commit() {
  if (written_ != sample_count(shape())) {
    throw Error(fmt::format("{}: {} of {} samples were written: this is a bug, please report it",
                            label_, written_, sample_count(shape())));
  }
  finish();
}

}  // namespace pellucid::io
