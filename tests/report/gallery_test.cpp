// SPDX-License-Identifier: BSD-3-Clause
#include "report/gallery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pellucid/base/error.hpp"
#include "report/budget.hpp"
#include "report/colour_map.hpp"
#include "report/pictures.hpp"
#include "report/well_formed.hpp"

namespace pellucid::report {
namespace {

using test::occurrences;
using test::xml_fault;
using testing::HasSubstr;
using testing::Not;

Gallery gallery_of(std::vector<Index> shape, Index entries) {
  Gallery gallery;
  gallery.shape = std::move(shape);
  gallery.clean = Eigen::MatrixXf::Random(entries, 3);
  Gallery::Level level;
  level.noisy = gallery.clean;
  level.estimates.push_back({"one-step", "<m>.safetensors", gallery.clean});
  gallery.levels.assign(2, level);
  gallery.levels[1].snr_db = 10;
  gallery.generated = gallery.clean;
  return gallery;
}

TEST(ReportGallery, ShowsEverySampleOnceInEachStrip) {
  const Gallery gallery = gallery_of({4, 5}, 20);
  const std::string html = side_by_side_html(gallery, {});
  EXPECT_EQ(xml_fault(html), "");
  EXPECT_EQ(occurrences(html, "<img alt=\"\" width=\"5\" height=\"4\""), 2 * 3 * 3);
  EXPECT_EQ(occurrences(html, "data:image/png;base64,iVBOR"), 2 * 3 * 3);
  EXPECT_THAT(html, HasSubstr("&lt;m&gt;, one step"));
  EXPECT_EQ(occurrences(generated_html(gallery), "<img"), 3);
}

TEST(ReportGallery, PutsTheErrorBesideTheName) {
  EvaluationRow row;
  row.method = "one-step";
  row.model = "<m>.safetensors";
  row.nmse = 0.1;
  row.noise_std = 2.5;
  const std::string html = side_by_side_html(gallery_of({4, 5}, 20), collect_series({row}));
  EXPECT_EQ(occurrences(html, "NMSE 0.100"), 1);
  EXPECT_EQ(occurrences(html, "noise standard deviation 2.5"), 1);
}

TEST(ReportGallery, DrawsSignalsOfOneAxisAsCurves) {
  for (const Index entries : {Index{1}, Index{2}, Index{64}, Index{10001}}) {
    const Gallery gallery = gallery_of({entries}, entries);
    const std::string html = side_by_side_html(gallery, {}) + generated_html(gallery);
    EXPECT_EQ(xml_fault(html), "");
    EXPECT_EQ(occurrences(html, "<svg class=\"signal"), 2 * 3 * 3 + 3);
    EXPECT_EQ(occurrences(html, "href=\"#clean-1\""), 2 * 2);
    EXPECT_LT(html.size(), 300000U);
    EXPECT_THAT(html, Not(HasSubstr("<img")));
  }
}

TEST(ReportGallery, IsEmptyWithoutSamples) {
  EXPECT_EQ(side_by_side_html(Gallery{}, {}), "");
  EXPECT_EQ(generated_html(Gallery{}), "");
}

TEST(ReportGallery, RefusesSamplesOfAnotherShape) {
  EXPECT_THROW((void)side_by_side_html(gallery_of({4, 4}, 20), {}), Error);
}

TEST(ReportPictures, KnowTheForms) {
  const SampleForm grey({28, 28, 1});
  EXPECT_EQ(grey.height, 28);
  EXPECT_EQ(grey.channels, 1);
  const SampleForm colour({8, 9, 3});
  EXPECT_EQ(colour.width, 9);
  EXPECT_EQ(colour.channels, 3);
  EXPECT_FALSE(SampleForm({2, 3, 4}).curve);
  EXPECT_EQ(SampleForm({2, 3, 4}).height, 6);
  EXPECT_TRUE(SampleForm({64}).curve);
  EXPECT_TRUE(SampleForm({}).curve);
}

TEST(ReportPictures, MapValuesWithoutDividingByZero) {
  Eigen::MatrixXf values(3, 1);
  values << 2, NAN, 4;
  const ValueRange range(values);
  EXPECT_EQ(range.position(3), 0.5F);
  EXPECT_EQ(range.position(9), 1.0F);
  EXPECT_EQ(range.position(NAN), 0.0F);
  const ValueRange constant(Eigen::MatrixXf::Constant(2, 2, 7));
  EXPECT_EQ(constant.position(7), 0.0F);
  const ValueRange empty(Eigen::MatrixXf(0, 0));
  EXPECT_EQ(empty.position(0.5F), 0.5F);
}

TEST(ReportPictures, ShowMagnitudesInColour) {
  const Eigen::VectorXf sample = Eigen::VectorXf::LinSpaced(4, 0, 1);
  const SampleForm form({2, 2});
  const ValueRange range(sample);
  EXPECT_NE(picture_url(sample, form, range, true), picture_url(sample, form, range, false));
  EXPECT_THAT(colour_map_gradient(), HasSubstr("#440154"));
}

TEST(ReportPictures, KeepTheMiddle) {
  const SampleForm form({3, 5, 3});
  const Eigen::VectorXf sample = Eigen::VectorXf::LinSpaced(45, 0, 44);
  const SampleForm middle = form.cropped(0.3);
  ASSERT_EQ(middle.height, 2);
  ASSERT_EQ(middle.width, 2);
  const Eigen::VectorXf part = crop(sample, form, middle);
  EXPECT_EQ(part[0], 3);   // of row 0, the second pixel
  EXPECT_EQ(part[6], 18);  // of row 1
  const SampleForm wide = SampleForm({4, 100}).cropped(0.5);
  EXPECT_EQ(wide.height, 4);
  EXPECT_EQ(wide.width, 50);
}

TEST(ReportBudget, GivesUpSamplesThenPartsThenLevels) {
  const Eigen::MatrixXd weights = Eigen::MatrixXd::Constant(7, 4, 10);
  const Eigen::VectorXd once = Eigen::VectorXd::Constant(4, 10);
  const Selection all = select(weights, once, 320, 1.0);
  EXPECT_EQ(all.samples, 4);
  EXPECT_EQ(all.levels.size(), 7U);
  EXPECT_EQ(select(weights, once, 319, 1.0).samples, 3);
  const Selection part = select(weights, once, 40, 0.5);
  EXPECT_EQ(part.samples, 1);
  EXPECT_EQ(part.levels.size(), 7U);
  EXPECT_DOUBLE_EQ(part.share, 0.5);
  const Selection fewer = select(weights, once, 40, 1.0);
  EXPECT_THAT(fewer.levels, testing::ElementsAre(0, 3, 6));
  const Selection least = select(weights, once, 5, 1.0);
  EXPECT_THAT(least.levels, testing::ElementsAre(3));
  EXPECT_DOUBLE_EQ(least.share, 0.25);
}

}  // namespace
}  // namespace pellucid::report
