// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/experiments.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"

namespace pellucid {

const std::vector<Experiment>& experiments() {
  static const std::vector<Experiment> all = {
      reproduce::cme_gap(),         reproduce::images_mixture(), reproduce::speech_mixture(),
      reproduce::images_real(),     reproduce::speech_real(),    reproduce::resampling(),
      reproduce::per_step(),        reproduce::snr_mismatch(),   reproduce::lipschitz(),
      reproduce::when_it_fails(),   reproduce::few_steps(),      reproduce::spiked_alignment(),
      reproduce::power_iteration(), reproduce::frequencies(),    reproduce::jacobians()};
  return all;
}

const Experiment& find_experiment(std::string_view name) {
  std::string known;
  for (const Experiment& experiment : experiments()) {
    if (experiment.name == name) return experiment;
    known += (known.empty() ? "" : ", ") + experiment.name;
  }
  throw Error(fmt::format("unknown experiment '{}': choose of {}", name, known));
}

}  // namespace pellucid
