// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "io/byte_source.hpp"
#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

/// How a file says that its elements lie in it.
struct StoredLayout {
  DType type = DType::float32;
  bool swapped = false;  ///< the file's byte order is not this machine's
  bool fortran_order = false;
  std::vector<Index> shape;
  bool half = false;  ///< the 16 bits are a number of half precision, `type` is uint16
};

/// An array whose elements lie uncompressed in a file or in memory, from `begin` on; blocks are
/// read from there as they are asked for. The caller has checked that all of it is there.
class StoredArray final : public ArrayReader {
 public:
  StoredArray(std::string label, std::shared_ptr<const ByteSource> bytes, std::uint64_t begin,
              const StoredLayout& layout, FileTraits traits)
      : ArrayReader(std::move(label), layout.type, layout.shape, std::move(traits)),
        bytes_(std::move(bytes)),
        begin_(begin),
        layout_(layout) {}

  void read(Index first, Index count, std::span<std::byte> out) const override;

 private:
  std::shared_ptr<const ByteSource> bytes_;
  std::uint64_t begin_;
  StoredLayout layout_;
};

}  // namespace pellucid::io
