// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "io/input_file.hpp"
#include "pellucid/io/array_file.hpp"

namespace pellucid {

Index ArrayReader::samples() const { return Array{type_, shape_, {}}.samples(); }

std::vector<Index> ArrayReader::sample_shape() const {
  return Array{type_, shape_, {}}.sample_shape();
}

Index ArrayReader::dim() const { return Array{type_, shape_, {}}.dim(); }

Array ArrayReader::block(Index first, Index count) const {
  Array array{type_, shape_, {}};
  if (!shape_.empty()) {
    if (first < 0 || count < 0 || count > samples() - first) {
      throw Error(fmt::format("{}: samples {} to {} asked of {}: ask for fewer", label_, first,
                              first + count - 1, samples()));
    }
    array.shape.front() = count;
  } else {
    first = 0;
    count = 1;
  }
  array.bytes = io::allocate(label_, static_cast<std::uint64_t>(array.size()) * size_of(type_));
  read(first, count, array.bytes);
  return array;
}

Array ArrayReader::all() const { return block(0, samples()); }

}  // namespace pellucid
