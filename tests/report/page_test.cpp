// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "report/csv.hpp"
#include "report/curves.hpp"
#include "report/series.hpp"
#include "report/text.hpp"
#include "report/well_formed.hpp"

namespace pellucid {
namespace {

using test::occurrences;
using test::xml_fault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

EvaluationRow row(std::string model, double snr_db, std::string method, double nmse) {
  EvaluationRow r;
  r.model = std::move(model);
  r.snr_db = snr_db;
  r.noise_std = std::pow(10.0, -snr_db / 20);
  r.method = std::move(method);
  r.nmse = nmse;
  r.nmse_stderr = 0.01 * nmse;
  r.nmse_uncentred = 0.5 * nmse;
  return r;
}

// Three SNRs; at 0 dB the mixture has 0.1, the Wiener filter 0.15, and the MMSE is 0.08.
Page page_with_truth() {
  Page page;
  page.title = "Channels";
  page.command_line = "pellucid evaluate x.npy";
  page.settings = {{"schedule", "\"linear,300\""}};
  for (const double snr_db : {-10.0, 0.0, 10.0}) {
    const double noise = std::pow(10.0, -snr_db / 10);
    auto& rows = page.evaluation.rows;
    rows.push_back(row("", snr_db, "least-squares", noise));
    rows.push_back(row("", snr_db, "wiener", 0.15 * noise));
    rows.push_back(row("", snr_db, "cme", 0.08 * noise));
    rows.back().mmse = 0.08 * noise;
    rows.back().mmse_stderr = 1e-3 * noise;
    rows.push_back(row("m.safetensors", snr_db, "one-step", 0.1 * noise));
    rows.back().steps = 1;
    rows.back().excess = 0.02 * noise;
    rows.back().excess_stderr = 1e-4 * noise;
  }
  return page;
}

TEST(ReportPage, IsWellFormedAndLoadsNothing) {
  const std::string html = page_html(page_with_truth());
  EXPECT_EQ(xml_fault(html), "");
  EXPECT_THAT(html, Not(HasSubstr("{{")));
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_EQ(occurrences(html, "http:"), occurrences(html, "xmlns=\"http:"));
  EXPECT_THAT(html, Not(HasSubstr("https:")));
}

TEST(ReportPage, AllowsItsOwnScriptOnly) {
  const std::string html = page_html(page_with_truth());
  EXPECT_EQ(occurrences(html, "<script"), 1);
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, testing::ContainsRegex("script-src 'sha256-[A-Za-z0-9+/]{43}='"));
}

TEST(ReportPage, SaysInOneSentenceWhatCameOut) {
  const std::string html = page_html(page_with_truth());
  EXPECT_THAT(html, HasSubstr("<b>m, one step</b> reaches an NMSE of <b>0.1000"));
  EXPECT_THAT(html, HasSubstr("33\u00A0% less error than the Wiener filter (0.15)"));
  EXPECT_THAT(html, HasSubstr("90\u00A0% less error than the noisy observation itself (1)"));
  EXPECT_THAT(html, HasSubstr("25\u00A0% above the least that any estimator can have"));
}

TEST(ReportPage, ShowsEveryNumberInTheTableAndThePlot) {
  const Page page = page_with_truth();
  const std::string html = page_html(page);
  for (const auto& r : page.evaluation.rows) {
    EXPECT_THAT(html, HasSubstr(report::with_error(r.nmse, r.nmse_stderr) + "</data>"));
    EXPECT_THAT(html, HasSubstr("\nNMSE " + report::with_error(r.nmse, r.nmse_stderr)));
    EXPECT_THAT(html, HasSubstr(report::significant(r.nmse_uncentred, 4) + "</data>"));
    if (r.excess) {
      EXPECT_THAT(html, HasSubstr(report::with_error(*r.excess, *r.excess_stderr) + "</data>"));
    }
  }
  EXPECT_EQ(occurrences(html, "<th scope=\"row\">"), 12);
}

TEST(ReportPage, DrawsBothPlotsForWideAndNarrowPages) {
  const std::string html = page_html(page_with_truth());
  for (const char* id : {"nmse-wide", "nmse-narrow", "excess-wide", "excess-narrow"}) {
    EXPECT_EQ(occurrences(html, std::string("<title id=\"") + id), 1) << id;
  }
  EXPECT_THAT(html, HasSubstr(">SNR (dB)</text>"));
  EXPECT_THAT(html, HasSubstr(">Excess (% of the MMSE)</text>"));
}

TEST(ReportPage, EscapesWhatUsersName) {
  Page page = page_with_truth();
  const std::string evil = "</title><script>\"'&{{style}}";
  page.title = page.command_line = evil;
  page.settings.emplace_back(evil, "\"<script>\"");
  page.evaluation.truth = evil;
  for (auto& r : page.evaluation.rows) {
    if (!r.model.empty()) r.model = evil;
  }
  const std::string html = page_html(page);
  EXPECT_EQ(xml_fault(html), "");
  EXPECT_EQ(occurrences(html, "<script"), 1);
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;&quot;&#39;&amp;{{style}}"));
}

TEST(ReportPage, NeedsNoRows) {
  const std::string html = page_html(Page{});
  EXPECT_EQ(xml_fault(html), "");
  EXPECT_THAT(html, HasSubstr("No results."));
}

TEST(ReportPage, SurvivesOneRowWithAnyNumber) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double nmse : {0.0, 1e-320, 1e-30, 1.0, 1e300, 1.7e308, infinity, std::nan("")}) {
    for (const double error : {0.0, 1e-3, 1e308, infinity}) {
      Page page;
      page.evaluation.rows = {row("m", 3.0, "one-step", nmse), row("", 3.0, "wiener", nmse)};
      page.evaluation.rows[0].nmse_stderr = error;
      page.evaluation.rows[0].excess = nmse;
      const std::string html = page_html(page);
      EXPECT_EQ(xml_fault(html), "") << nmse << " " << error;
      EXPECT_EQ(occurrences(html, "d=\"Mnan") + occurrences(html, "inf "), 0) << nmse;
    }
  }
}

