// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

/// A reader of a format that cannot be read in parts: the array is in memory.
class HeldArray final : public ArrayReader {
 public:
  HeldArray(std::string label, Array array, FileTraits traits)
      : ArrayReader(std::move(label), array.type, array.shape, std::move(traits)),
        bytes_(std::move(array.bytes)) {}

  void read(Index first, Index, std::span<std::byte> out) const override {
    const std::size_t sample = static_cast<std::size_t>(dim()) * size_of(type());
    if (!out.empty()) {
      std::memcpy(out.data(), bytes_.data() + static_cast<std::size_t>(first) * sample, out.size());
    }
  }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace pellucid::io
