// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reproduce/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "pellucid/base/error.hpp"
#include "pellucid/version.hpp"

namespace pellucid {
namespace {

// Of an experiment that there is, with numbers that no run gave.
ExperimentRecord example() {
  const Experiment& experiment = experiments().front();
  ExperimentRecord record;
  record.name = experiment.name;
  record.settings = run_settings(experiment, ReproduceOptions());
  record.command_line = "pellucid reproduce \"a b\"";
  record.version = version;
  record.revision = "0123456789";
  record.date = "2026-11-22";
  record.machine = "none";
  record.seconds = 1.5;
  double value = 1.0 / 3.0;
  for (const Statement& one : experiment.statements) {
    record.findings.measured.push_back({one.id, {value, 1e-17}});
    value /= 3;
  }
  record.findings.explanation = "Because – of \"this\".";
  FindingFigure figure{"a", "b", "c", "d", "dB", "e", true, false, {}};
  figure.curves.push_back({"f", {{1, 0.1, 0.2}, {2, std::nan(""), 0}}, FindingCurve::Look::line});
  record.findings.figures.push_back(figure);
  FindingPictures pictures{"p", "q", "r", {2, 3}, {}};
  pictures.rows.push_back({"s", Eigen::MatrixXf::Constant(6, 2, 0.25F)});
  record.findings.pictures.push_back(pictures);
  return record;
}

std::filesystem::path written(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(Record, IsReadBackAsItWasWritten) {
  const ExperimentRecord record = example();
  const std::string text = record_json(record);
  const ExperimentRecord back = read_record(written("record.json", text));
  EXPECT_EQ(record_json(back), text);
  EXPECT_EQ(back.settings, record.settings);
  EXPECT_EQ(back.findings.measured[0].second.value, record.findings.measured[0].second.value);
  EXPECT_TRUE(std::isnan(back.findings.figures[0].curves[0].points[1].y));
}

TEST(Record, IsCurrentWhereSettingsAndVersionAreTheSame) {
  const Experiment& experiment = experiments().front();
  ExperimentRecord record = example();
  ReproduceOptions options;
  EXPECT_TRUE(is_current(record, experiment, options));
  options.seed = 2;
  EXPECT_FALSE(is_current(record, experiment, options));
  options = {};
  options.quick = true;
  EXPECT_FALSE(is_current(record, experiment, options));
  record.version = "0";
  EXPECT_FALSE(is_current(record, experiment, ReproduceOptions()));
}

TEST(Record, ADamagedFileIsAnErrorThatNamesIt) {
  const std::string text = record_json(example());
  std::string other = text;
  other.replace(other.find("\"seconds\": "), 9, "\"minutes\"");
  for (const std::string& damaged :
       {std::string(), text.substr(0, text.size() / 2), std::string("[]"), other}) {
    const auto path = written("damaged.json", damaged);
    try {
      (void)read_record(path);
      ADD_FAILURE() << "was read: " << damaged.substr(0, 40);
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::StartsWith(path.string()));
    }
  }
  EXPECT_THROW((void)read_record("/nowhere/record.json"), Error);
}

}  // namespace
}  // namespace pellucid
