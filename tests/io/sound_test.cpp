// SPDX-License-Identifier: BSD-3-Clause
#include "io/sound/sound.hpp"

#include <sndfile.h>

#include <cmath>
#include <limits>
#include <random>

#include "io/files.hpp"

namespace pellucid {
namespace {

using test::array_of;
using test::values_of;

constexpr int kWav = SF_FORMAT_WAV, kFlac = SF_FORMAT_FLAC;

struct Encoding {
  int word;
  FileFormat format;
  int bits;  ///< 0 for floating point
  DType type;
};
constexpr Encoding kEncodings[] = {
    {kWav | SF_FORMAT_PCM_U8, FileFormat::wav, 8, DType::float32},
    {kWav | SF_FORMAT_PCM_16, FileFormat::wav, 16, DType::float32},
    {kWav | SF_FORMAT_PCM_24, FileFormat::wav, 24, DType::float32},
    {kWav | SF_FORMAT_PCM_32, FileFormat::wav, 32, DType::float64},
    {kWav | SF_FORMAT_FLOAT, FileFormat::wav, 0, DType::float32},
    {kWav | SF_FORMAT_DOUBLE, FileFormat::wav, 0, DType::float64},
    {SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, FileFormat::wav, 16, DType::float32},
    {kFlac | SF_FORMAT_PCM_S8, FileFormat::flac, 8, DType::float32},
    {kFlac | SF_FORMAT_PCM_16, FileFormat::flac, 16, DType::float32},
    {kFlac | SF_FORMAT_PCM_24, FileFormat::flac, 24, DType::float32},
};

FileTraits like(int encoding, int rate = 8000) {
  FileTraits traits;
  traits.sample_rate = rate;
  traits.encoding = encoding;
  return traits;
}

/// Amplitudes that the encoding holds exactly, its extremes among them.
Array some_sound(const Encoding& encoding, Index channels, Index length) {
  std::mt19937_64 random(7);
  std::vector<double> values;
  const double full = std::ldexp(1.0, encoding.bits - 1);
  for (Index i = 0; i < channels * length; ++i) {
    const double uniform = std::ldexp(static_cast<double>(random() >> 11), -52) - 1;
    values.push_back(encoding.bits == 0 ? 3 * uniform : std::floor(uniform * full) / full);
  }
  values[0] = -1;
  if (encoding.bits > 0) values[1] = (full - 1) / full;
  if (encoding.type == DType::float64) return array_of(encoding.type, {channels, length}, values);
  return array_of(encoding.type, {channels, length},
                  std::vector<float>(values.begin(), values.end()));
}

class Sound : public testing::Test {
 protected:
  std::string write(const std::string& file, FileFormat format, const Array& array,
                    const FileTraits& traits) {
    const auto writer = io::create_sound(folder_ / file, format, array.type, array.shape, &traits);
    writer->write(array);
    // Programs report before files appear.
    const std::string remark = writer->remark();
    writer->commit();
    return remark;
  }
  std::unique_ptr<ArrayReader> open(const std::string& file) {
    return io::open_sound(folder_ / file, (folder_ / file).string());
  }
  void refused(std::string_view bytes, std::initializer_list<const char*> parts) {
    test::expect_refused(
        test::store(folder_ / "bad.wav", bytes),
        [](const auto& path) { return io::open_sound(path, path.string()); }, parts);
  }
  std::string wav(const Array& array, int encoding) {
    write("good.wav", FileFormat::wav, array, like(encoding));
    return test::contents(folder_ / "good.wav");
  }

