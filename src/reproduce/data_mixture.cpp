// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <map>

#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/fitted_mixture.hpp"
#include "reproduce/fitted_sizes.hpp"
#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double low_db = -10, high_db = 20;
constexpr int fewest = 5, most = 300;

FindingFigure nmse_figure() {
  return {"nmse",
          "NMSE of mean forwarding over SNR, for several numbers of steps",
          "Mean forwarding by the fitted mixture's exact step denoisers on draws from it, beside "
          "the best there is (CME) and simpler estimators.",
          "SNR",
          "dB",
          "NMSE",
          false,
          true,
          {{"CME", {}, {}}, {"least squares", {}, FindingCurve::Look::line}, {"Wiener", {}, {}}}};
}

FindingFigure excess_figure() {
  return {"excess",
          "Excess over the MMSE against the number of steps",
          "Mean |estimate - CME|² over the MMSE under the papers' rule.",
          "steps T",
          "",
          "excess over MMSE",
          true,
          true,
          {}};
}

// The papers' rule where the truth is `prior`, of which all observations are drawn.
template <class T>
Findings findings_of(const GaussianMixture<T>& prior, const DataSizes& sizes,
                     const ReproduceOptions& options, Monitor* monitor) {
  const KnownMixture<T> truth(prior, sizes.samples, options.seed, options.threads);
  const MixtureDenoiser<T> wiener(moments(prior));
  FindingFigure nmse = nmse_figure(), excess = excess_figure();
  for (const int steps : sizes.steps) nmse.curves.push_back({fmt::format("T = {}", steps), {}, {}});
  Findings findings;
  const Task task(monitor, "forwarding", static_cast<double>(sizes.snr_db.size()));
  for (const double snr : sizes.snr_db) {
    task.update(static_cast<double>(excess.curves.size()), fmt::format("{} dB", snr));
    const Observed<T> observed = truth.at(snr, monitor);
    nmse.curves[0].points.push_back(point(snr, truth.mmse(observed)));
    nmse.curves[1].points.push_back({snr, 1 / from_db(snr), 0});
    nmse.curves[2].points.push_back(point(
        snr, truth.nmse(walk<T>(wiener, observed.x_t, {observed.level}, 0, 1, options.threads))));
    FindingCurve gap{fmt::format("{} dB", snr), {}, {}};
    std::map<int, Matrix<T>> estimates;
    for (std::size_t i = 0; i < sizes.steps.size(); ++i) {
      const int steps = sizes.steps[i];
      const Grid grid = observation_grid(Schedule(Schedule::paper(steps)), snr, {});
      Matrix<T> estimate = truth.forward(observed, grid, monitor);
      nmse.curves[3 + i].points.push_back(point(snr, truth.nmse(estimate)));
      gap.points.push_back(point(steps, truth.excess(observed, estimate)));
      estimates.emplace(steps, std::move(estimate));
    }
    excess.curves.push_back(std::move(gap));
    const auto add = [&](const char* id, const Measured& measured) {
      findings.measured.emplace_back(id, measured);
    };
    if (snr == high_db) {
      add("few-steps", truth.excess(observed, estimates.at(fewest)));
      add("high-snr", truth.excess(observed, estimates.at(most)));
    } else if (snr == low_db) {
      add("low-snr", truth.excess(observed, estimates.at(most)));
    }
  }
  findings.figures = {std::move(nmse), std::move(excess)};
  findings.explanation =
      "The more entries an observation has, the better it tells the components apart, and the "
      "nearer mean forwarding is to the CME: what is left with many steps is the drift where it "
      "cannot. With few steps the start is far from the observation's own level.";
  return findings;
}

std::vector<Statement> statements() {
  using Side = Statement::Side;
  return {{"high-snr", "excess over the MMSE at 20 dB, T = 300", "high SNR (20 dB), many steps",
           Side::at_most, 0.01},
          {"low-snr", "excess over the MMSE at -10 dB, T = 300", "low SNR (-10 dB), many steps",
           Side::at_most, 0.01},
          {"few-steps", "excess over the MMSE at 20 dB, T = 5", "high SNR (20 dB), 5 steps",
           Side::at_most, 0.01}};
}

Experiment experiment(const char* name, const char* what, const char* time,
                      RunSettings (*settings)(const ReproduceOptions&),
                      Findings (*run)(const ReproduceOptions&, Monitor*)) {
  return {name,
          "arXiv 2403.02957",
          fmt::format("Convergence to the conditional mean estimator (CME) with many steps, "
                      "validated by experiments on benchmark data: here a mixture fitted to {}.",
                      what),
          "With many steps the excess is negligible at high SNR, at low SNR, where observations "
          "leave components open, some per cent of the MMSE; with 5 steps the start's mismatch "
          "dominates.",
          time,
          statements(),
          settings,
          run};
}

}  // namespace

Experiment images_mixture() {
  return experiment(
      "images-mixture", "Fashion-MNIST", "15 min",
      [](const ReproduceOptions& options) { return settings_of(image_sizes(options), options); },
      [](const ReproduceOptions& options, Monitor* monitor) {
        const DataSizes sizes = image_sizes(options);
        return findings_of(images_of(sizes, options, monitor).prior, sizes, options, monitor);
      });
}

Experiment speech_mixture() {
  return experiment(
      "speech-mixture", "short-time spectra of speech", "10 min",
      [](const ReproduceOptions& options) { return settings_of(speech_sizes(options), options); },
      [](const ReproduceOptions& options, Monitor* monitor) {
        const DataSizes sizes = speech_sizes(options);
        return findings_of(speech_of(sizes, options, monitor).prior, sizes, options, monitor);
      });
}

}  // namespace pellucid::reproduce
