// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/kept_model.hpp"
#include "reproduce/known_mixture.hpp"
#include "reproduce/mean_flow.hpp"

namespace pellucid::reproduce {

namespace {

struct Sizes {
  Index dim = 64, components = 128, samples = 0;
  std::vector<double> snr_db;
  std::vector<int> steps;
  std::vector<double> detailed;  // SNRs with a figure of their own
};

constexpr double low_db = -10, middle_db = 0, high_db = 20;
constexpr int fewest = 5, few = 10, most = 1000;

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  if (options.quick) {
    sizes.samples = 250;
    sizes.snr_db = {low_db, middle_db, high_db};
    sizes.steps = {fewest, few, 100, most};
  } else {
    sizes.samples = 2000;
    for (double snr = -20; snr <= 30; snr += 5) sizes.snr_db.push_back(snr);
    sizes.steps = {fewest, few, 50, 100, 300, most};
  }
  sizes.detailed = {low_db, middle_db, high_db};
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"prior", setting("random mixture, normalised")},
          {"dim", setting(sizes.dim)},
          {"components", setting(sizes.components)},
          {"samples", setting(sizes.samples)},
          {"snr_db", setting(sizes.snr_db)},
          {"steps", setting(sizes.steps)},
          {"schedule", setting("linear, the papers'")},
          {"network", setting(text_of(network_sizes(options)))},
          {"seed", setting(options.seed)}};
}

// The three ways in which the papers' rule with T steps departs from the conditional mean.
struct Gaps {
  Matrix<double> start;    // one step, at the step's level instead of the observation's
  Matrix<double> forward;  // every step, from the observation's own level
  Matrix<double> both;     // the papers' rule
};

Gaps gaps_of(const KnownMixture<double>& mixture, const Observed<double>& observed, int steps,
             Monitor* monitor) {
  const Schedule schedule(Schedule::paper(steps));
  const Grid papers = observation_grid(schedule, observed.snr_db, {});
  Grid exact = papers;
  exact.front() = observed.level;
  // A step noisier than the observation is behind its start.
  while (exact.size() > 1 && exact[1].variance() >= exact[0].variance())
    exact.erase(exact.begin() + 1);
  return {mixture.forward(observed, {papers.front()}, monitor),
          mixture.forward(observed, exact, monitor), mixture.forward(observed, papers, monitor)};
}

FindingCurve curve(std::string label,
                   FindingCurve::Look look = FindingCurve::Look::marks_and_line) {
  return {std::move(label), {}, look};
}

Eigen::VectorXd squares(const Matrix<double>& x) { return x.colwise().squaredNorm().transpose(); }

FindingFigure nmse_figure() {
  return {
      "nmse",
      "NMSE of mean forwarding over SNR, for several numbers of steps",
      "Mean forwarding by exact step denoisers under the papers' rule, beside the best there is "
      "(CME) and simpler estimators, and by a network trained on draws of the mixture. Bars: one "
      "standard error to each side.",
      "SNR",
      "dB",
      "NMSE",
      false,
      true,
      {curve("CME"), curve("least squares", FindingCurve::Look::line), curve("Wiener")}};
}

FindingFigure gap_figure(double snr_db) {
  return {
      fmt::format("excess_{}dB", snr_db),
      fmt::format("Excess over the MMSE against the number of steps at {} dB", snr_db),
      "Mean |estimate - CME|² over the MMSE. Start alone: one step, at the level of the nearest "
      "step instead of the observation's. Forwarding alone: every step, from the observation's "
      "own level. Limit: the flow that forwarding tends to as steps become many.",
      "steps T",
      "",
      "excess over MMSE",
      true,
      true,
      {curve("start alone"), curve("forwarding alone"), curve("both: the papers' rule"),
       curve("limit of forwarding", FindingCurve::Look::line)}};
}

class Run {
 public:
  Run(const ReproduceOptions& options, Monitor* monitor)
      : sizes_(sizes_of(options)),
        monitor_(monitor),
        prior_(random_mixture(sizes_.dim, sizes_.components, options.seed)),
        mixture_(prior_, sizes_.samples, options.seed, options.threads),
        wiener_(moments(prior_)),
        network_(trained_network(options, prior_, random_mixture_name, monitor), options.threads) {}

  Findings findings() {
    const Task task(monitor_, "cme-gap-vs-steps", static_cast<double>(sizes_.snr_db.size()));
    Findings findings;
    FindingFigure nmse = nmse_figure();
    for (const int steps : sizes_.steps) nmse.curves.push_back(curve(fmt::format("T = {}", steps)));
    nmse.curves.push_back(curve("network, one step"));
    nmse.curves.push_back(curve("network, T = 300"));
    for (std::size_t i = 0; i < sizes_.snr_db.size(); ++i) {
      task.update(static_cast<double>(i), fmt::format("{} dB", sizes_.snr_db[i]));
      add_level(mixture_.at(sizes_.snr_db[i], monitor_), nmse, findings);
    }
    findings.figures.insert(findings.figures.begin(), std::move(nmse));
    findings.explanation =
        "With exact step denoisers the papers' rule misses the conditional mean for two reasons. "
        "The start: the nearest step is not the observation's own level; this vanishes as steps "
        "become dense. Forwarding: each step replaces E[D(x_u) | x_t] by D(E[x_u | x_t]) and drops "
        "a covariance term of the order of the step; there are T of them, so this does not vanish "
        "but rises to a limit, that of the flow dz/ds2 = (z - D(z)) / s2. It is small where the "
        "posterior is concentrated in one component and large at low SNR.";
    return findings;
  }

