// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sndfile.h>

#include <span>
#include <vector>

namespace pellucid::io {

/// A file in memory for libsndfile to write to: headers are completed when all else is known, and
/// the result can then go anywhere, a pipe too.
class SoundMemory {
 public:
  [[nodiscard]] SNDFILE* open(SF_INFO& info);
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  static sf_count_t length(void* self);
  static sf_count_t seek(sf_count_t offset, int whence, void* self);
  static sf_count_t read(void* out, sf_count_t count, void* self);
  static sf_count_t write(const void* in, sf_count_t count, void* self);
  static sf_count_t tell(void* self);

  std::vector<std::byte> bytes_;
  sf_count_t position_ = 0;
};

}  // namespace pellucid::io
