// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/evaluation_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pellucid/base/error.hpp"

namespace pellucid {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json settings_json(const Evaluation& evaluation, const RunSettings& settings) {
  Json json = Json::object();
  for (const auto& [name, text] : settings) {
    json[name] = Json::parse(text, nullptr, false);
    if (json[name].is_discarded()) {
      throw Error(fmt::format("settings: '{}' has the value {}, which is not JSON: quote text",
                              name, text));
    }
  }
  // What the evaluation knows about itself, unless the caller has said it already.
  const auto add = [&json](const char* name, Json value) {
    if (!json.contains(name)) json[name] = std::move(value);
  };
  add("samples", evaluation.samples);
  add("shape", evaluation.shape);
  add("complex", evaluation.complex_data);
  add("signal_power", evaluation.signal_power);
  add("seed", evaluation.seed);
  add("truth", or_null(evaluation.truth));
  return json;
}

Json row_json(const EvaluationRow& row) {
  Json json;
  json["model"] = row.model.empty() ? Json(nullptr) : Json(row.model);
  json["snr_db"] = row.snr_db;
  json["noise_std"] = row.noise_std;
  json["method"] = row.method;
  json["steps"] = or_null(row.steps);
  json["evaluations"] = or_null(row.evaluations);
  json["nmse"] = row.nmse;
  json["nmse_stderr"] = row.nmse_stderr;
  json["nmse_uncentred"] = row.nmse_uncentred;
  json["segmental_snr_db"] = or_null(row.segmental_snr_db);
  json["excess"] = or_null(row.excess);
  json["excess_stderr"] = or_null(row.excess_stderr);
  json["mmse"] = or_null(row.mmse);
  json["mmse_stderr"] = or_null(row.mmse_stderr);
  return json;
}

}  // namespace

std::string evaluation_json(const Evaluation& evaluation, const RunSettings& settings) {
  Json json;
  json["settings"] = settings_json(evaluation, settings);
  json["results"] = Json::array();
  for (const EvaluationRow& row : evaluation.rows) json["results"].push_back(row_json(row));
  // File names need not be valid UTF-8; a result file must be.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pellucid
