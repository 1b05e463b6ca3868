// SPDX-License-Identifier: BSD-3-Clause
#include "io/sound/sound_format.hpp"

#include <fmt/format.h>
#include <sndfile.h>

#include <algorithm>
#include <array>

namespace pellucid::io {
namespace {

constexpr std::array<SampleFormat, 9> kSampleFormats{{
    {SF_FORMAT_PCM_S8, 8, true, DType::float32, "8-bit PCM"},
    {SF_FORMAT_PCM_U8, 8, true, DType::float32, "8-bit PCM"},
    {SF_FORMAT_PCM_16, 16, true, DType::float32, "16-bit PCM"},
    {SF_FORMAT_PCM_24, 24, true, DType::float32, "24-bit PCM"},
    {SF_FORMAT_PCM_32, 32, true, DType::float64, "32-bit PCM"},
    {SF_FORMAT_FLOAT, 32, false, DType::float32, "32-bit float"},
    {SF_FORMAT_DOUBLE, 64, false, DType::float64, "64-bit float"},
    {SF_FORMAT_ULAW, 8, true, DType::float32, "u-law"},
    {SF_FORMAT_ALAW, 8, true, DType::float32, "A-law"},
}};

}  // namespace

const SampleFormat* sample_format(int encoding) {
  const int subtype = encoding & SF_FORMAT_SUBMASK;
  const auto* found = std::ranges::find(kSampleFormats, subtype, &SampleFormat::subtype);
  return found == kSampleFormats.end() ? nullptr : found;
}

std::string describe_sound(int encoding, int rate) {
  const bool flac = (encoding & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;
  const SampleFormat* format = sample_format(encoding);
  return fmt::format("{}, {}, {} Hz", flac ? "FLAC" : "WAV",
                     format == nullptr ? "unknown samples" : format->name, rate);
}

void CloseSound::operator()(sf_private_tag* file) const { sf_close(file); }

}  // namespace pellucid::io
