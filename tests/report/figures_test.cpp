// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "pellucid/base/error.hpp"
#include "pellucid/report/rasterise.hpp"
#include "report/examples.hpp"
#include "report/well_formed.hpp"

namespace pellucid {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Page example(const std::string& name) {
  for (auto& [key, page] : test::example_pages()) {
    if (key == name) return page;
  }
  throw std::logic_error("no example " + name);
}

std::vector<std::string> names(const std::vector<FigureFile>& files) {
  std::vector<std::string> all;
  for (const FigureFile& file : files) all.push_back(file.name);
  return all;
}

unsigned big_endian(const std::vector<std::byte>& bytes, std::size_t at) {
  unsigned value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | std::to_integer<unsigned>(bytes.at(at + i));
  }
  return value;
}

TEST(Figures, AreOneFileForEachPlotAndSnr) {
  EXPECT_THAT(names(figures(example("speech").evaluation)),
              ElementsAre("nmse", "segmental_snr", "samples_-5dB", "samples_0dB", "samples_5dB",
                          "samples_10dB", "samples_20dB"));
  const auto with_truth = names(figures(example("channels").evaluation));
  EXPECT_THAT(with_truth, Contains("excess"));
  EXPECT_THAT(with_truth, Contains("generated"));
  EXPECT_THAT(figures(Evaluation{}), testing::IsEmpty());
}

TEST(Figures, AreCompleteDocumentsThatLoadNothing) {
  for (const auto& [name, page] : test::example_pages()) {
    for (const auto& [figure, svg] : figures(page.evaluation)) {
      EXPECT_EQ(test::xml_fault(svg), "") << name << "/" << figure;
      EXPECT_THAT(svg.substr(0, 200), HasSubstr("width=\"88mm\"")) << name << "/" << figure;
      EXPECT_EQ(test::occurrences(svg, "http:"), 1) << name << "/" << figure;
      EXPECT_THAT(svg, Not(HasSubstr("var(--"))) << name << "/" << figure;
    }
  }
}

TEST(Figures, TellTenMethodsApartWithoutColours) {
  const std::string svg = figures(example("methods").evaluation).front().svg;
  std::set<std::string> looks;
  const std::string begin = "<g class=\"entry\"";
  for (auto at = svg.find(begin); at != std::string::npos; at = svg.find(begin, at + 1)) {
    const std::string entry = svg.substr(at, svg.find("<text", at) - at);
    const auto dash = entry.find("stroke-dasharray");
    const auto mark = entry.find("<path class=\"full\"") != std::string::npos ? "full" : "open";
    looks.insert((dash == std::string::npos ? "" : entry.substr(dash, 26)) + mark +
                 entry.substr(entry.rfind(" d=\"")));
  }
  EXPECT_EQ(looks.size(), 13U);
}

TEST(Rasterise, GivesTheSizeOfAColumnAtTheResolution) {
  const std::string svg = figures(example("pictures").evaluation).front().svg;
  const auto png = rasterise(svg, 300);
  ASSERT_GT(png.size(), 5000U);
  EXPECT_EQ(big_endian(png, 0), 0x89504E47U);
  EXPECT_NEAR(big_endian(png, 16), 88 / 25.4 * 300, 1.0);
  EXPECT_EQ(big_endian(png, 41), 11811U);  // dots per metre, in the chunk after the header
  EXPECT_NEAR(big_endian(rasterise(svg, 150), 16), 88 / 25.4 * 150, 1.0);
}

TEST(Rasterise, RefusesWhatItCannotDraw) {
  EXPECT_THROW((void)rasterise("no picture", 300), Error);
  EXPECT_THROW((void)rasterise("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\"/>", 300),
               Error);
  const std::string svg = figures(example("numbers").evaluation).front().svg;
  EXPECT_THROW((void)rasterise(svg, 1e6), Error);
}

}  // namespace
}  // namespace pellucid
