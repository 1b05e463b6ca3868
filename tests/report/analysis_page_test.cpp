// SPDX-License-Identifier: BSD-3-Clause
#include "report/analysis_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/analysis_examples.hpp"
#include "report/well_formed.hpp"

namespace pellucid::report {
namespace {

using test::occurrences;
using test::xml_fault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> names(const std::vector<FigureFile>& figures) {
  std::vector<std::string> all;
  for (const FigureFile& figure : figures) all.push_back(figure.name);
  return all;
}

void expect_in_order(const AnalysisReport& report) {
  EXPECT_EQ(xml_fault(report.html), "");
  EXPECT_THAT(report.html, Not(HasSubstr("{{")));
  EXPECT_THAT(report.html, Not(HasSubstr("nan")));
  EXPECT_THAT(report.html, Not(HasSubstr("https:")));
  EXPECT_EQ(occurrences(report.html, "<script"), 1);
  for (const FigureFile& figure : report.figures) EXPECT_EQ(xml_fault(figure.svg), "");
}

TEST(AnalysisPage, HoldsTextPlotsMapsAndTables) {
  const AnalysisReport report =
      alignment_report(test::example_alignment(3), test::example_head("A < B"));
  expect_in_order(report);
  EXPECT_THAT(names(report.figures), ElementsAre("cos2", "cos2_map", "eigenvalues"));
  EXPECT_THAT(report.html, HasSubstr("<h1>A &lt; B</h1>"));
  EXPECT_THAT(report.html, HasSubstr("pellucid analyze alignment --spikes 64,32,16"));
  EXPECT_THAT(report.html, HasSubstr("download=\"alignment.csv\""));
  EXPECT_THAT(report.html, HasSubstr("component 2 emerges below"));
  // Error bars of three components at 21 levels, in a wide and a narrow plot.
  EXPECT_EQ(occurrences(report.html, "class=\"error\""), 2 * 3 * 21);
}

TEST(AnalysisPage, ManyComponentsAreAllInTheTable) {
  const AnalysisReport report =
      alignment_report(test::example_alignment(12), test::example_head("Many"));
  expect_in_order(report);
  EXPECT_THAT(report.html, HasSubstr("The first 8 components; all are in the table."));
  EXPECT_THAT(report.html, HasSubstr("<td><data value=\"12\">12</data></td>"));
}

TEST(AnalysisPage, TrajectoriesOfLinearDenoisersKnowMore) {
  const AnalysisReport linear =
      trajectory_report(test::example_trajectory(true), test::example_head("Linear"));
  expect_in_order(linear);
  EXPECT_THAT(names(linear.figures),
              ElementsAre("error", "bands", "bands_map", "spectrum", "product", "components"));
  const AnalysisReport model =
      trajectory_report(test::example_trajectory(false), test::example_head("Model"));
  expect_in_order(model);
  EXPECT_THAT(names(model.figures), ElementsAre("error", "bands", "bands_map", "spectrum"));
}

TEST(AnalysisPage, EmptyResultsMakeAPage) {
  expect_in_order(alignment_report({}, test::example_head("None")));
  expect_in_order(trajectory_report({}, test::example_head("None")));
}

TEST(AnalysisTable, CsvHasAllDigits) {
  const TableBlock table{"t",
                         {{"A", "a"}, {"B, too", "b,too"}},
                         {{{1.0 / 3, ""}, {std::nullopt, "say \"x\""}}, {{std::nan(""), ""}, {}}},
                         ""};
  EXPECT_EQ(csv_text(table), "a,\"b,too\"\r\n0.3333333333333333,\"say \"\"x\"\"\"\r\n,\r\n");
}

TEST(AnalysisHeatMap, DrawsOneRectanglePerNumber) {
  HeatMap map{.id = "m",
              .title = "<Title>",
              .x_name = "x",
              .y_name = "y",
              .value_name = "value",
              .columns = {"1", "2", "3"},
              .rows = {"a", "b"},
              .values = Eigen::MatrixXd::Zero(2, 3)};
  map.values << 0.0, 0.5, 1.0, -1.0, 2.0, std::nan("");
  const std::string svg = heat_map_svg(map, PlotForm::wide);
  EXPECT_EQ(xml_fault(svg), "");
  EXPECT_THAT(svg, HasSubstr("&lt;Title&gt;"));
  EXPECT_EQ(occurrences(svg, "<title>"), 5);
  // The ends of viridis, for values outside too; the legend has one of each.
  EXPECT_EQ(occurrences(svg, "#440154"), 3);
  EXPECT_EQ(occurrences(svg, "#fde725"), 3);
  EXPECT_EQ(heat_map_svg({}, PlotForm::wide), "");
}

TEST(AnalysisPlot, LogarithmicAxisLeavesOutWhatItCannotShow) {
  LinePlot plot{.id = "p",
                .title = "t",
                .x_name = "Noise",
                .x_unit = "",
                .y_label = "y",
                .y_name = "y",
                .scale = Scale::linear,
                .curves = {},
                .x_scale = Scale::logarithmic,
                .marks = {}};
  plot.curves.push_back({"c", {"c-0", ""}, 0, {}});
  for (const double x : {0.0, 0.05, 0.5, 10.0}) {
    plot.curves.back().points.push_back({x, 1.0, 0.0, "1"});
  }
  plot.marks = {{1.0, "c-0", 0, "here"}, {1e9, "c-0", 0, "outside"}};
  EXPECT_EQ(points_left_out(plot), 1);
  const std::string svg = line_plot_svg(plot, PlotForm::wide, 300);
  EXPECT_EQ(xml_fault(svg), "");
  for (const char* label : {">0.05<", ">0.1<", ">0.5<", ">1<", ">10<", ">Noise<"}) {
    EXPECT_THAT(svg, HasSubstr(label));
  }
  EXPECT_THAT(svg, HasSubstr("here"));
  EXPECT_THAT(svg, Not(HasSubstr("outside")));
}

}  // namespace
}  // namespace pellucid::report
