// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "io/checked_writer.hpp"
#include "io/input_file.hpp"
#include "io/layout.hpp"
#include "io/sound/sound.hpp"
#include "io/sound/sound_format.hpp"
#include "io/sound/sound_memory.hpp"
#include "pellucid/io/output_file.hpp"

namespace pellucid::io {
namespace {

constexpr int kMostFlacChannels = 8;
constexpr int kHighestFlacRate = 655350;
// Lengths in a WAV header are 32-bit; the header has its share.
constexpr std::uint64_t kMostWavBytes = 0xffff0000;

/// What an input's encoding becomes in the output's container.
int encoding_for(FileFormat format, DType type, const FileTraits& like) {
  const int container = like.encoding & SF_FORMAT_TYPEMASK;
  const int subtype = like.encoding & SF_FORMAT_SUBMASK;
  if (format == FileFormat::flac) {
    const bool fits = subtype == SF_FORMAT_PCM_16 || subtype == SF_FORMAT_PCM_S8;
    if (subtype == SF_FORMAT_PCM_U8) return SF_FORMAT_FLAC | SF_FORMAT_PCM_S8;
    if (subtype == SF_FORMAT_ULAW || subtype == SF_FORMAT_ALAW) {
      return SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
    }
    return SF_FORMAT_FLAC | (fits ? subtype : SF_FORMAT_PCM_24);
  }
  const int wav = container == SF_FORMAT_WAVEX ? SF_FORMAT_WAVEX : SF_FORMAT_WAV;
  switch (subtype) {
    case 0:
      return wav | (type == DType::float64 ? SF_FORMAT_DOUBLE : SF_FORMAT_FLOAT);
    case SF_FORMAT_PCM_S8:
      return wav | SF_FORMAT_PCM_U8;
    // What they decode to has 16 bits; to code it again would add their noise once more.
    case SF_FORMAT_ULAW:
    case SF_FORMAT_ALAW:
      return wav | SF_FORMAT_PCM_16;
    default:
      return wav | subtype;
  }
}

/// Amplitudes to what the file stores, and how much that changed.
class Rounding {
 public:
  explicit Rounding(const SampleFormat& format)
      : format_(format), full_scale_(std::ldexp(1.0, format.bits - 1)) {}

  /// Numbers of an integer format, in libsndfile's 32 bits.
  int to_integer(double amplitude) {
    const double scaled = amplitude * full_scale_;
    // Half to even, which is how the processor rounds unless told otherwise.
    const double nearest = std::nearbyint(scaled);
    const double held = std::clamp(nearest, -full_scale_, full_scale_ - 1);
    clipped_ += held != nearest;
    changed_ += held != scaled;
    return static_cast<int>(static_cast<std::int64_t>(held) << (32 - format_.bits));
  }

  float to_single(double amplitude) {
    const auto held = static_cast<float>(amplitude);
    changed_ += double{held} != amplitude && !std::isnan(amplitude);
    return held;
  }

  [[nodiscard]] std::string remark(Index entries) const {
    if (changed_ == 0) return {};
    if (!format_.is_integer) return "; rounded to single precision";
    std::string text = fmt::format("; rounded to {} bits", format_.bits);
    if (clipped_ > 0) {
      text += fmt::format(", {} of {} entries clipped to full scale", clipped_, entries);
    }
    return text;
  }

 private:
  const SampleFormat& format_;
  double full_scale_;
  Index clipped_ = 0, changed_ = 0;
};

class SoundWriter final : public CheckedWriter {
 public:
  SoundWriter(const std::filesystem::path& path, DType type, const std::vector<Index>& shape,
              const SF_INFO& info)
      : CheckedWriter(path.string(), type, shape),
        out_(path),
        info_(info),
        format_(*sample_format(info.format)),
        rounding_(format_) {
    // Asked for now, so that a lack of memory shows before long work.
    const std::uint64_t width = format_.is_integer ? sizeof(int) : size_of(format_.type);
    stored_ = allocate(label(), claimed_bytes(label(), shape, DType::uint8) * width);
  }

  [[nodiscard]] std::string remark() const override {
    return rounding_.remark(channels() * frames());
  }

 private:
  void put(const Array& samples) override {
    if (type() == DType::float64) {
      store<double>(samples);
    } else {
      store<float>(samples);
    }
  }

  template <class S>
  void store(const Array& samples) {
    const Index first = written() * announced_dim();
    const auto count = static_cast<Index>(samples.bytes.size() / sizeof(S));
    for (Index i = 0; i < count; ++i) {
      S value{};
      std::memcpy(&value, samples.bytes.data() + i * static_cast<Index>(sizeof(S)), sizeof value);
      if (format_.is_integer) {
        if (std::isnan(value)) fail_for_nan(first + i);
        place<int>(first + i, rounding_.to_integer(value));
      } else if (format_.type == DType::float64) {
        place<double>(first + i, value);
      } else {
        place<float>(first + i, rounding_.to_single(value));
      }
    }
  }

