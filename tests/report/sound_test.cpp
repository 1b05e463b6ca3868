// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "report/examples.hpp"
#include "report/gallery.hpp"
#include "report/spectrogram_svg.hpp"
#include "report/wav_bytes.hpp"
#include "report/well_formed.hpp"

namespace pellucid::report {
namespace {

using test::occurrences;
using testing::HasSubstr;

Eigen::VectorXf sine(double frequency, double sample_rate, double seconds) {
  const auto length = static_cast<Index>(seconds * sample_rate);
  Eigen::VectorXf sound(length);
  for (Index i = 0; i < length; ++i) {
    const double time = static_cast<double>(i) / sample_rate;
    sound[i] = static_cast<float>(std::sin(2 * std::numbers::pi * frequency * time));
  }
  return sound;
}

int number_at(const std::vector<std::byte>& bytes, std::size_t at, int count) {
  unsigned value = 0;
  for (int i = 0; i < count; ++i) {
    value |= std::to_integer<unsigned>(bytes.at(at + static_cast<std::size_t>(i))) << 8 * i;
  }
  return count == 2 ? static_cast<std::int16_t>(value) : static_cast<int>(value);
}

TEST(ReportSpectrogram, ShowsAFullScaleSineAtZeroDecibel) {
  const Spectrogram spectrum = spectrogram(sine(1000, 8000, 1.0), 8000);
  EXPECT_EQ(spectrum.decibel.rows(), 129);
  EXPECT_LE(spectrum.decibel.cols(), 240);
  EXPECT_DOUBLE_EQ(spectrum.seconds, 1.0);
  EXPECT_DOUBLE_EQ(spectrum.highest, 4000);
  Index row = 0;
  const Index middle = spectrum.decibel.cols() / 2;
  EXPECT_NEAR(spectrum.decibel.col(middle).maxCoeff(&row), 0.0, 0.1);
  EXPECT_EQ(row, 32);  // 1000 Hz in steps of 8000 / 256
  EXPECT_LT(spectrum.decibel(100, middle), -100);
}

TEST(ReportSpectrogram, LimitsRowsAndColumnsAndSurvivesOddSounds) {
  const Spectrogram fine = spectrogram(sine(5000, 48000, 3.0), 48000);
  EXPECT_LE(fine.decibel.rows(), 160);
  EXPECT_LE(fine.decibel.cols(), 240);
  EXPECT_NEAR(fine.decibel.col(100).maxCoeff(), 0.0, 1.5);
  for (const Index length : {Index{0}, Index{1}, Index{7}}) {
    Eigen::VectorXf sound = Eigen::VectorXf::Constant(length, std::nanf(""));
    const Spectrogram odd = spectrogram(sound, 8000);
    EXPECT_TRUE(odd.decibel.array().isFinite().all());
    EXPECT_EQ(test::xml_fault(spectrogram_svg(odd, DecibelRange::of({odd}), "<odd>")), "");
  }
}

TEST(ReportSpectrogram, LabelsBothAxes) {
  const Spectrogram spectrum = spectrogram(sine(1000, 8000, 2.0), 8000);
  const DecibelRange range = DecibelRange::of({spectrum});
  EXPECT_EQ(range.high - range.low, 80.0F);
  const std::string svg = spectrogram_svg(spectrum, range, "a & b");
  EXPECT_EQ(test::xml_fault(svg), "");
  EXPECT_THAT(svg, HasSubstr(">Time (s)<"));
  EXPECT_THAT(svg, HasSubstr(">Frequency (kHz)<"));
  EXPECT_THAT(svg, HasSubstr("data:image/png;base64,iVBOR"));
}

TEST(ReportWav, HasAHeaderAndClippedSamples) {
  Eigen::VectorXf sound(4);
  sound << 0.5F, 2.0F, -2.0F, std::nanf("");
  const auto bytes = wav_bytes(sound, 8000.4);
  ASSERT_EQ(bytes.size(), 44U + 8U);
  EXPECT_EQ(number_at(bytes, 4, 4), 44);
  EXPECT_EQ(number_at(bytes, 24, 4), 8000);
  EXPECT_EQ(number_at(bytes, 28, 4), 16000);
  EXPECT_EQ(number_at(bytes, 40, 4), 8);
  EXPECT_EQ(number_at(bytes, 44, 2), 16384);
  EXPECT_EQ(number_at(bytes, 46, 2), 32767);
  EXPECT_EQ(number_at(bytes, 48, 2), -32767);
  EXPECT_EQ(number_at(bytes, 50, 2), 0);
}

Gallery sounds(double seconds, std::size_t levels) {
  Gallery gallery;
  gallery.clean = test::example_sounds(seconds);
  gallery.shape = {gallery.clean.rows()};
  gallery.sample_rate = 8000;
  for (std::size_t i = 0; i < levels; ++i) {
    Gallery::Level level{static_cast<double>(i), gallery.clean, {}};
    level.estimates.push_back({"one-step", "m", gallery.clean});
    gallery.levels.push_back(level);
  }
  return gallery;
}

TEST(ReportSounds, HaveAPlayerForEverySoundAndTheCleanOnesOnce) {
  const std::string html = side_by_side_html(sounds(0.5, 2), {});
  EXPECT_EQ(test::xml_fault(html), "");
  EXPECT_EQ(occurrences(html, "<audio controls"), 2 + 2 * 2 * 2);
  EXPECT_EQ(occurrences(html, "class=\"plot spectrogram"), 2 + 2 * 2 * 2);
  EXPECT_THAT(html, HasSubstr("aria-label=\"m, one step, SNR 1 dB, clip 2\""));
}

TEST(ReportSounds, AreLeftOutWhereThePageWouldBeHeavy) {
  const std::string html = side_by_side_html(sounds(10, 7), {});
  EXPECT_LT(html.size(), 4'300'000U);
  EXPECT_EQ(occurrences(html, "Shown here: 1 of 2 clips"), 1);
  const std::string long_clip = side_by_side_html(sounds(100, 1), {});
  EXPECT_LT(long_clip.size(), 4'300'000U);
  EXPECT_EQ(occurrences(long_clip, "the first "), 1);
}

}  // namespace
}  // namespace pellucid::report
