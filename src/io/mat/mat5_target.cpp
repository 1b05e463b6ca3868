// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <matio.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "io/mat/fortran_walk.hpp"
#include "io/mat/mat5_classes.hpp"
#include "io/mat/mat_source.hpp"
#include "io/mat/mat_target.hpp"

namespace pellucid::io {
namespace {

// matio's own would tell the time of day.
constexpr const char* kHeader = "MATLAB 5.0 MAT-file, written by Pellucid";

/// The first axis fastest, real and imaginary parts apart.
struct SplitArray {
  std::vector<std::byte> real, imaginary;

  explicit SplitArray(const Array& array) {
    const std::size_t part = size_of(part_of(array.type)), whole = size_of(array.type);
    const auto count = static_cast<std::size_t>(array.size());
    real.resize(count * part);
    if (whole != part) imaginary.resize(count * part);
    FortranWalk walk(array.shape);
    const std::byte* in = array.bytes.data();
    for (std::size_t i = 0; i < count; ++i, in += whole, walk.next()) {
      const std::size_t at = static_cast<std::size_t>(walk.place()) * part;
      std::memcpy(real.data() + at, in, part);
      if (whole != part) std::memcpy(imaginary.data() + at, in + part, part);
    }
  }
};

}  // namespace

std::string write_mat5(const std::string& path, const Array& array, const MatTarget& target) {
  SplitArray split(array);
  const auto* kind = std::ranges::find(kMat5Classes, part_of(array.type), &Mat5Class::part);
  std::vector<std::size_t> lengths(array.shape.begin(), array.shape.end());
  const bool is_complex = is_complex_type(array.type);
  mat_complex_split_t parts{split.real.data(), split.imaginary.data()};
  void* data = is_complex ? static_cast<void*>(&parts) : split.real.data();
  mat_t* file = Mat_CreateVer(path.c_str(), kHeader, MAT_FT_MAT5);
  if (file == nullptr) return "matio cannot make the file";
  matvar_t* variable = Mat_VarCreate(target.variable.c_str(), kind->kind, kind->stored,
                                     static_cast<int>(lengths.size()), lengths.data(), data,
                                     MAT_F_DONT_COPY_DATA | (is_complex ? MAT_F_COMPLEX : 0));
  const auto compression = target.compressed ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE;
  const int written = variable == nullptr ? -1 : Mat_VarWrite(file, variable, compression);
  Mat_VarFree(variable);
  const int closed = Mat_Close(file);
  if (written == 0 && closed == 0) return {};
  return fmt::format("matio's codes {} and {}", written, closed);
}

}  // namespace pellucid::io
