// SPDX-License-Identifier: BSD-3-Clause
#include "io/stored_array.hpp"

#include "io/fortran_order.hpp"
#include "io/layout.hpp"

namespace pellucid::io {

void StoredArray::read(Index first, Index, std::span<std::byte> out) const {
  const std::size_t element = size_of(layout_.type);
  if (layout_.fortran_order && layout_.shape.size() > 1) {
    read_fortran(*bytes_, {begin_, layout_.shape, element}, first, out);
  } else {
    bytes_->read_at(
        begin_ + static_cast<std::uint64_t>(first) * static_cast<std::uint64_t>(dim()) * element,
        out);
  }
  if (layout_.swapped) swap_byte_order(out, layout_.type);
}

}  // namespace pellucid::io
