// SPDX-License-Identifier: BSD-3-Clause
#include "report/text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace pellucid::report {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double smallest = std::numeric_limits<double>::denorm_min();

std::string encoded(std::string_view text) {
  return base64(std::as_bytes(std::span(text.data(), text.size())));
}

TEST(ReportText, EscapesMarkupQuotesAndControlCharacters) {
  EXPECT_EQ(escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(escape("a\x01"), "a\xEF\xBF\xBD");
  EXPECT_EQ(escape("größe\n"), "größe\n");
}

TEST(ReportText, ShowsNumbersAsPeopleWriteThem) {
  EXPECT_EQ(number_text(0.0), "0");
  EXPECT_EQ(number_text(-0.0123), "−0.0123");
  EXPECT_EQ(number_text(0.101523), "0.1015");
  EXPECT_EQ(number_text(281.28810852931554), "281.3");
  EXPECT_EQ(number_text(123456.7), "123457");
  EXPECT_EQ(number_text(1.25e-7), "1.25×10⁻⁷");
  EXPECT_EQ(number_text(-infinity), "−∞");
  EXPECT_EQ(number_text(std::nan("")), "not a number");
  EXPECT_EQ(significant(1.0, 3), "1.00");
  EXPECT_EQ(significant(10.0, 3), "10.0");
}

TEST(ReportText, GivesErrorsTwoDigitsAndValuesAsManyDecimals) {
  EXPECT_EQ(with_error(0.101523, 0.00213), "0.1015\u00A0±\u00A00.0021");
  EXPECT_EQ(with_error(10.0, 0.13), "10.00\u00A0±\u00A00.13");
  EXPECT_EQ(with_error(1.234e-9, 2.1e-11), "(1.234\u00A0±\u00A00.021)×10⁻⁹");
  EXPECT_EQ(with_error(0.0, 0.0), "0\u00A0±\u00A00");
  EXPECT_EQ(with_error(0.5, 0.0), "0.5\u00A0±\u00A00");
}

TEST(ReportText, SurvivesExtremeNumbers) {
  for (const double value : {0.0, smallest, 1e-300, 1.0, 1e300, infinity, std::nan("")}) {
    for (const double error : {0.0, smallest, 1e-300, 1.0, 1e300, infinity, std::nan("")}) {
      const std::string text = with_error(value, error);
      EXPECT_LT(text.size(), 80U) << text;
    }
  }
}

TEST(ReportText, ShortensByCharactersNotBytes) {
  EXPECT_EQ(shortened("größe", 5), "größe");
  EXPECT_EQ(shortened("größer", 5), "größ…");
  EXPECT_EQ(character_count("größ…"), 5U);
}

TEST(ReportText, EncodesBase64WithPadding) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("\xff\xfe\xfd"), "//79");
}

TEST(ReportText, FillsTemplatesInOnePass) {
  EXPECT_EQ(fill("<{{a}}|{{b}}>", {{"a", "{{b}}"}, {"b", "2"}}), "<{{b}}|2>");
  EXPECT_THROW((void)fill("{{missing}}", {}), std::logic_error);
}

}  // namespace
}  // namespace pellucid::report