TEST(ReportPage, OffersEveryNumberAsCsv) {
  auto rows = page_with_truth().evaluation.rows;
  rows[0].model = "a \"b\", c";
  const std::string csv = report::csv_text(rows);
  EXPECT_EQ(occurrences(csv, "\r\n"), 13);
  EXPECT_THAT(csv, testing::StartsWith("snr_db,noise_std,model,method,steps,evaluations,nmse,"));
  EXPECT_THAT(csv, HasSubstr("\"a \"\"b\"\", c\",least-squares"));
  EXPECT_THAT(csv, HasSubstr("excess,excess_stderr,mmse,mmse_stderr\r\n"));
  EXPECT_THAT(csv, Not(HasSubstr("segmental")));
  EXPECT_EQ(report::csv_url("a\r\n\"<ü"), "data:text/csv;charset=utf-8,a%0D%0A%22%3C%C3%BC");
}

TEST(ReportPlot, ShowsSegmentalSnrOnALinearAxis) {
  Page page = page_with_truth();
  EXPECT_THAT(page_html(page), Not(HasSubstr("Segmental SNR")));
  for (auto& r : page.evaluation.rows) r.segmental_snr_db = r.snr_db - 3;
  const std::string html = page_html(page);
  EXPECT_EQ(xml_fault(html), "");
  EXPECT_EQ(occurrences(html, "<title id=\"segmental-wide"), 1);
  EXPECT_THAT(html, HasSubstr("<data value=\"-13\">−13</data>"));
  EXPECT_THAT(html, HasSubstr("data-value=\"−13 dB\""));
}

TEST(ReportPlot, NumbersAMethodAlikeInEveryPlot) {
  const std::string html = page_html(page_with_truth());
  // Observation 0, Wiener filter 1, CME 2, the model's 3: only the last has an excess.
  EXPECT_EQ(occurrences(html, "data-series=\"2\" data-label=\"CME (best possible)\""), 2);
  EXPECT_EQ(occurrences(html, "data-series=\"3\" data-label=\"m, one step\""), 4);
}

TEST(ReportPlot, LeavesOutZerosAndSaysSo) {
  Page page = page_with_truth();
  page.evaluation.rows[3].nmse = 0.0;
  EXPECT_THAT(page_html(page), HasSubstr("1 value is zero to rounding"));
}

TEST(ReportPlot, NamesTheMethodThatEqualsTheCme) {
  Page page = page_with_truth();
  for (auto& r : page.evaluation.rows) {
    if (r.excess) r.excess = 1e-32;
  }
  const std::string html = page_html(page);
  EXPECT_THAT(html, HasSubstr("<b>m, one step</b> equals the CME to rounding"));
  EXPECT_EQ(occurrences(html, "excess-wide"), 0);
}

TEST(ReportPlot, ShowsExcessInNmseWhereTheMmseIsUnknown) {
  Page page = page_with_truth();
  for (auto& r : page.evaluation.rows) r.mmse.reset();
  EXPECT_THAT(page_html(page), HasSubstr(">Excess (units of NMSE)</text>"));
}

TEST(ReportSeries, ListsBaselinesThenTheCmeThenEstimates) {
  auto rows = page_with_truth().evaluation.rows;
  std::reverse(rows.begin(), rows.end());
  std::vector<std::string> labels;
  for (const auto& series : report::collect_series(rows)) {
    labels.push_back(series.label);
    EXPECT_EQ(series.rows.front().snr_db, -10.0);
  }
  EXPECT_THAT(labels,
              ElementsAre("Wiener filter", "observation", "CME (best possible)", "m, one step"));
}

TEST(ReportSeries, TellsNumbersOfStepsApart) {
  std::vector<EvaluationRow> rows;
  for (const int steps : {2, 5}) {
    rows.push_back(row("a/m.safetensors", 0.0, "mean-forwarding", 0.1));
    rows.back().steps = steps;
  }
  rows.push_back(row("a/m.safetensors", 0.0, "mean-forwarding", 0.1));
  const auto series = report::collect_series(rows);
  ASSERT_EQ(series.size(), 3U);
  EXPECT_EQ(series[0].label, "m, mean forwarding, 2 steps");
  EXPECT_EQ(series[2].label, "m, mean forwarding, all steps");
}

TEST(ReportSeries, KeepsACalibratedMethodTogether) {
  std::vector<EvaluationRow> rows;
  for (const int steps : {4, 1}) {
    rows.push_back(row("m", steps, "auto", 0.1));
    rows.back().steps = steps;
  }
  EXPECT_EQ(report::collect_series(rows).size(), 1U);
}

}  // namespace
}  // namespace pellucid
