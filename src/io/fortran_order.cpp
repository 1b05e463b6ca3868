// SPDX-License-Identifier: BSD-3-Clause
#include "io/fortran_order.hpp"

#include <algorithm>
#include <cstring>

namespace pellucid::io {
namespace {

// Runs closer than this are read together with what lies between them.
constexpr std::size_t kSmallGap = 4096;
constexpr std::size_t kReadTogether = 1 << 20;

/// Goes through the entries of a sample with the first axis running fastest, and tells where each
/// lies in C order.
class EntryWalk {
 public:
  explicit EntryWalk(std::span<const Index> shape) : shape_(shape) {
    stride_.resize(shape.size(), 1);
    for (std::size_t a = shape.size(); a-- > 1;) stride_[a - 1] = stride_[a] * shape[a];
    position_.resize(shape.size(), 0);
  }

  [[nodiscard]] Index place() const { return place_; }

  void next() {
    for (std::size_t a = 0; a < shape_.size(); ++a) {
      place_ += stride_[a];
      if (++position_[a] < shape_[a]) return;
      place_ -= stride_[a] * shape_[a];
      position_[a] = 0;
    }
  }

 private:
  std::span<const Index> shape_;
  std::vector<Index> stride_, position_;
  Index place_ = 0;
};

template <std::size_t bytes>
void copy_strided(const std::byte* from, std::size_t from_stride, std::byte* to,
                  std::size_t to_stride, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(to + i * to_stride, from + i * from_stride, bytes);
  }
}

void copy_elements(std::size_t element, const std::byte* from, std::size_t from_stride,
                   std::byte* to, std::size_t to_stride, std::size_t count) {
  switch (element) {
    case 1:
      return copy_strided<1>(from, from_stride, to, to_stride, count);
    case 2:
      return copy_strided<2>(from, from_stride, to, to_stride, count);
    case 4:
      return copy_strided<4>(from, from_stride, to, to_stride, count);
    case 8:
      return copy_strided<8>(from, from_stride, to, to_stride, count);
    default:
      return copy_strided<16>(from, from_stride, to, to_stride, count);
  }
}

/// Sizes in bytes: of a sample, of all samples' values of one entry, and of those in a block.
struct Sizes {
  Sizes(const FortranArray& array, Index first, std::size_t block) {
    Index entries = 1;
    for (std::size_t a = 1; a < array.shape.size(); ++a) entries *= array.shape[a];
    dim = static_cast<std::size_t>(entries);
    sample = dim * array.element;
    count = block / sample;
    run = count * array.element;
    column = static_cast<std::size_t>(array.shape.front()) * array.element;
    begin = array.begin + static_cast<std::uint64_t>(first) * array.element;
  }
  std::size_t dim, sample, count, run, column;
  std::uint64_t begin;
};

std::span<const Index> entry_axes(const FortranArray& array) {
  return std::span(array.shape).subspan(1);
}

}  // namespace

void read_fortran(const ByteSource& file, const FortranArray& array, Index first,
                  std::span<std::byte> out) {
  if (out.empty()) return;
  const Sizes sizes(array, first, out.size());
  const bool near = sizes.column - sizes.run <= std::max(sizes.run, kSmallGap);
  const std::size_t together =
      near ? std::clamp<std::size_t>(kReadTogether / sizes.column, 1, sizes.dim) : 1;
  std::vector<std::byte> buffer((together - 1) * sizes.column + sizes.run);
  EntryWalk walk(entry_axes(array));
  for (std::size_t j = 0; j < sizes.dim; j += together) {
    const std::size_t runs = std::min(together, sizes.dim - j);
    file.read_at(sizes.begin + j * sizes.column,
                 std::span(buffer).first((runs - 1) * sizes.column + sizes.run));
    for (std::size_t i = 0; i < runs; ++i, walk.next()) {
      copy_elements(array.element, buffer.data() + i * sizes.column, array.element,
                    out.data() + static_cast<std::size_t>(walk.place()) * array.element,
                    sizes.sample, sizes.count);
    }
  }
}

void write_fortran(OutputFile& file, const FortranArray& array, Index first,
                   std::span<const std::byte> samples) {
  if (samples.empty()) return;
  const Sizes sizes(array, first, samples.size());
  std::vector<std::byte> buffer(sizes.run);
  EntryWalk walk(entry_axes(array));
  for (std::size_t j = 0; j < sizes.dim; ++j, walk.next()) {
    copy_elements(array.element,
                  samples.data() + static_cast<std::size_t>(walk.place()) * array.element,
                  sizes.sample, buffer.data(), array.element, sizes.count);
    file.write_at(sizes.begin + j * sizes.column, buffer);
  }
}

}  // namespace pellucid::io
