// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double low_db = -10, middle_db = 0, high_db = 20;
constexpr double apart_db = 2;  // of the steps that are drawn

struct Sizes {
  Index samples = 0;
  std::vector<double> snr_db;
};

Sizes sizes_of(const ReproduceOptions& options) {
  if (options.quick) return {150, {low_db, middle_db, high_db}};
  return {2000, {-20, low_db, middle_db, 10, high_db, 30}};
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"prior", setting("random mixture, K = 128, N = 64")},
          {"samples", setting(sizes.samples)},
          {"snr_db", setting(sizes.snr_db)},
          {"drawn_every_db", setting(apart_db)},
          {"schedule", setting(Schedule().text())},
          {"seed", setting(options.seed)}};
}

FindingFigure figure(std::string id, std::string title, std::string caption, std::string y_name) {
  return {std::move(id),
          std::move(title),
          std::move(caption),
          "SNR of the step",
          "dB",
          std::move(y_name),
          false,
          true,
          {}};
}

// The steps whose results are drawn: the first, the last, and between them one every `apart_db`;
// the standard errors of all of them would hide the line.
std::vector<std::size_t> drawn_steps(const Grid& grid) {
  std::vector<std::size_t> chosen{0};
  for (std::size_t i = 1; i < grid.size(); ++i) {
    const bool apart = grid[i].snr_db() - grid[chosen.back()].snr_db() >= apart_db;
    if (apart || i + 1 == grid.size()) chosen.push_back(i);
  }
  return chosen;
}

// What is known after each step of the papers' rule, for all samples.
class Steps {
 public:
  Steps(const Observed<double>& observed, const Matrix<double>& clean, std::size_t count)
      : observed_(observed), clean_(clean) {
    for (auto* squares : {&to_cme_, &estimate_, &state_}) {
      squares->assign(count, Eigen::VectorXd(clean.cols()));
    }
  }

  // Tiles have samples of their own, so that threads never write to one place.
  void see(const StepView<double>& step) {
    const auto index = static_cast<std::size_t>(step.index);
    for (std::size_t j = 0; j < step.samples.size(); ++j) {
      const auto sample = static_cast<Index>(step.samples[j]);
      const auto column = static_cast<Index>(j);
      const NoiseLevel& to = step.to[step.to.size() == 1 ? 0 : j];
      to_cme_[index](sample) = (step.x0hat.col(column) - observed_.cme.col(sample)).squaredNorm();
      estimate_[index](sample) = (step.x0hat.col(column) - clean_.col(sample)).squaredNorm();
      state_[index](sample) =
          (step.x_u.col(column) / std::sqrt(to.alpha_bar) - clean_.col(sample)).squaredNorm();
    }
  }

  /// Of the first estimate over that of the last one, from the same draws.
  [[nodiscard]] Measured first_over_last() const {
    return ratio_of(to_cme_.front(), to_cme_.back());
  }
  [[nodiscard]] Measured excess(std::size_t step) const {
    return ratio_of(to_cme_[step], observed_.variance);
  }
  [[nodiscard]] Measured estimate(std::size_t step) const { return nmse(estimate_[step]); }
  [[nodiscard]] Measured state(std::size_t step) const { return nmse(state_[step]); }

 private:
  [[nodiscard]] Measured nmse(const Eigen::VectorXd& squares) const {
    return ratio_of(squares, clean_.colwise().squaredNorm().transpose());
  }

