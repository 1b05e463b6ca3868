// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/byte_source.hpp"
#include "pellucid/io/array.hpp"
#include "pellucid/io/output_file.hpp"

namespace pellucid::io {

/// An array that a file holds with its first axis, which counts samples, running fastest: entry
/// after entry of all samples.
struct FortranArray {
  std::uint64_t begin;  ///< place of the first element
  std::vector<Index> shape;
  std::size_t element;  ///< bytes
};

/// Samples from `first` on, as many as fill `out`, in C order: for each entry a run of the file.
void read_fortran(const ByteSource& file, const FortranArray& array, Index first,
                  std::span<std::byte> out);

/// The reverse.
void write_fortran(OutputFile& file, const FortranArray& array, Index first,
                   std::span<const std::byte> samples);

}  // namespace pellucid::io