  // Interleaved, as the file has them: the channels' samples of one moment after each other.
  template <class Stored>
  void place(Index entry, Stored value) {
    const Index at = entry % frames() * channels() + entry / frames();
    std::memcpy(stored_.data() + at * static_cast<Index>(sizeof value), &value, sizeof value);
  }

  void complete() override {
    SoundMemory memory;
    SF_INFO info = info_;
    SoundFile file(memory.open(info));
    if (file == nullptr) fail_encoding(nullptr);
    // It would hold the time of day: the same input must give the same file.
    sf_command(file.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
    if (encode(file.get()) != frames()) fail_encoding(file.get());
    // Closing writes the lengths into the header.
    if (sf_close(file.release()) != 0) fail_encoding(nullptr);
    out_.write(memory.bytes());
    out_.close();
    stored_ = {};
  }

  void finish() override { out_.commit(); }

  sf_count_t encode(SNDFILE* file) const {
    const void* stored = stored_.data();
    if (format_.is_integer) return sf_writef_int(file, static_cast<const int*>(stored), frames());
    if (format_.type == DType::float32) {
      return sf_writef_float(file, static_cast<const float*>(stored), frames());
    }
    return sf_writef_double(file, static_cast<const double*>(stored), frames());
  }

  [[noreturn]] void fail_for_nan(Index entry) const {
    fail(label(), fmt::format("entry ({}, {}) is not a number, which this format cannot hold: "
                              "name a .npy file",
                              entry / frames(), entry % frames()));
  }

  [[noreturn]] void fail_encoding(SNDFILE* file) const {
    fail(label(),
         fmt::format("cannot be encoded ({}): name a .npy file", printable(sf_strerror(file))));
  }

  [[nodiscard]] Index channels() const { return info_.channels; }
  [[nodiscard]] Index frames() const { return shape().back(); }
  [[nodiscard]] Index announced_dim() const { return shape().size() == 2 ? frames() : 1; }

  OutputFile out_;
  SF_INFO info_;
  const SampleFormat& format_;
  Rounding rounding_;
  std::vector<std::byte> stored_;
};

void require_amplitudes(const std::filesystem::path& path, DType type,
                        const std::vector<Index>& shape) {
  if (type != DType::float32 && type != DType::float64) {
    fail(path, fmt::format("cannot hold {}, sound is real amplitudes with full scale 1 (float32 or "
                           "float64): name a .npy file",
                           name(type)));
  }
  const bool empty = std::ranges::any_of(shape, [](Index n) { return n < 1; });
  if (shape.empty() || shape.size() > 2 || empty) {
    fail(path, fmt::format("cannot hold shape {}, sound is (channels, length): name a .npy file",
                           shape_text(shape)));
  }
}

void require_possible(const std::filesystem::path& path, FileFormat format, const SF_INFO& info,
                      const std::vector<Index>& shape) {
  const bool flac = format == FileFormat::flac;
  const int most_channels = flac ? kMostFlacChannels : kMostChannels;
  if (shape.size() == 2 && shape.front() > most_channels) {
    fail(path, fmt::format("cannot hold {} channels, {} at most: name a .npy file", shape.front(),
                           most_channels));
  }
  const int highest = flac ? kHighestFlacRate : kHighestRate;
  if (info.samplerate < 1 || info.samplerate > highest) {
    fail(path, fmt::format("cannot have {} samples a second, 1 to {} are possible: name a {} file",
                           info.samplerate, highest, flac ? ".wav" : ".npy"));
  }
  const auto entries = claimed_bytes(path, shape, DType::uint8);
  const auto width = static_cast<std::uint64_t>(sample_format(info.format)->bits) / 8;
  if (!flac && entries > kMostWavBytes / width) {
    fail(path, fmt::format("would have {} bytes, WAV holds 4 GiB at most: name a .flac or .npy "
                           "file",
                           entries * width));
  }
}

}  // namespace

std::unique_ptr<ArrayWriter> create_sound(const std::filesystem::path& path, FileFormat format,
                                          DType type, const std::vector<Index>& shape,
                                          const FileTraits* like) {
  require_amplitudes(path, type, shape);
  if (like == nullptr || like->sample_rate == 0) {
    fail(path,
         "cannot be sound, as no sampling rate is known (the input has none): name a .npy "
         "file, or give a WAV or FLAC file as input");
  }
  SF_INFO info{};
  info.samplerate = like->sample_rate;
  info.channels = shape.size() == 2 ? static_cast<int>(std::min<Index>(shape.front(), 1 << 16)) : 1;
  info.format = encoding_for(format, type, *like);
  if (sample_format(info.format) == nullptr) {
    fail(path,
         fmt::format("cannot be written in sample format {:#x}: name a .npy file", info.format));
  }
  require_possible(path, format, info, shape);
  if (sf_format_check(&info) == 0) {
    fail(path, fmt::format("cannot be {} with {} channels: name a .npy file",
                           describe_sound(info.format, info.samplerate), info.channels));
  }
  return std::make_unique<SoundWriter>(path, type, shape, info);
}

}  // namespace pellucid::io
