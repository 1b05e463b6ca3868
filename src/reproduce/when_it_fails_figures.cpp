// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/when_it_fails_figures.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "reproduce/two_gaussians.hpp"

namespace pellucid::reproduce {

namespace {

using Look = FindingCurve::Look;

constexpr int most_steps = 1000;

Grid papers_grid(double snr_db, int steps) {
  return observation_grid(Schedule(Schedule::paper(steps)), snr_db, {});
}

TwoGaussians pair(double separation) {
  return std::isinf(separation) ? TwoGaussians{} : at_distance(separation);
}

FindingCurve empty(double snr_db) { return {fmt::format("{} dB", snr_db), {}, {}}; }

}  // namespace

KnownExcess two_gaussians_excess(double separation, double snr_db, int steps) {
  const ForwardingError found =
      forwarding_error(pair(separation), snr_db, papers_grid(snr_db, steps));
  return {found.excess(), found.distance};
}

FindingFigure two_point_excess_figure() {
  FindingFigure figure{
      "two_point_excess",
      "Two points: excess over the MMSE against SNR",
      "The prior +1 or -1 with equal weights, exactly: mean |estimate - CME|² over "
      "the MMSE, by integration. Forwarding decides as hard as sign(y) at every "
      "SNR. Its excess tends to 4/π - 1 = 27 % of an MMSE that itself vanishes.",
      "SNR",
      "dB",
      "excess over MMSE",
      false,
      false,
      {{"forwarding, T = 1000", {}, {}}, {"sign(y)", {}, Look::line}, {"4/π - 1", {}, Look::line}}};
  for (double snr = -10; snr <= 20; snr += 2) {
    const ForwardingError found = forwarding_error({}, snr, papers_grid(snr, most_steps));
    figure.curves[0].points.push_back({snr, found.excess(), 0.0});
    figure.curves[1].points.push_back({snr, hard_decision_error(snr) / found.mmse - 1, 0.0});
    figure.curves[2].points.push_back({snr, 4 / std::numbers::pi - 1, 0.0});
  }
  return figure;
}

FindingFigure two_point_levels_figure(const std::vector<double>& snr_db,
                                      const std::vector<int>& levels) {
  FindingFigure figure{
      "two_point_levels",
      "Two points: excess over the MMSE against the number of steps",
      "K levels, evenly spaced in decibels from the observation's to 40 dB. One step is the CME, "
      "tanh(SNR y). The second one, at a level that is nearly clean, decides hard; more do not "
      "change that.",
      "steps K",
      "",
      "excess over MMSE",
      true,
      false,
      {}};
  for (const double snr : snr_db) {
    FindingCurve curve = empty(snr);
    for (const int count : levels) {
      const Grid grid = observation_grid(Schedule(), snr, Steps{count});
      curve.points.push_back(
          {static_cast<double>(count), forwarding_error({}, snr, grid).excess(), 0.0});
    }
    figure.curves.push_back(std::move(curve));
  }
  return figure;
}

FindingFigure two_point_nmse_figure() {
  FindingFigure figure{
      "two_point_nmse",
      "Two points: NMSE over SNR",
      "Forwarding with 1000 steps beside the CME, tanh(SNR y), and the hard "
      "decision sign(y), whose mean square error is 4 Q(√SNR). From 12 dB on the "
      "errors go on to fall: at 20 dB the CME's is 2.4e-23.",
      "SNR",
      "dB",
      "NMSE",
      false,
      true,
      {{"CME", {}, {}}, {"forwarding, T = 1000", {}, {}}, {"sign(y)", {}, Look::line}}};
  for (double snr = -10; snr <= 12; snr += 2) {
    const ForwardingError found = forwarding_error({}, snr, papers_grid(snr, most_steps));
    figure.curves[0].points.push_back({snr, found.mmse, 0.0});
    figure.curves[1].points.push_back({snr, found.mmse + found.distance, 0.0});
    figure.curves[2].points.push_back({snr, hard_decision_error(snr), 0.0});
  }
  return figure;
}

FindingFigure separation_figure(const std::vector<double>& snr_db,
                                const std::vector<double>& separations, int steps) {
  FindingFigure figure{
      "separation",
      "Two Gaussians: excess over the MMSE against their distance",
      fmt::format("Distance of the means in standard deviations of one of them, total variance 1, "
                  "papers' rule with T = {}, by integration. Without distance the prior is "
                  "Gaussian and forwarding exact. Far apart the two tend to two points; at 20 dB "
                  "their width alone is left of the error, and the excess beside it is small.",
                  steps),
      "distance",
      "standard deviations",
      "excess over MMSE",
      false,
      false,
      {}};
  for (const double snr : snr_db) {
    FindingCurve curve = empty(snr);
    for (const double separation : separations) {
      curve.points.push_back(
          {separation, two_gaussians_excess(separation, snr, steps).over_mmse, 0.0});
    }
    figure.curves.push_back(std::move(curve));
  }
  return figure;
}

FindingFigure separation_steps_figure(const std::vector<double>& snr_db, double separation,
                                      const std::vector<int>& steps) {
  FindingFigure figure{
      "separation_steps",
      fmt::format("Two Gaussians {} standard deviations apart: excess against T", separation),
      "Papers' rule from the nearest step, by integration. At high SNR few steps start at a wrong "
      "level, which is what falls with T. At 0 dB and below the excess rises to a limit.",
      "steps T",
      "",
      "excess over MMSE",
      true,
      true,
      {}};
  for (const double snr : snr_db) {
    FindingCurve curve = empty(snr);
    for (const int count : steps) {
      curve.points.push_back({static_cast<double>(count),
                              two_gaussians_excess(separation, snr, count).over_mmse, 0.0});
    }
    figure.curves.push_back(std::move(curve));
  }
  return figure;
}

FindingFigure mixture_figure(int steps) {
  return {"mixture",
          "Random mixture: excess over the MMSE against SNR",
          "K = 128, N = 64, papers' rule with exact step denoisers, and the limit of many steps "
          "from an exact start. At high SNR few draws carry the excess.",
          "SNR",
          "dB",
          "excess over MMSE",
          false,
          true,
          {{fmt::format("T = {}", steps), {}, {}}, {"limit of forwarding", {}, Look::line}}};
}

FindingFigure mixture_steps_figure() {
  return {"mixture_steps",
          "Random mixture: excess over the MMSE against T",
          "Papers' rule from the nearest step, which for small T is some decibels off.",
          "steps T",
          "",
          "excess over MMSE",
          true,
          true,
          {}};
}

}  // namespace pellucid::reproduce
