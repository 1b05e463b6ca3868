// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/schedule/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numbers>
#include <utility>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

constexpr std::array<std::pair<ScheduleKind, std::string_view>, 8> kinds{{
    {ScheduleKind::linear, "linear"},
    {ScheduleKind::quad, "quad"},
    {ScheduleKind::sqrt, "sqrt"},
    {ScheduleKind::constant, "const"},
    {ScheduleKind::recip, "recip"},
    {ScheduleKind::log, "log"},
    {ScheduleKind::exp, "exp"},
    {ScheduleKind::cosine, "cosine"},
}};

// f(t) of the cosine schedule (Nichol and Dhariwal 2021, eq. 17), not normalised.
double cosine_signal(double t, double steps) {
  const double c = std::cos((t / steps + 0.008) / 1.008 * std::numbers::pi / 2);
  return c * c;
}

double beta_at(const Schedule::Settings& s, int t) {
  const double b1 = s.beta_1, bT = s.beta_T;
  const double position = s.steps == 1 ? 0.0 : (t - 1.0) / (s.steps - 1.0);
  const auto linspace = [position](double from, double to) {
    return from + (to - from) * position;
  };
  switch (s.kind) {
    case ScheduleKind::linear:
      return linspace(b1, bT);
    case ScheduleKind::quad:
      return std::pow(linspace(std::sqrt(b1), std::sqrt(bT)), 2);
    case ScheduleKind::sqrt:
      return std::sqrt(linspace(b1 * b1, bT * bT));
    case ScheduleKind::constant:
      return bT;
    case ScheduleKind::recip:
      return bT / (s.steps - t + 1.0);
    case ScheduleKind::log:
      return std::exp(linspace(std::log(b1), std::log(bT)));
    case ScheduleKind::exp:
      return std::log2(linspace(std::exp2(b1), std::exp2(bT)));
    case ScheduleKind::cosine:
      return std::min(0.999, 1 - cosine_signal(t, s.steps) / cosine_signal(t - 1.0, s.steps));
  }
  throw Error("unknown schedule kind");
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

template <class Number>
Number parse_number(std::string_view text, std::string_view what) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw Error(fmt::format("schedule: {} is '{}': give a number, as in linear,300,1e-4,0.035",
                            what, text));
  }
  return value;
}

}  // namespace

std::string_view name(ScheduleKind kind) {
  return std::find_if(kinds.begin(), kinds.end(), [kind](auto& k) { return k.first == kind; })
      ->second;
}

ScheduleKind parse_schedule_kind(std::string_view text) {
  std::string known;
  for (const auto& [kind, kind_name] : kinds) {
    if (kind_name == text) return kind;
    known += (known.empty() ? "" : ", ") + std::string(kind_name);
  }
  throw Error(fmt::format("schedule: unknown kind '{}': choose one of {}", text, known));
}

Schedule::Schedule(const Settings& settings) : settings_(settings) {
  constexpr int most_steps = 1'000'000;
  if (settings.steps < 1 || settings.steps > most_steps) {
    throw Error(fmt::format("schedule: T is {}: choose 1 to {}", settings.steps, most_steps));
  }
  const bool uses_betas = settings.kind != ScheduleKind::cosine;
  const auto inside = [](double beta) { return beta > 0 && beta < 1; };
  if (uses_betas && !(inside(settings.beta_1) && inside(settings.beta_T))) {
    throw Error(fmt::format("schedule: beta_1 = {} and beta_T = {}: both must lie between 0 and 1",
                            settings.beta_1, settings.beta_T));
  }
  beta_.push_back(0.0);
  levels_.push_back(NoiseLevel::clean());
  for (int t = 1; t <= settings.steps; ++t) {
    const double beta_t = beta_at(settings, t);
    // 1 - abar_t = (1 - abar_{t-1}) alpha_t + beta_t: sums of positive terms, no cancellation.
    const NoiseLevel& previous = levels_.back();
    beta_.push_back(beta_t);
    levels_.push_back({previous.alpha_bar * (1 - beta_t), previous.noise * (1 - beta_t) + beta_t});
  }
  // Steps divide signal parts by each other: keep them normal numbers.
  constexpr double least_signal = 1e-300;
  if (!(levels_.back().alpha_bar >= least_signal)) {
    throw Error(
        fmt::format("schedule: {} leaves a signal part of {:.1g} at its last step: choose fewer "
                    "steps or smaller betas",
                    text(), levels_.back().alpha_bar));
  }
}

Schedule::Settings Schedule::paper(int steps) {
  struct Known {
    double steps, beta_T;
  };
  constexpr std::array<Known, 7> known{
      {{5, 0.95}, {10, 0.7}, {50, 0.2}, {100, 0.1}, {300, 0.035}, {500, 0.02}, {1000, 0.01}}};
  const double first_snr = 1e4;
  Settings settings{ScheduleKind::linear, steps, 1 - first_snr / (1 + first_snr),
                    known.back().beta_T};
  const auto above = std::find_if(known.begin(), known.end(),
                                  [steps](const Known& k) { return k.steps >= steps; });
  if (above == known.begin() || (above != known.end() && above->steps == steps)) {
    settings.beta_T = above->beta_T;
  } else if (above != known.end()) {
    const auto below = above - 1;
    const double w = std::log(steps / below->steps) / std::log(above->steps / below->steps);
    settings.beta_T = std::pow(below->beta_T, 1 - w) * std::pow(above->beta_T, w);
  }
  return settings;
}

Schedule Schedule::parse(std::string_view text) {
  const auto parts = split(text, ',');
  if (parts.size() > 4 || parts.size() == 3) {
    throw Error(
        fmt::format("schedule: '{}' has {} parts: write KIND, KIND,T or KIND,T,BETA_1,BETA_T", text,
                    parts.size()));
  }
  const ScheduleKind kind = parse_schedule_kind(parts[0]);
  Settings settings = paper(parts.size() > 1 ? parse_number<int>(parts[1], "T") : 300);
  settings.kind = kind;
  if (parts.size() == 4) {
    settings.beta_1 = parse_number<double>(parts[2], "beta_1");
    settings.beta_T = parse_number<double>(parts[3], "beta_T");
  }
  return Schedule(settings);
}

std::string Schedule::text() const {
  std::string head = fmt::format("{},{}", name(settings_.kind), settings_.steps);
  if (settings_.kind == ScheduleKind::cosine) return head;
  return fmt::format("{},{},{}", head, settings_.beta_1, settings_.beta_T);
}

int Schedule::nearest_step(double snr_db) const {
  // SNRs fall with t: the first step at or below the wanted one, or its neighbour above.
  const auto below =
      std::partition_point(levels_.begin() + 1, levels_.end(),
                           [snr_db](const NoiseLevel& l) { return l.snr_db() > snr_db; });
  const int step = static_cast<int>(below - levels_.begin());
  if (step == 1) return 1;
  if (step > steps()) return steps();
  const double gap_above = level(step - 1).snr_db() - snr_db;
  const double gap_below = snr_db - level(step).snr_db();
  return gap_above <= gap_below ? step - 1 : step;
}

}  // namespace pellucid
