// SPDX-License-Identifier: BSD-3-Clause
#include "io/calibration_json.hpp"

#include <nlohmann/json.hpp>

#include "pellucid/base/error.hpp"

namespace pellucid::io {

namespace {

using nlohmann::json;

constexpr std::uint64_t most_steps = 1'000'000;

Calibration::Entry parse_entry(const json& entry) {
  if (entry.is_object()) {
    const json snr_db = entry.value("snr_db", json()), steps = entry.value("steps", json());
    const json precision = entry.value("precision", json("f32"));
    const bool countable = steps.is_number_unsigned() && steps.get<std::uint64_t>() >= 1 &&
                           steps.get<std::uint64_t>() <= most_steps;
    for (const Precision known : {Precision::f32, Precision::bf16x3, Precision::bf16}) {
      if (precision == name(known) && countable && snr_db.is_number()) {
        return {snr_db.get<double>(), steps.get<int>(), known};
      }
    }
  }
  throw Error(
      "is no list of {\"snr_db\", \"steps\"}, with \"precision\" f32, bf16x3 or bf16: correct it");
}

}  // namespace

json calibration_json(const Calibration& calibration) {
  json list = json::array();
  for (const auto& [snr_db, steps, precision] : calibration.entries) {
    list.push_back({{"snr_db", snr_db}, {"steps", steps}});
    if (precision != Precision::f32) list.back()["precision"] = name(precision);
  }
  return list;
}

Calibration parse_calibration(const json& list) {
  Calibration calibration;
  if (!list.is_array()) static_cast<void>(parse_entry(json()));
  for (const json& entry : list) calibration.entries.push_back(parse_entry(entry));
  return calibration;
}

}  // namespace pellucid::io
