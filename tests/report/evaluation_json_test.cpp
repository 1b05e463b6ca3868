// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/evaluation_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pellucid/base/error.hpp"

namespace pellucid {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;

std::vector<std::string> keys(const Json& json) {
  std::vector<std::string> all;
  for (const auto& item : json.items()) all.push_back(item.key());
  return all;
}

Evaluation one_row() {
  Evaluation evaluation;
  EvaluationRow row;
  row.method = "least-squares";
  row.snr_db = -10;
  row.noise_std = 0.1 + 0.2;
  row.nmse = 1.0 / 3.0;
  row.nmse_stderr = 5e-324;
  evaluation.rows.push_back(row);
  return evaluation;
}

TEST(EvaluationJson, HasSettingsFirstAndEveryKeyInOrder) {
  const Json json = Json::parse(evaluation_json(one_row(), {{"limit", "1000"}}));
  EXPECT_THAT(keys(json), ElementsAre("settings", "results"));
  EXPECT_THAT(keys(json["results"][0]),
              ElementsAre("model", "snr_db", "noise_std", "method", "steps", "evaluations", "nmse",
                          "nmse_stderr", "nmse_uncentred", "segmental_snr_db", "excess",
                          "excess_stderr", "mmse", "mmse_stderr"));
}

TEST(EvaluationJson, KeepsEveryBitOfANumber) {
  const Json row = Json::parse(evaluation_json(one_row(), {}))["results"][0];
  EXPECT_EQ(row["noise_std"].get<double>(), 0.1 + 0.2);
  EXPECT_EQ(row["nmse"].get<double>(), 1.0 / 3.0);
  EXPECT_EQ(row["nmse_stderr"].get<double>(), 5e-324);
}

TEST(EvaluationJson, WritesNullForWhatDoesNotApply) {
  Evaluation evaluation = one_row();
  evaluation.rows[0].nmse_uncentred = std::numeric_limits<double>::quiet_NaN();
  const Json row = Json::parse(evaluation_json(evaluation, {}))["results"][0];
  for (const char* key : {"model", "steps", "evaluations", "nmse_uncentred", "segmental_snr_db",
                          "excess", "excess_stderr", "mmse", "mmse_stderr"}) {
    EXPECT_TRUE(row[key].is_null()) << key;
  }
}

TEST(EvaluationJson, TakesSettingsInOrderAndAddsWhatTheEvaluationKnows) {
  const RunSettings settings = {{"zeta", "\"linear,300\""}, {"alpha", "[1, 2.5]"}, {"seed", "9"}};
  const Json json = Json::parse(evaluation_json(one_row(), settings))["settings"];
  EXPECT_THAT(keys(json), ElementsAre("zeta", "alpha", "seed", "samples", "shape", "complex",
                                      "signal_power", "truth"));
  EXPECT_EQ(json["zeta"], "linear,300");
  EXPECT_EQ(json["seed"], 9);
}

TEST(EvaluationJson, RefusesSettingsThatAreNotJson) {
  EXPECT_THROW((void)evaluation_json(one_row(), {{"schedule", "linear,300"}}), Error);
}

TEST(EvaluationJson, StaysValidWithFileNamesThatAreNotUtf8) {
  Evaluation evaluation = one_row();
  evaluation.rows[0].model = "model\xff.safetensors";
  EXPECT_TRUE(Json::accept(evaluation_json(evaluation, {})));
}

}  // namespace
}  // namespace pellucid