 private:
  void add_level(const Observed<double>& observed, FindingFigure& nmse, Findings& findings) const {
    const double snr = observed.snr_db;
    const bool detailed =
        std::find(sizes_.detailed.begin(), sizes_.detailed.end(), snr) != sizes_.detailed.end();
    nmse.curves[0].points.push_back(point(snr, mixture_.mmse(observed)));
    nmse.curves[1].points.push_back({snr, 1 / from_db(snr), 0});
    nmse.curves[2].points.push_back(
        point(snr, mixture_.nmse(walk<double>(wiener_, observed.x_t, {observed.level}, 0, 1,
                                              mixture_.threads()))));
    FindingFigure gap = gap_figure(snr);
    std::map<int, Gaps> gaps;
    for (std::size_t i = 0; i < sizes_.steps.size(); ++i) {
      const int steps = sizes_.steps[i];
      Gaps found = gaps_of(mixture_, observed, steps, monitor_);
      nmse.curves[3 + i].points.push_back(point(snr, mixture_.nmse(found.both)));
      gap.curves[0].points.push_back(point(steps, mixture_.excess(observed, found.start)));
      gap.curves[1].points.push_back(point(steps, mixture_.excess(observed, found.forward)));
      gap.curves[2].points.push_back(point(steps, mixture_.excess(observed, found.both)));
      gaps.emplace(steps, std::move(found));
    }
    add_network(observed, nmse);
    if (!detailed) return;
    const Measured limit =
        mixture_.excess(observed, mean_flow(mixture_, observed, Schedule().level(1), monitor_));
    for (const int steps : {sizes_.steps.front(), sizes_.steps.back()}) {
      gap.curves[3].points.push_back(point(steps, limit));
    }
    findings.figures.push_back(std::move(gap));
    measure(observed, gaps, findings);
  }

  void add_network(const Observed<double>& observed, FindingFigure& nmse) const {
    const std::size_t first = 3 + sizes_.steps.size();
    for (const std::size_t i : {0, 1}) {
      const Steps steps{i == 0 ? 1 : Steps::all};
      const auto estimate = forward_by(network_, observed, steps, mixture_.threads(), monitor_);
      nmse.curves[first + i].points.push_back(point(observed.snr_db, mixture_.nmse(estimate)));
    }
  }

  // The numbers of the statements.
  void measure(const Observed<double>& observed, const std::map<int, Gaps>& gaps,
               Findings& findings) const {
    const Gaps& dense = gaps.at(most);
    const auto away = [&](const Matrix<double>& estimate) {
      return squares(estimate - observed.cme);
    };
    const auto add = [&](const char* id, const Measured& measured) {
      findings.measured.emplace_back(id, measured);
    };
    if (observed.snr_db == high_db) {
      add("high-snr", mixture_.excess(observed, dense.both));
      add("start", ratio_of(away(dense.start), away(gaps.at(fewest).start)));
    } else if (observed.snr_db == middle_db) {
      add("more-steps", ratio_of(away(dense.forward), away(gaps.at(few).forward)));
    } else if (observed.snr_db == low_db) {
      add("low-snr", mixture_.excess(observed, dense.both));
    }
  }

  Sizes sizes_;
  Monitor* monitor_;
  GaussianMixture<double> prior_;
  KnownMixture<double> mixture_;
  MixtureDenoiser<double> wiener_;
  Estimator<float> network_;
};

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  return Run(options, monitor).findings();
}

}  // namespace

Experiment cme_gap() {
  using Side = Statement::Side;
  return {"cme-gap-vs-steps",
          "arXiv 2403.02957",
          "Forwarding the conditional means of a diffusion model converges to the conditional mean "
          "estimator (CME) as the number of steps grows, under mild conditions.",
          "The mismatch of the start vanishes; the excess of forwarding itself rises to a limit, "
          "small at high SNR, several per cent of the MMSE at low SNR.",
          "18 min",
          {{"high-snr", "excess over the MMSE at 20 dB, T = 1000", "high SNR (20 dB)",
            Side::at_most, 0.01},
           {"start", "excess of the start alone at 20 dB, T = 1000 over T = 5",
            "exact denoisers, only the start mismatched", Side::at_most, 0.1},
           {"more-steps", "excess of forwarding alone at 0 dB, T = 1000 over T = 10",
            "exact start, more steps (0 dB)", Side::at_most, 1.0},
           {"low-snr", "excess over the MMSE at -10 dB, T = 1000", "low SNR (-10 dB)",
            Side::at_most, 0.01}},
          settings,
          run};
}

}  // namespace pellucid::reproduce
