// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <matio.h>

#include <algorithm>

#include "io/layout.hpp"
#include "io/mat/mat5_classes.hpp"
#include "io/mat/mat_source.hpp"

namespace pellucid::io {
namespace {

struct CloseMat {
  void operator()(mat_t* file) const { Mat_Close(file); }
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using Variable = std::unique_ptr<matvar_t, CloseMat>;

std::string other_kind(matio_classes kind) {
  switch (kind) {
    case MAT_C_CHAR:
      return "text";
    case MAT_C_CELL:
      return "a cell array";
    case MAT_C_STRUCT:
      return "a struct";
    case MAT_C_SPARSE:
      return "a sparse matrix";
    case MAT_C_FUNCTION:
      return "a function";
    default:
      return "an object";
  }
}

const Mat5Class* numeric_class(const matvar_t& variable) {
  const auto* found = std::ranges::find(kMat5Classes, variable.class_type, &Mat5Class::kind);
  return found == kMat5Classes.end() ? nullptr : found;
}

MatVariable known_of(const matvar_t& variable) {
  MatVariable known;
  known.name = variable.name == nullptr ? "" : variable.name;
  const Mat5Class* kind = numeric_class(variable);
  if (kind == nullptr) {
    known.kind = other_kind(variable.class_type);
    return known;
  }
  if (variable.isComplex != 0 && kind->part != DType::float32 && kind->part != DType::float64) {
    known.kind = fmt::format("complex {}", name(kind->part));
    return known;
  }
  if (variable.rank < 0 || static_cast<std::size_t>(variable.rank) > kMostAxes ||
      (variable.rank > 0 && variable.dims == nullptr)) {
    refuse_damaged();
  }
  known.usable = true;
  known.type = kind->part;
  if (variable.isComplex != 0) {
    known.type = kind->part == DType::float32 ? DType::complex64 : DType::complex128;
  }
  known.shape.assign(variable.dims, variable.dims + variable.rank);
  known.compressed = variable.compression == MAT_COMPRESSION_ZLIB;
  describe(known);
  return known;
}

class Mat5Source final : public MatSource {
 public:
  explicit Mat5Source(const std::string& path) : file_(Mat_Open(path.c_str(), MAT_ACC_RDONLY)) {
    if (file_ == nullptr) {
      throw Refusal{"is no readable MATLAB file of version 5 to 7.3: copy or save the file again"};
    }
  }

  std::vector<MatVariable> list() override {
    std::vector<MatVariable> all;
    while (const Variable variable{Mat_VarReadNextInfo(file_.get())}) {
      if (all.size() == kMostVariables) refuse_many_variables();
      all.push_back(known_of(*variable));
    }
    return all;
  }

  Elements read(const MatVariable& wanted) override {
    Mat_Rewind(file_.get());
    variable_.reset(Mat_VarReadInfo(file_.get(), wanted.name.c_str()));
    if (variable_ == nullptr) refuse_damaged();
    const MatVariable found = known_of(*variable_);
    if (!found.usable || found.type != wanted.type || found.shape != wanted.shape) refuse_damaged();
    if (Mat_VarReadDataAll(file_.get(), variable_.get()) != 0) refuse_damaged();
    return elements(*byte_count(found.shape, part_of(found.type)));
  }

 private:
  [[nodiscard]] Elements elements(std::uint64_t part_bytes) const {
    const matvar_t& variable = *variable_;
    const Mat5Class* kind = numeric_class(variable);
    const std::size_t part = size_of(kind->part);
    if (variable.data == nullptr || variable.data_type != kind->stored ||
        variable.data_size != static_cast<int>(part) || variable.nbytes != part_bytes) {
      refuse_damaged();
    }
    const auto* data = static_cast<const std::byte*>(variable.data);
    if (variable.isComplex == 0) return {data, nullptr, part};
    const auto* split = static_cast<const mat_complex_split_t*>(variable.data);
    if (split->Re == nullptr || split->Im == nullptr) refuse_damaged();
    return {static_cast<const std::byte*>(split->Re), static_cast<const std::byte*>(split->Im),
            part};
  }

  std::unique_ptr<mat_t, CloseMat> file_;
  Variable variable_;
};

}  // namespace

std::unique_ptr<MatSource> open_mat5(const std::string& path) {
  return std::make_unique<Mat5Source>(path);
}

}  // namespace pellucid::io
