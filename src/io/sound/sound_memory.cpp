// SPDX-License-Identifier: BSD-3-Clause
#include "io/sound/sound_memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>

namespace pellucid::io {

SNDFILE* SoundMemory::open(SF_INFO& info) {
  SF_VIRTUAL_IO calls{length, seek, read, write, tell};
  return sf_open_virtual(&calls, SFM_WRITE, &info, this);
}

sf_count_t SoundMemory::length(void* self) {
  return static_cast<sf_count_t>(static_cast<SoundMemory*>(self)->bytes_.size());
}

sf_count_t SoundMemory::seek(sf_count_t offset, int whence, void* self) {
  auto& memory = *static_cast<SoundMemory*>(self);
  if (whence == SEEK_CUR) offset += memory.position_;
  if (whence == SEEK_END) offset += length(self);
  if (offset < 0) return -1;
  memory.position_ = offset;
  return offset;
}

sf_count_t SoundMemory::read(void* out, sf_count_t count, void* self) {
  auto& memory = *static_cast<SoundMemory*>(self);
  const auto got = std::clamp<sf_count_t>(length(self) - memory.position_, 0, count);
  if (got > 0) std::memcpy(out, memory.bytes_.data() + memory.position_, got);
  memory.position_ += got;
  return got;
}

// Called from C, which no exception may cross: short of memory, nothing is written, which
// libsndfile reports.
sf_count_t SoundMemory::write(const void* in, sf_count_t count, void* self) {
  auto& memory = *static_cast<SoundMemory*>(self);
  if (count <= 0) return 0;
  const sf_count_t end = memory.position_ + count;
  try {
    if (end > length(self)) memory.bytes_.resize(static_cast<std::size_t>(end));
  } catch (const std::bad_alloc&) {
    return 0;
  }
  std::memcpy(memory.bytes_.data() + memory.position_, in, static_cast<std::size_t>(count));
  memory.position_ = end;
  return count;
}

sf_count_t SoundMemory::tell(void* self) { return static_cast<SoundMemory*>(self)->position_; }

}  // namespace pellucid::io
