// SPDX-License-Identifier: BSD-3-Clause
#include "report/examples.hpp"

#include <gtest/gtest.h>

#include "report/well_formed.hpp"

namespace pellucid {
namespace {

using test::occurrences;

TEST(ReportExamples, AreWellFormedAndLightEnough) {
  for (const auto& [name, page] : test::example_pages()) {
    const std::string html = page_html(page);
    EXPECT_EQ(test::xml_fault(html), "") << name;
    EXPECT_LT(html.size(), 5'000'000U) << name;
    const auto& gallery = page.evaluation.gallery;
    EXPECT_EQ(occurrences(html, "<figure class=\"level\"") > 0, gallery.has_value()) << name;
  }
}

TEST(ReportExamples, SayWhatOfALargePictureIsShown) {
  for (const auto& [name, page] : test::example_pages()) {
    const int said = occurrences(page_html(page), "pixels of each");
    EXPECT_EQ(said, name == "photograph" ? 1 : 0) << name;
  }
}

TEST(ReportExamples, AreTheSameEveryTime) {
  const auto once = test::example_pages();
  const auto again = test::example_pages();
  for (const std::size_t i : {0U, 5U}) EXPECT_EQ(page_html(once[i].page), page_html(again[i].page));
}

}  // namespace
}  // namespace pellucid