  const Observed<double>& observed_;
  const Matrix<double>& clean_;
  std::vector<Eigen::VectorXd> to_cme_, estimate_, state_;
};

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  const Sizes sizes = sizes_of(options);
  const KnownMixture<double> truth(random_mixture(64, 128, options.seed), sizes.samples,
                                   options.seed, options.threads);
  FindingFigure excess =
      figure("excess", "Excess of each step's estimate over the MMSE",
             "Mean |D(x_t) - CME|² over the MMSE after each step of the papers' "
             "rule, T = 300, against the SNR of that step; from left to right, steps "
             "2 dB apart. At high SNR few draws carry the excess.",
             "excess over MMSE");
  FindingFigure estimate = figure("estimate", "NMSE of each step's estimate",
                                  "Error of D(x_t), the estimate that every step makes.", "NMSE");
  FindingFigure state =
      figure("state", "NMSE of the state before each step",
             "Error of x_t / √abar_t, first the observation y, then what each step forwards to the "
             "next, against the SNR of the step that it is forwarded to. The last step returns its "
             "estimate.",
             "NMSE");
  Findings findings;
  const Task task(monitor, "per-step", static_cast<double>(sizes.snr_db.size()));
  for (const double snr : sizes.snr_db) {
    task.update(static_cast<double>(excess.curves.size()), fmt::format("{} dB", snr));
    const Observed<double> observed = truth.at(snr, monitor);
    const Grid grid = observation_grid(Schedule(), snr, {});
    Steps steps(observed, truth.clean(), grid.size());
    (void)walk<double>(truth.denoiser(), observed.x_t, grid, 0.0, 1, options.threads, monitor,
                       [&](const StepView<double>& step) { steps.see(step); });
    for (FindingFigure* one : {&excess, &estimate, &state}) {
      one->curves.push_back({fmt::format("{} dB", snr), {}, FindingCurve::Look::line});
    }
    const Matrix<double> y = observed.x_t / std::sqrt(observed.level.alpha_bar);
    for (const std::size_t i : drawn_steps(grid)) {
      const double at = grid[i].snr_db();
      excess.curves.back().points.push_back(point(at, steps.excess(i)));
      estimate.curves.back().points.push_back(point(at, steps.estimate(i)));
      state.curves.back().points.push_back(point(at, i == 0 ? truth.nmse(y) : steps.state(i - 1)));
    }
    if (snr == low_db) {
      findings.measured.emplace_back("first", steps.excess(0));
      findings.measured.emplace_back("last-low", steps.excess(grid.size() - 1));
      findings.measured.emplace_back("first-over-last", steps.first_over_last());
    } else if (snr == high_db) {
      findings.measured.emplace_back("last-high", steps.excess(grid.size() - 1));
    }
  }
  findings.figures = {std::move(excess), std::move(estimate), std::move(state)};
  findings.explanation =
      "The first step's estimate is the conditional mean, but for the start's mismatch. Every "
      "later one is the conditional mean of something else, a state that was moved on as if its "
      "noise had shrunk; the distance grows while the posterior is still spread over several "
      "components, here until the steps' SNR is about 15 dB, half of it in the first five "
      "decibels, and "
      "stays once the posterior has settled on one. The state's error "
      "falls to that of the estimate, because the last step returns the estimate.";
  return findings;
}

}  // namespace

Experiment per_step() {
  using Side = Statement::Side;
  constexpr double negligible = 0.01;
  return {
      "per-step",
      "arXiv 2403.02957",
      "Follows from the claim that forwarding converges to the conditional mean estimator (CME): "
      "the last step's estimate is near it, and no farther from it than the first one's.",
      "The first step's estimate is the CME already. At high SNR the later ones stay there; at "
      "low SNR they leave it, by several per cent of the MMSE.",
      "1 min",
      {{"first", "excess over the MMSE of the first estimate at -10 dB", "first step, -10 dB",
        Side::at_most, negligible},
       {"last-high", "excess over the MMSE of the last estimate at 20 dB", "last step, 20 dB",
        Side::at_most, negligible},
       {"last-low", "excess over the MMSE of the last estimate at -10 dB", "last step, -10 dB",
        Side::at_most, negligible},
       {"first-over-last", "excess of the first estimate over that of the last at -10 dB",
        "last step no farther than the first, -10 dB", Side::at_least, 1}},
      settings,
      run};
}

}  // namespace pellucid::reproduce
