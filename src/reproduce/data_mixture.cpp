// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/fitted_mixture.hpp"
#include "reproduce/fitted_sizes.hpp"
#include "reproduce/forwarding_gaps.hpp"
#include "reproduce/mean_flow.hpp"
#include "reproduce/network_curves.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double low_db = -10, high_db = 20;
constexpr int fewest = 5, most = 300;
constexpr double smallest = 1e-9;  // excess that is drawn: less is zero for every purpose

FindingFigure nmse_figure(const std::vector<int>& steps) {
  FindingFigure figure{
      "nmse",
      "NMSE of mean forwarding over SNR, for several numbers of steps",
      "Mean forwarding by the fitted mixture's exact step denoisers on draws from it, beside "
      "the best there is (CME) and simpler estimators, all over the power of the same draws; "
      "the settings have their number at every SNR.",
      "SNR",
      "dB",
      "NMSE",
      false,
      true,
      {{"CME", {}, {}}, {"least squares", {}, {}}, {"Wiener", {}, {}}}};
  for (const int count : steps) figure.curves.push_back({fmt::format("T = {}", count), {}, {}});
  return figure;
}

FindingFigure excess_figure() {
  return {"excess",
          "Excess over the MMSE against the number of steps",
          "Mean |estimate - CME|² over the MMSE under the papers' rule. At high SNR and with many "
          "steps few draws, those between components, carry what there is. Less than 1e-9 is not "
          "drawn.",
          "steps T",
          "",
          "excess over MMSE",
          true,
          true,
          {}};
}

FindingFigure gap_figure(double snr_db, int network_draws) {
  return {
      fmt::format("excess_{}dB", snr_db),
      fmt::format("Start and forwarding told apart at {} dB", snr_db),
      fmt::format(
          "Mean |estimate - CME|² over the MMSE, of the first of the draws. Start alone: one step, "
          "at the level of the nearest step instead of the observation's. Forwarding alone: every "
          "step, from the observation's own level. Limit: the flow that forwarding tends to as "
          "steps become many. Network: trained on other draws of the mixture; of the first {} "
          "draws at most. Less than 1e-9 is not drawn.",
          network_draws),
      "steps T",
      "",
      "excess over MMSE",
      true,
      true,
      {{"start alone", {}, {}},
       {"forwarding alone", {}, {}},
       {"both: the papers' rule", {}, {}},
       {"limit of forwarding", {}, FindingCurve::Look::line}}};
}

void add(FindingCurve& curve, double x, const Measured& excess) {
  if (excess.value >= smallest) curve.points.push_back(point(x, excess));
}

// The papers' rule where the truth is the fitted mixture, of which all observations are drawn, by
// exact denoisers and by a network trained on other draws.
template <class T>
class Run {
 public:
  Run(const FittedMixture<T>& fitted, const DataSizes& sizes, const ReproduceOptions& options,
      Monitor* monitor)
      : sizes_(sizes),
        monitor_(monitor),
        truth_(fitted.prior, *std::max_element(sizes.draws.begin(), sizes.draws.end()),
               options.seed, options.threads),
        wiener_(moments(fitted.prior)),
        network_(truth_,
                 denoiser_in_user_units<T>(trained_network(options, sizes.network, fitted.prior,
                                                           fitted.shape, fitted.name, monitor),
                                           options.threads),
                 sizes.steps, sizes.network_draws),
        nmse_(nmse_figure(sizes.steps)),
        excess_(excess_figure()) {}

  Findings findings() {
    const Task task(monitor_, "forwarding", static_cast<double>(sizes_.snr_db.size()));
    for (std::size_t i = 0; i < sizes_.snr_db.size(); ++i) {
      const double snr = sizes_.snr_db[i];
      task.update(static_cast<double>(i), fmt::format("{} dB", snr));
      const bool detailed = std::count(sizes_.detailed.begin(), sizes_.detailed.end(), snr) > 0;
      add_level(truth_.at(snr, sizes_.draws[i], monitor_), detailed);
    }
    findings_.figures = {std::move(nmse_), std::move(excess_), network_.nmse()};
    for (FindingFigure& figure : details_) findings_.figures.push_back(std::move(figure));
    findings_.explanation =
        "As with the random mixture, the start's mismatch and forwarding itself both keep the "
        "papers' rule away from the CME. With few steps the nearest step is far from the "
        "observation's own level; with many the start is right, and what is left is the drift of "
        "forwarding to the flow's end. It is negligible at high SNR, where an observation tells "
        "the component, and a part of the MMSE at low SNR, where it does not. A trained network "
        "adds what it has not learnt, which more steps do not take away.";
    return std::move(findings_);
  }

