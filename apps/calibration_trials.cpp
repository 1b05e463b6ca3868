// SPDX-License-Identifier: BSD-3-Clause
#include "calibration_trials.hpp"

#include <nlohmann/json.hpp>

namespace pellucid::app {

nlohmann::ordered_json trials_json(const CalibrationResult& result) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const CalibrationTrial& trial : result.trials) {
    rows.push_back({{"snr_db", trial.snr_db},
                    {"steps", trial.steps},
                    {"precision", name(trial.precision)},
                    {"nmse", trial.nmse},
                    {"nmse_stderr", trial.nmse_stderr},
                    {"difference", trial.difference},
                    {"difference_stderr", trial.difference_stderr},
                    {"chosen", trial.chosen}});
  }
  return rows;
}

}  // namespace pellucid::app
