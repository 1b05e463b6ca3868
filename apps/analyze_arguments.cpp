// SPDX-License-Identifier: BSD-3-Clause
#include "analyze_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "checks.hpp"
#include "pellucid/version.hpp"

namespace pellucid::app {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

constexpr int most_levels = 10'000;

double parse_level(const std::string& text) {
  const double level = parse_finite(text, "--noise-std");
  if (!(level > 0)) {
    throw UsageError(fmt::format("--noise-std: {}: give standard deviations above 0", text));
  }
  return level;
}

void add_logarithmic(const std::vector<std::string>& ends, std::vector<double>& levels) {
  const double low = parse_level(ends[0]), high = parse_level(ends[1]);
  const std::string digits = ends[2].substr(0, ends[2].size() - 3);
  int count = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  const bool whole = error == std::errc{} && stop == digits.data() + digits.size();
  if (!whole || count < 2 || count > most_levels || low == high) {
    throw UsageError(
        fmt::format("--noise-std: '{}:{}:{}': write low:high:COUNTlog, 2 to {} "
                    "levels, as in 0.05:10:21log",
                    ends[0], ends[1], ends[2], most_levels));
  }
  for (int i = 0; i + 1 < count; ++i) {
    levels.push_back(low * std::pow(high / low, static_cast<double>(i) / (count - 1)));
  }
  levels.push_back(high);
}

void add_even(const std::vector<std::string>& ends, std::vector<double>& levels) {
  const double start = parse_level(ends[0]), step = parse_finite(ends[1], "--noise-std");
  const double stop = parse_level(ends[2]);
  const double count = std::floor((stop - start) / step + 1e-9) + 1;
  if (step == 0 || !(count >= 1) || count > most_levels) {
    throw UsageError(
        fmt::format("--noise-std: '{}:{}:{}' is an empty or endless range: write start:step:stop, "
                    "or low:high:COUNTlog",
                    ends[0], ends[1], ends[2]));
  }
  for (int i = 0; i < static_cast<int>(count); ++i) levels.push_back(start + i * step);
}

std::vector<double> parse_spikes(const std::string& text) {
  std::vector<double> spikes;
  for (const std::string& part : split(text, ',')) {
    spikes.push_back(parse_not_negative(part, "--spikes"));
    if (spikes.size() > 1 && spikes.back() > spikes[spikes.size() - 2]) {
      throw UsageError(fmt::format("--spikes: '{}': give the largest variance first", text));
    }
  }
  return spikes;
}

}  // namespace

std::vector<double> parse_noise_levels(const std::string& text) {
  std::vector<double> levels;
  for (const std::string& part : split(text, ',')) {
    const auto ends = split(part, ':');
    if (ends.size() == 1) {
      levels.push_back(parse_level(part));
    } else if (ends.size() == 3 && ends[2].ends_with("log")) {
      add_logarithmic(ends, levels);
    } else if (ends.size() == 3) {
      add_even(ends, levels);
    } else {
      throw UsageError(fmt::format(
          "--noise-std: '{}': write low:high:COUNTlog, as in 0.05:10:21log, or start:step:stop",
          part));
    }
  }
  std::vector<double> sorted = levels;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end()) {
    throw UsageError(fmt::format("--noise-std: {} is there twice: give each level once", *twice));
  }
  return levels;
}

std::vector<double> SourceArguments::levels() const { return parse_noise_levels(noise_std); }

Fresh SourceArguments::fresh_choice() const {
  if (fresh.empty()) return is_synthetic() ? synthetic_fresh : Fresh::noise;
  try {
    return parse_fresh(fresh);
  } catch (const Error& error) {
    throw UsageError(fmt::format("--fresh: {}", error.what()));
  }
}

SpikedSignals SourceArguments::model() const {
  SpikedSignals model;
  model.spikes = parse_spikes(spikes);
  model.dim = dim.value_or(model.dim);
  model.samples = samples.value_or(model.samples);
  model.centre = center;
  if (basis == "random") {
    model.basis = SpikedSignals::Basis::random;
  } else if (basis != "canonical") {
    throw UsageError(
        fmt::format("--basis: unknown basis '{}': choose one of canonical, random", basis));
  }
  try {
    model.validate();
  } catch (const Error& error) {
    throw UsageError(fmt::format("--{}", error.what()));  // names its field, as the options do
  }
  return model;
}