  test::TemporaryFolder folder_;
};

TEST_F(Sound, EverySampleFormatReturnsTheSameBits) {
  for (const Encoding& encoding : kEncodings) {
    for (const Index channels : {1, 2, 5}) {
      const Array sound = some_sound(encoding, channels, 20001);
      EXPECT_EQ(write("a", encoding.format, sound, like(encoding.word)), "");
      const auto reader = open("a");
      EXPECT_EQ(reader->type(), encoding.type);
      EXPECT_EQ(reader->shape(), sound.shape);
      EXPECT_TRUE(reader->all().bytes == sound.bytes) << std::hex << encoding.word;
      EXPECT_EQ(reader->traits().sample_rate, 8000);
      EXPECT_EQ(reader->traits().encoding, encoding.word);
      EXPECT_EQ(reader->traits().format, encoding.format);
      const std::string once = test::contents(folder_ / "a");
      write("b", encoding.format, reader->all(), reader->traits());
      EXPECT_TRUE(test::contents(folder_ / "b") == once) << std::hex << encoding.word;
    }
  }
}

TEST_F(Sound, ChannelsAreReadOneByOne) {
  const Array sound = some_sound(kEncodings[1], 3, 100);
  write("a.wav", FileFormat::wav, sound, like(kWav | SF_FORMAT_PCM_16, 44100));
  const auto reader = open("a.wav");
  EXPECT_EQ(reader->traits().description, "WAV, 16-bit PCM, 44100 Hz");
  const auto all = values_of<float>(sound);
  EXPECT_EQ(values_of<float>(reader->block(1, 1)),
            std::vector<float>(all.begin() + 100, all.begin() + 200));
}

TEST_F(Sound, OneAxisIsOneChannel) {
  write("a.wav", FileFormat::wav, array_of<float>(DType::float32, {3}, {0.5F, 0, -1}),
        like(kWav | SF_FORMAT_PCM_16));
  EXPECT_EQ(open("a.wav")->shape(), (std::vector<Index>{1, 3}));
}

TEST_F(Sound, RoundsHalfToEvenAndClipsAndSaysSo) {
  const float unit = std::ldexp(1.0F, -15);
  const Array sound =
      array_of<float>(DType::float32, {1, 6}, {0.5F * unit, 1.5F * unit, -2.5F * unit, 1, 9, -9});
  EXPECT_EQ(write("a.wav", FileFormat::wav, sound, like(kWav | SF_FORMAT_PCM_16)),
            "; rounded to 16 bits, 3 of 6 entries clipped to full scale");
  EXPECT_EQ(values_of<float>(open("a.wav")->all()),
            (std::vector<float>{0, 2 * unit, -2 * unit, 1 - unit, 1 - unit, -1}));
  EXPECT_EQ(write("a.wav", FileFormat::wav, array_of<float>(DType::float32, {1, 1}, {unit / 3}),
                  like(kWav | SF_FORMAT_PCM_16)),
            "; rounded to 16 bits");
  EXPECT_EQ(write("a.wav", FileFormat::wav, array_of<double>(DType::float64, {1, 1}, {0.1}),
                  like(kWav | SF_FORMAT_FLOAT)),
            "; rounded to single precision");
}

TEST_F(Sound, FormatsBecomeThatOfTheOtherContainer) {
  const auto becomes = [&](int from, FileFormat format, int to, DType type = DType::float32) {
    const Array sound = type == DType::float64 ? array_of<double>(type, {1, 1}, {0.5})
                                               : array_of<float>(type, {1, 1}, {0.5F});
    write("a", format, sound, like(from));
    EXPECT_EQ(open("a")->traits().encoding, to) << std::hex << from;
  };
  becomes(kWav | SF_FORMAT_PCM_U8, FileFormat::flac, kFlac | SF_FORMAT_PCM_S8);
  becomes(kFlac | SF_FORMAT_PCM_S8, FileFormat::wav, kWav | SF_FORMAT_PCM_U8);
  becomes(kWav | SF_FORMAT_FLOAT, FileFormat::flac, kFlac | SF_FORMAT_PCM_24);
  becomes(kWav | SF_FORMAT_PCM_32, FileFormat::flac, kFlac | SF_FORMAT_PCM_24);
  becomes(kFlac | SF_FORMAT_PCM_24, FileFormat::wav, kWav | SF_FORMAT_PCM_24);
  becomes(kWav | SF_FORMAT_ULAW, FileFormat::wav, kWav | SF_FORMAT_PCM_16);
  becomes(0, FileFormat::wav, kWav | SF_FORMAT_FLOAT);
  becomes(0, FileFormat::wav, kWav | SF_FORMAT_DOUBLE, DType::float64);
}

TEST_F(Sound, OutputsThatCannotBeAreRefusedAtOnce) {
  const auto refuses = [&](FileFormat format, DType type, std::vector<Index> shape,
                           const FileTraits* traits, const char* part) {
    const auto path = folder_ / "out";
    const std::string message =
        test::error_of([&] { (void)io::create_sound(path, format, type, shape, traits); });
    EXPECT_THAT(message, testing::StartsWith(path.string() + ": "));
    EXPECT_THAT(message, testing::HasSubstr(part));
    EXPECT_EQ(folder_.entries(), 0U);
  };
  const FileTraits pcm = like(kWav | SF_FORMAT_PCM_16), none;
  const FileTraits fast = like(kWav | SF_FORMAT_PCM_16, 768000);
  refuses(FileFormat::wav, DType::float32, {1, 10}, nullptr, "no sampling rate is known");
  refuses(FileFormat::wav, DType::float32, {1, 10}, &none, "name a .npy file");
  refuses(FileFormat::wav, DType::complex64, {1, 10}, &pcm, "complex64");
  refuses(FileFormat::wav, DType::int16, {1, 10}, &pcm, "full scale 1");
  refuses(FileFormat::wav, DType::float32, {1, 10, 2}, &pcm, "(1, 10, 2)");
  refuses(FileFormat::wav, DType::float32, {1, 0}, &pcm, "(1, 0)");
  refuses(FileFormat::wav, DType::float32, {65, 10}, &pcm, "65 channels");
  refuses(FileFormat::flac, DType::float32, {9, 10}, &pcm, "8 at most");
  refuses(FileFormat::flac, DType::float32, {1, 10}, &fast, "768000 samples a second");
  refuses(FileFormat::wav, DType::float32, {1, Index{1} << 31}, &pcm, "4 GiB");
}

TEST_F(Sound, WhatIsNotANumberIsRefusedByIntegerFormats) {
  const Array sound =
      array_of<float>(DType::float32, {1, 2}, {0, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_THAT(test::error_of(
                  [&] { write("a.wav", FileFormat::wav, sound, like(kWav | SF_FORMAT_PCM_16)); }),
              testing::HasSubstr("entry (0, 1) is not a number"));
  EXPECT_EQ(folder_.entries(), 0U);
  write("a.wav", FileFormat::wav, sound, like(kWav | SF_FORMAT_FLOAT));
  EXPECT_TRUE(std::isnan(values_of<float>(open("a.wav")->all())[1]));
}

TEST_F(Sound, UnfinishedOutputsLeaveNothing) {
  {
    const FileTraits pcm = like(kWav | SF_FORMAT_PCM_16);
    const auto writer =
        io::create_sound(folder_ / "a.wav", FileFormat::wav, DType::float32, {2, 1}, &pcm);
    writer->write(array_of<float>(DType::float32, {1, 1}, {0}));
    EXPECT_THROW(writer->commit(), Error);
  }
  EXPECT_EQ(folder_.entries(), 0U);
}

TEST_F(Sound, FilesCutShortAreRefused) {
  for (const FileFormat format : {FileFormat::wav, FileFormat::flac}) {
    write("a", format, some_sound(kEncodings[1], 2, 300), like(kWav | SF_FORMAT_PCM_16));
    const std::string good = test::contents(folder_ / "a");
    for (std::size_t length = 0; length < good.size(); length += 7) {
      refused(good.substr(0, length), {});
    }
  }
  refused(wav(some_sound(kEncodings[1], 1, 300), kWav | SF_FORMAT_PCM_16).substr(0, 200),
          {"truncated", "claims 600 bytes of sound", "copy or make it again"});
}

TEST_F(Sound, LengthsOfPipesAreThatOfTheFile) {
  std::string bytes =
      wav(array_of<float>(DType::float32, {1, 3}, {0.5F, 0, -1}), kWav | SF_FORMAT_PCM_16);
  bytes.replace(bytes.find("data") + 4, 4, "\xff\xff\xff\xff");
  test::store(folder_ / "pipe.wav", bytes);
  EXPECT_EQ(values_of<float>(open("pipe.wav")->all()), (std::vector<float>{0.5F, 0, -1}));
}

TEST_F(Sound, HeadersThatClaimTooMuchAreRefused) {
  std::string bytes = wav(array_of<float>(DType::float32, {1, 2}, {0, 0}), kWav | SF_FORMAT_PCM_16);
  const auto with_number = [&](std::size_t at, std::uint32_t value, std::size_t width) {
    std::string changed = bytes;
    for (std::size_t i = 0; i < width; ++i) {
      changed[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
    }
    return changed;
  };
  refused(with_number(24, 768001, 4), {"768001 samples a second"});
  refused(with_number(24, 0, 4), {});
  refused(with_number(22, 65, 2), {});
  write("a.flac", FileFormat::flac, array_of<float>(DType::float32, {1, 2}, {0, 0}),
        like(kFlac | SF_FORMAT_PCM_16));
  // The last five bytes of this field of a FLAC header are its number of samples.
  std::string flac = test::contents(folder_ / "a.flac");
  flac.replace(21, 5, "\x0f\xff\xff\xff\xff");
  flac[21] = static_cast<char>(0xff);
  refused(flac, {"header claims", "more than a file of"});
}

TEST_F(Sound, OtherFormatsAreRefused) {
  refused("RIFF\4\0\0\0WAVE", {});
  refused("", {});
  refused("no sound at all, only text", {});
  const auto path = (folder_ / "lossy.wav").string();
  SF_INFO info{};
  info.samplerate = 8000;
  info.channels = 1;
  info.format = kWav | SF_FORMAT_MS_ADPCM;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  const std::vector<float> zeros(1000);
  sf_write_float(file, zeros.data(), 1000);
  sf_close(file);
  refused(test::contents(path), {"coded with loss", "sox"});
}

}  // namespace
}  // namespace pellucid