 private:
  void add_level(const Observed<T>& observed, bool detailed) {
    const double snr = observed.snr_db;
    const auto nmse = [&](std::size_t curve, const Measured& measured) {
      nmse_.curves[curve].points.push_back(point(snr, measured));
    };
    nmse(0, truth_.mmse(observed));
    nmse(1, truth_.nmse(Matrix<T>(observed.x_t / std::sqrt(observed.level.alpha_bar))));
    nmse(2, truth_.nmse(walk<T>(wiener_, observed.x_t, {observed.level}, 0, 1, truth_.threads())));
    const bool all = observed.x_t.cols() <= sizes_.detailed_draws;
    const std::vector<Matrix<T>> told_apart =
        detailed ? details(all ? observed : truth_.at(snr, sizes_.detailed_draws, monitor_))
                 : std::vector<Matrix<T>>{};
    FindingCurve gap{fmt::format("{} dB", snr), {}, {}};
    for (std::size_t i = 0; i < sizes_.steps.size(); ++i) {
      const int steps = sizes_.steps[i];
      const Grid grid = observation_grid(Schedule(Schedule::paper(steps)), snr, {});
      const Matrix<T> estimate =
          detailed && all ? told_apart[i] : truth_.forward(observed, grid, monitor_);
      const Measured excess = truth_.excess(observed, estimate);
      nmse(3 + i, truth_.nmse(estimate));
      add(gap, steps, excess);
      measure(snr, steps, excess);
    }
    excess_.curves.push_back(std::move(gap));
    network_.add_level(observed, detailed ? &details_.back() : nullptr, monitor_);
  }

  // Adds a figure; gives the papers' rule's estimates, by steps.
  std::vector<Matrix<T>> details(const Observed<T>& observed) {
    FindingFigure figure = gap_figure(observed.snr_db, sizes_.network_draws);
    std::vector<Matrix<T>> estimates;
    for (const int steps : sizes_.steps) {
      ForwardingGaps<T> gaps = forwarding_gaps(truth_, observed, steps, monitor_);
      add(figure.curves[0], steps, truth_.excess(observed, gaps.start));
      add(figure.curves[1], steps, truth_.excess(observed, gaps.forward));
      add(figure.curves[2], steps, truth_.excess(observed, gaps.both));
      estimates.push_back(std::move(gaps.both));
    }
    const Measured limit = truth_.excess(
        observed, mean_flow(truth_, observed, Schedule().level(1), monitor_, flow_step));
    for (const int steps : {sizes_.steps.front(), sizes_.steps.back()}) {
      add(figure.curves[3], steps, limit);
    }
    details_.push_back(std::move(figure));
    return estimates;
  }

  // The numbers of the statements.
  void measure(double snr, int steps, const Measured& excess) {
    const auto stated = [&](const char* id) { findings_.measured.emplace_back(id, excess); };
    if (snr == high_db && steps == fewest) stated("few-steps");
    if (snr == high_db && steps == most) stated("high-snr");
    if (snr == low_db && steps == most) stated("low-snr");
  }

  const DataSizes& sizes_;
  Monitor* monitor_;
  KnownMixture<T> truth_;
  MixtureDenoiser<T> wiener_;
  NetworkCurves<T> network_;
  FindingFigure nmse_, excess_;
  std::vector<FindingFigure> details_;
  Findings findings_;
};

std::vector<Statement> statements() {
  using Side = Statement::Side;
  return {{"high-snr", "excess over the MMSE at 20 dB, T = 300", "high SNR (20 dB), many steps",
           Side::at_most, 0.01},
          {"low-snr", "excess over the MMSE at -10 dB, T = 300", "low SNR (-10 dB), many steps",
           Side::at_most, 0.01},
          {"few-steps", "excess over the MMSE at 20 dB, T = 5", "high SNR (20 dB), 5 steps",
           Side::at_most, 0.01}};
}

Experiment experiment(const char* name, const char* what, const char* time, const char* data,
                      RunSettings (*settings)(const ReproduceOptions&),
                      Findings (*run)(const ReproduceOptions&, Monitor*)) {
  return {name,
          "arXiv 2403.02957",
          fmt::format("Convergence to the conditional mean estimator (CME) with many steps, "
                      "validated by experiments on benchmark data: here a mixture fitted to {}.",
                      what),
          "With many steps the excess is negligible at high SNR; at low SNR, where observations "
          "leave components open, it is a part of the MMSE that no more steps take away; with 5 "
          "steps the start's mismatch dominates.",
          time,
          statements(),
          settings,
          run,
          data};
}

}  // namespace

Experiment images_mixture() {
  return experiment(
      "images-mixture", "Fashion-MNIST", "30 min", fashion_mnist,
      [](const ReproduceOptions& options) { return draws_settings(image_sizes(options), options); },
      [](const ReproduceOptions& options, Monitor* monitor) {
        const DataSizes sizes = image_sizes(options);
        return Run(images_of(sizes, options, monitor), sizes, options, monitor).findings();
      });
}

Experiment speech_mixture() {
  return experiment(
      "speech-mixture", "short-time spectra of speech", "30 min", recorded_speech,
      [](const ReproduceOptions& options) {
        return draws_settings(speech_sizes(options), options);
      },
      [](const ReproduceOptions& options, Monitor* monitor) {
        const DataSizes sizes = speech_sizes(options);
        return Run(speech_of(sizes, options, monitor), sizes, options, monitor).findings();
      });
}

}  // namespace pellucid::reproduce