void SourceArguments::check(const CLI::App& command) const {
  if (is_synthetic() == !clean.empty()) {
    throw UsageError(std::string(is_synthetic() ? "both" : "neither") +
                     " of CLEAN and --spikes given: name data or give the variances of synthetic "
                     "signals");
  }
  if (is_synthetic()) {
    refuse_given(command, {"--components", "--first"}, "signals of a file, not --spikes");
    return;
  }
  refuse_given(command, {"--dim", "--samples", "--complex", "--center", "--basis"}, "--spikes");
  if (fresh_choice() == Fresh::all) {
    throw UsageError(
        "--fresh: all: new signals can only be drawn with --spikes: choose none or "
        "noise");
  }
}

ComponentCount SourceArguments::component_count_of(Index signal_dim, Index signals) const {
  constexpr Index preferred = 8;
  return component_count("--components", components, preferred, std::min(signal_dim, signals - 1),
                         fmt::format("{} signals of {} entries", signals, signal_dim));
}

void add_source_options(CLI::App& command, SourceArguments& a, const std::string& default_levels) {
  a.noise_std = default_levels;
  command.add_option("CLEAN", a.clean,
                     "Clean signals of one shape: .npy, .npz[:NAME], .mat[:NAME], "
                     "IDX, PNG, CSV");
  command
      .add_option("--spikes", a.spikes,
                  "Synthetic signals in place of CLEAN: their variances along orthonormal\n"
                  "directions, largest first: 16,8,4")
      ->type_name("L,L,...");
  command.add_option("--dim", a.dim, "Synthetic: entries of a signal, 256 by default")
      ->check(size_from_one())
      ->type_name("D");
  command.add_option("--samples", a.samples, "Synthetic: training signals, 512 by default")
      ->check(size_from_one())
      ->type_name("N");
  command.add_flag("--complex", a.complex_data, "Synthetic: complex signals and noise");
  command.add_flag("--center", a.center, "Synthetic: take the mean off, divide by n - 1");
  command.add_option("--basis", a.basis, "Synthetic: canonical or random directions (alike)")
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--components", a.components,
                  "Data: how many leading components [8], or all there are")
      ->check(size_from_one())
      ->type_name("K");
  command
      .add_option("--noise-std", a.noise_std,
                  "Noise levels in the signals' units: low:high:COUNTlog, start:step:stop\n"
                  "or a list a,b,c")
      ->type_name("RANGE")
      ->capture_default_str();
  command
      .add_option("--fresh", a.fresh,
                  fmt::format("Drawn anew at every level: none, noise, or all; by default {} of\n"
                              "synthetic signals, noise of data",
                              name(a.synthetic_fresh)))
      ->type_name("WHAT");
  command.add_option("--first", a.first, "Use the first COUNT signals only")
      ->check(size_from_one())
      ->type_name("COUNT");
  command.add_option("--seed", a.seed, "Seed of all random numbers")
      ->check(seed_number())
      ->type_name("N")
      ->capture_default_str();
}

std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string title_of(const ReportArguments& outputs, const SourceArguments& source,
                     const std::optional<Inputs>& inputs) {
  if (!outputs.title.empty()) return outputs.title;
  if (inputs) return inputs->label();
  if (!source.is_synthetic()) return "Generated signals";
  return "Spikes " + source.spikes;
}

RunSettings source_settings(const SourceArguments& a, const std::string& command_line) {
  RunSettings settings{{"version", json_string(std::string(version))},
                       {"command_line", json_string(command_line)}};
  if (a.is_synthetic()) {
    settings.emplace_back("spikes", nlohmann::json(parse_spikes(a.spikes)).dump());
    settings.emplace_back("basis", json_string(a.basis));
  } else {
    std::string names;
    for (const std::string& name : a.clean) names += (names.empty() ? "" : ",") + json_string(name);
    settings.emplace_back("clean", "[" + names + "]");
  }
  settings.emplace_back("fresh", json_string(std::string(name(a.fresh_choice()))));
  settings.emplace_back("seed", std::to_string(a.seed));
  return settings;
}

}  // namespace pellucid::app
