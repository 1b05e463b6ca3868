// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/experiments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

constexpr auto images = {"images-mixture",   "images-real", "resampling",
                         "spiked-alignment", "frequencies", "jacobians"};
constexpr auto sounds = {"speech-mixture", "speech-real"};

std::string data_of(std::string_view name) {
  if (std::find(images.begin(), images.end(), name) != images.end()) {
    return "Fashion-MNIST (Debian's dataset-fashion-mnist, or --images)";
  }
  if (std::find(sounds.begin(), sounds.end(), name) != sounds.end()) {
    return "recorded speech (Debian's asterisk-core-sounds-en-wav, or --sounds)";
  }
  return {};
}

std::vector<Experiment> in_order() {
  std::vector<Experiment> all = {
      reproduce::cme_gap(),         reproduce::images_mixture(), reproduce::speech_mixture(),
      reproduce::images_real(),     reproduce::speech_real(),    reproduce::resampling(),
      reproduce::per_step(),        reproduce::snr_mismatch(),   reproduce::lipschitz(),
      reproduce::when_it_fails(),   reproduce::few_steps(),      reproduce::spiked_alignment(),
      reproduce::power_iteration(), reproduce::frequencies(),    reproduce::jacobians()};
  for (Experiment& one : all) one.data = data_of(one.name);
  return all;
}

}  // namespace

const std::vector<Experiment>& experiments() {
  static const std::vector<Experiment> all = in_order();
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
