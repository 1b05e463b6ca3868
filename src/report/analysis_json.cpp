// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/analysis_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

using Json = nlohmann::ordered_json;

Json settings_json(const RunSettings& settings) {
  Json json = Json::object();
  for (const auto& [name, text] : settings) {
    json[name] = Json::parse(text, nullptr, false);
    if (json[name].is_discarded()) {
      throw Error(fmt::format("settings: '{}' has the value {}, which is not JSON: quote text",
                              name, text));
    }
  }
  return json;
}

// File names need not be valid UTF-8; a result file must be. NaN becomes null.
std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json row_json(const AlignmentRow& row) {
  return {{"component", row.component},
          {"noise_std", row.noise_std},
          {"cos2", row.cos2},
          {"cos2_stderr", row.cos2_stderr},
          {"cos2_theory", row.cos2_theory},
          {"cos2_mixing", row.cos2_mixing},
          {"eigenvalue", row.eigenvalue},
          {"eigenvalue_theory", row.eigenvalue_theory}};
}

Json emergence_json(const Emergence& emergence) {
  return {{"component", emergence.component},
          {"variance", emergence.variance},
          {"threshold_std", emergence.threshold_std},
          {"half_std_theory", emergence.half_std_theory},
          {"half_std", emergence.half_std}};
}

Json step_json(const TrajectoryStep& step) {
  Json json{{"step", step.step},
            {"noise_std", step.noise_std},
            {"nmse", or_null(step.nmse)},
            {"nmse_stderr", or_null(step.nmse_stderr)},
            {"band_energy", step.band_energy},
            {"band_error", step.band_error},
            {"spectrum", step.spectrum}};
  if (step.linear) {
    json["cos2"] = step.linear->cos2;
    json["product"] = step.linear->product;
    json["leading_cos2"] = step.linear->leading_cos2;
    json["variances"] = step.linear->variances;
    json["power_ratio"] = step.linear->power_ratio;
    json["power_cos2"] = step.linear->power_cos2;
  }
  return json;
}

}  // namespace

std::string alignment_json(const Alignment& alignment, const RunSettings& settings) {
  Json json;
  json["settings"] = settings_json(settings);
  json["dim"] = alignment.dim;
  json["samples"] = alignment.samples;
  json["gamma"] = alignment.gamma;
  json["repeats"] = alignment.repeats;
  json["complex"] = alignment.complex_data;
  json["synthetic"] = alignment.synthetic;
  json["mean_difference"] = alignment.mean_difference;
  json["mean_difference_mixing"] = alignment.mean_difference_mixing;
  json["results"] = Json::array();
  for (const AlignmentRow& row : alignment.rows) json["results"].push_back(row_json(row));
  json["emergence"] = Json::array();
  for (const Emergence& one : alignment.emergence) {
    json["emergence"].push_back(emergence_json(one));
  }
  return text_of(json);
}

std::string trajectory_json(const Trajectory& trajectory, const RunSettings& settings) {
  Json json;
  json["settings"] = settings_json(settings);
  json["denoiser"] = trajectory.denoiser;
  json["mode"] = name(trajectory.mode);
  json["dim"] = trajectory.dim;
  json["signals"] = trajectory.signals;
  json["training"] = trajectory.training;
  json["complex"] = trajectory.complex_data;
  json["bands"] = {{"edges", trajectory.band_edges},
                   {"clean_energy", trajectory.clean_band_energy}};
  json["clean_spectrum"] = trajectory.clean_spectrum;
  json["results"] = Json::array();
  for (const TrajectoryStep& step : trajectory.steps) json["results"].push_back(step_json(step));
  if (trajectory.linear) {
    json["linear"] = {{"reference", trajectory.linear->reference},
                      {"training", trajectory.linear->training},
                      {"generated", trajectory.linear->generated},
                      {"total_variance", trajectory.linear->total_variance}};
  }
  return text_of(json);
}

}  // namespace pellucid
