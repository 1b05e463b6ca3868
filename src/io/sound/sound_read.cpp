// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "io/held_array.hpp"
#include "io/input_file.hpp"
#include "io/layout.hpp"
#include "io/sound/sound.hpp"
#include "io/sound/sound_format.hpp"

namespace pellucid::io {
namespace {

constexpr std::size_t kBlockFrames = 8192;
// A FLAC frame has at least 10 bytes (header, one subframe, check sums) and at most 65535 samples
// of each channel, so no file holds more of them than this for a byte.
constexpr std::uint64_t kMostFlacFramesPerByte = 6554;
// Programs that write to a pipe cannot know the length; these are the claims they make instead.
bool is_unknown(std::uint64_t length) {
  return length == 0xffffffff || (length >= 0x7ffff000 && length <= 0x80000000);
}

using Chunk = std::array<std::byte, 8>;

Chunk chunk_at(const ByteSource& file, std::uint64_t position) {
  Chunk chunk{};
  file.read_at(position, chunk);
  return chunk;
}

std::string_view name_of(const Chunk& chunk) {
  return {reinterpret_cast<const char*>(chunk.data()), 4};
}

std::uint32_t length_of(const Chunk& chunk, bool big_endian) {
  std::uint32_t value = 0;
  std::memcpy(&value, chunk.data() + 4, sizeof value);
  return big_endian ? __builtin_bswap32(value) : value;
}

// libsndfile reads a WAV file that was cut short as if it had been meant so.
void require_whole_wav(const ByteSource& file) {
  std::uint64_t position = 0;
  const Chunk head = chunk_at(file, position);
  const bool big_endian = name_of(head) == "RIFX", is_long = name_of(head) == "RF64";
  if (name_of(head) != "RIFF" && !big_endian && !is_long) return;
  std::uint64_t long_length = 0;  // of the sound, in an RF64 file
  position += head.size() + 4;
  while (position + head.size() <= file.size()) {
    const Chunk chunk = chunk_at(file, position);
    std::uint64_t length = length_of(chunk, big_endian);
    position += chunk.size();
    if (name_of(chunk) == "ds64" && file.size() - position >= 16) {
      file.read_at(position + 8, std::as_writable_bytes(std::span(&long_length, 1)));
    }
    if (name_of(chunk) == "data") {
      const bool unknown = is_unknown(length) && !is_long;
      if (is_long && length == 0xffffffff) length = long_length;
      if (length > file.size() - position && !unknown) {
        fail(file.label(), fmt::format("is truncated (header claims {} bytes of sound, {} follow): "
                                       "copy or make it again",
                                       length, file.size() - position));
      }
      return;
    }
    position += length + length % 2;
  }
}

SoundFile open_file(const std::string& label, const std::filesystem::path& path, SF_INFO& info) {
  info = {};
  SoundFile file(sf_open(path.c_str(), SFM_READ, &info));
  if (file == nullptr) {
    fail(label, fmt::format("is no readable sound ({}): copy or make the file again",
                            printable(sf_strerror(nullptr))));
  }
  return file;
}

bool is_flac(const SF_INFO& info) { return (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC; }

void require_sane(const std::string& label, const SF_INFO& info) {
  const int container = info.format & SF_FORMAT_TYPEMASK;
  if (container != SF_FORMAT_WAV && container != SF_FORMAT_WAVEX && container != SF_FORMAT_RF64 &&
      container != SF_FORMAT_FLAC) {
    fail(label, "is sound in another format than WAV and FLAC: convert it with `sox IN OUT.wav`");
  }
  if (sample_format(info.format) == nullptr) {
    fail(label, fmt::format("has sound coded with loss (format {:#x}): convert it with "
                            "`sox IN -e signed -b 16 OUT.wav`",
                            info.format));
  }
  if (info.channels < 1 || info.channels > kMostChannels) {
    fail(label, fmt::format("header claims {} channels, 1 to {} are possible: make it again",
                            info.channels, kMostChannels));
  }
  if (info.samplerate < 1 || info.samplerate > kHighestRate) {
    fail(label, fmt::format("header claims {} samples a second, 1 to {} are possible: make it "
                            "again with the right rate",
                            info.samplerate, kHighestRate));
  }
}

void require_room(const std::string& label, const SF_INFO& info, std::uint64_t file_bytes) {
  const auto frames = static_cast<std::uint64_t>(std::max<sf_count_t>(info.frames, 0));
  const auto width = static_cast<std::uint64_t>(info.channels) *
                     static_cast<std::uint64_t>(sample_format(info.format)->bits / 8);
  const bool fits =
      is_flac(info) ? frames / kMostFlacFramesPerByte <= file_bytes : frames <= file_bytes / width;
  if (!fits) {
    fail(label, fmt::format("header claims {} samples of {} channels, more than a file of {} bytes "
                            "can hold: copy or make it again",
                            info.frames, info.channels, file_bytes));
  }
  if (frames == 0) fail(label, "holds no sound (0 samples): record it again");
}

template <class S>
sf_count_t read_frames(SNDFILE* file, S* out, sf_count_t frames) {
  if constexpr (std::is_same_v<S, float>) return sf_readf_float(file, out, frames);
  if constexpr (std::is_same_v<S, double>) return sf_readf_double(file, out, frames);
}

/// Calls `take(first frame, frames, samples)` for every block of the sound; returns their number.
template <class S, class Take>
sf_count_t for_each_block(SNDFILE* file, const SF_INFO& info, Take take) {
  std::vector<S> block(kBlockFrames * static_cast<std::size_t>(info.channels));
  sf_count_t done = 0;
  while (done < info.frames) {
    const auto most = std::min<sf_count_t>(info.frames - done, kBlockFrames);
    const sf_count_t got = read_frames(file, block.data(), most);
    if (got <= 0 || got > most || sf_error(file) != SF_ERR_NO_ERROR) break;
    take(done, got, block.data());
    done += got;
  }
  return done;
}

void require_all(const std::string& label, const SF_INFO& info, sf_count_t frames) {
  if (frames == info.frames) return;
  fail(label, fmt::format("is truncated or damaged (header claims {} samples, {} can be read): "
                          "copy or make it again",
                          info.frames, frames));
}

template <class S>
Array read_sound(const std::string& label, const std::filesystem::path& path, DType type) {
  SF_INFO info;
  SoundFile file = open_file(label, path, info);
  if (is_flac(info)) {
    // A few bytes of FLAC can claim hours; a first pass shows that they are there.
    require_all(label, info, for_each_block<S>(file.get(), info, [](auto...) {}));
    file = open_file(label, path, info);
  }
  const auto channels = static_cast<std::size_t>(info.channels);
  const auto frames = static_cast<std::size_t>(info.frames);
  Array array{type, {info.channels, static_cast<Index>(info.frames)}, {}};
  array.bytes = allocate(label, claimed_bytes(label, array.shape, type));
  auto* out = reinterpret_cast<S*>(array.bytes.data());
  const auto split = [&](sf_count_t first, sf_count_t count, const S* block) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      for (std::size_t c = 0; c < channels; ++c) {
        out[c * frames + static_cast<std::size_t>(first) + i] = block[i * channels + c];
      }
    }
  };
  require_all(label, info, for_each_block<S>(file.get(), info, split));
  return array;
}

FileTraits traits_of(const SF_INFO& info) {
  FileTraits traits;
  traits.format = is_flac(info) ? FileFormat::flac : FileFormat::wav;
  traits.sample_rate = info.samplerate;
  traits.encoding = info.format;
  traits.description = describe_sound(info.format, info.samplerate);
  return traits;
}

}  // namespace

std::unique_ptr<ArrayReader> open_sound(const std::filesystem::path& path,
                                        const std::string& label) {
  const InputFile source(path, label);
  SF_INFO info;
  open_file(label, path, info).reset();
  require_sane(label, info);
  if (!is_flac(info)) require_whole_wav(source);
  require_room(label, info, source.size());
  const DType type = sample_format(info.format)->type;
  Array array = type == DType::float32 ? read_sound<float>(label, path, type)
                                       : read_sound<double>(label, path, type);
  return std::make_unique<HeldArray>(label, std::move(array), traits_of(info));
}

}  // namespace pellucid::io
