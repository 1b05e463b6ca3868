// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/forwarding_gaps.hpp"
#include "reproduce/kept_model.hpp"
#include "reproduce/known_mixture.hpp"
#include "reproduce/mean_flow.hpp"

namespace pellucid::reproduce {

namespace {

struct Sizes {
  Index dim = 64, components = 128, samples = 0;
  std::vector<double> snr_db;
  std::vector<int> steps;
};

constexpr double low_db = -10, middle_db = 0, high_db = 20;
constexpr int fewest = 5, few = 10, most = 1000;
constexpr double flow_step = 0.1;  // of the logarithm of the noise variance

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
  return sizes;
}

// Where the flow ends: the last level of every schedule.
NoiseLevel flow_end() { return Schedule().level(1); }

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"prior", setting("random mixture, normalised")},
          {"dim", setting(sizes.dim)},
          {"components", setting(sizes.components)},
          {"samples", setting(sizes.samples)},
          {"snr_db", setting(sizes.snr_db)},
          {"steps", setting(sizes.steps)},
          {"schedule", setting("linear, the papers'")},
          {"flow_step", setting(flow_step)},
          {"flow_end_db", setting(flow_end().snr_db())},
          {"network", setting(text_of(network_sizes(options)))},
          {"seed", setting(options.seed)}};
}

FindingCurve curve(std::string label,
                   FindingCurve::Look look = FindingCurve::Look::marks_and_line) {
  return {std::move(label), {}, look};
}

Eigen::VectorXd squares(const Matrix<double>& x) { return x.colwise().squaredNorm().transpose(); }

// An excess of rounding alone, which a logarithmic axis cannot show, is left out.
void add_excess(FindingCurve& curve, double x, const Measured& excess) {
  if (excess.value > 1e-12) curve.points.push_back(point(x, excess));
}

FindingFigure over_snr(std::string id, std::string title, std::string caption, std::string y) {
  return {std::move(id),
          std::move(title),
          std::move(caption),
          "SNR",
          "dB",
          std::move(y),
          false,
          true,
          {}};
}

std::vector<FindingCurve> step_curves(const std::vector<int>& steps) {
  std::vector<FindingCurve> curves;
  curves.reserve(steps.size());
  for (const int count : steps) curves.push_back(curve(fmt::format("T = {}", count)));
  return curves;
}

void append(FindingFigure& figure, std::vector<FindingCurve> curves) {
  figure.curves.insert(figure.curves.end(), curves.begin(), curves.end());
}

// The figures over the SNR.
struct Overview {
  FindingFigure nmse, network, excess;

  explicit Overview(const std::vector<int>& steps)
      : nmse(over_snr("nmse", "NMSE of exact mean forwarding over SNR, by the number of steps T",
                      "Exact step denoisers under the papers' rule, beside the best there is (CME) "
                      "and simpler estimators. Bars: one standard error to each side.",
                      "NMSE")),
        network(over_snr("nmse_network",
                         "NMSE of a network's mean forwarding over SNR, by the number of steps T",
                         "A network trained on draws of the mixture, under the papers' rule and in "
                         "one step at the observation's own level, beside the CME.",
                         "NMSE")),
        excess(over_snr("excess", "Excess over the MMSE of exact mean forwarding over SNR",
                        "Mean |estimate - CME|² over the MMSE, under the papers' rule with T "
                        "steps. Limit: exact start, the flow that forwarding tends to as steps "
                        "become many. At high SNR few draws carry the limit's excess.",
                        "excess over MMSE")) {
    constexpr auto line = FindingCurve::Look::line;
    nmse.curves = {curve("CME", line), curve("least squares", line), curve("Wiener")};
    network.curves = {curve("CME", line), curve("one step")};
    append(nmse, step_curves(steps));
    append(network, step_curves(steps));
    append(excess, step_curves(steps));
    excess.curves.push_back(curve("limit of forwarding", line));
  }
};

FindingFigure gap_figure(double snr_db) {
  constexpr auto line = FindingCurve::Look::line;
  return {
      fmt::format("excess_{}dB", snr_db),
      fmt::format("Excess over the MMSE against the number of steps at {} dB", snr_db),
      "Mean |estimate - CME|² over the MMSE. Start alone: one step, at the level of the nearest "
      "step instead of the observation's. Forwarding alone: every step, from the observation's "
      "own level. Limit: the flow that forwarding tends to as steps become many. Network: trained "
      "on draws of the mixture. What is not drawn is 0 but for rounding.",
      "steps T",
      "",
      "excess over MMSE",
      true,
      true,
      {curve("start alone"), curve("forwarding alone"), curve("both: the papers' rule"),
       curve("limit of forwarding", line), curve("network: the papers' rule"),
       curve("network: one step", line)}};
}

class Run {
 public:
  Run(const ReproduceOptions& options, Monitor* monitor)
      : sizes_(sizes_of(options)),
        monitor_(monitor),
        prior_(random_mixture(sizes_.dim, sizes_.components, options.seed)),
        mixture_(prior_, sizes_.samples, options.seed, options.threads),
        wiener_(moments(prior_)),
        network_(denoiser_in_user_units(
            trained_network(options, prior_, random_mixture_name, monitor), options.threads)) {}

  Findings findings() {
    const Task task(monitor_, "cme-gap-vs-steps", static_cast<double>(sizes_.snr_db.size()));
    Findings findings;
    Overview overview(sizes_.steps);
    for (std::size_t i = 0; i < sizes_.snr_db.size(); ++i) {
      task.update(static_cast<double>(i), fmt::format("{} dB", sizes_.snr_db[i]));
      add_level(mixture_.at(sizes_.snr_db[i], monitor_), overview, findings);
    }
    findings.figures.insert(findings.figures.begin(),
                            {overview.nmse, overview.excess, overview.network});
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
  void add_level(const Observed<double>& observed, Overview& overview, Findings& findings) const {
    const double snr = observed.snr_db;
    auto& nmse = overview.nmse.curves;
    nmse[0].points.push_back(point(snr, mixture_.mmse(observed)));
    nmse[1].points.push_back({snr, 1 / from_db(snr), 0});
    nmse[2].points.push_back(
        point(snr, mixture_.nmse(walk<double>(wiener_, observed.x_t, {observed.level}, 0, 1,
                                              mixture_.threads()))));
    FindingFigure gap = gap_figure(snr);
    std::map<int, ForwardingGaps<double>> gaps;
    for (std::size_t i = 0; i < sizes_.steps.size(); ++i) {
      const int steps = sizes_.steps[i];
      ForwardingGaps<double> found = forwarding_gaps(mixture_, observed, steps, monitor_);
      const Measured both = mixture_.excess(observed, found.both);
      nmse[3 + i].points.push_back(point(snr, mixture_.nmse(found.both)));
      add_excess(overview.excess.curves[i], snr, both);
      add_excess(gap.curves[0], steps, mixture_.excess(observed, found.start));
      add_excess(gap.curves[1], steps, mixture_.excess(observed, found.forward));
      add_excess(gap.curves[2], steps, both);
      gaps.emplace(steps, std::move(found));
    }
    const Measured limit =
        mixture_.excess(observed, mean_flow(mixture_, observed, flow_end(), monitor_, flow_step));
    add_excess(overview.excess.curves.back(), snr, limit);
    add_level_line(gap.curves[3], limit);
    add_network(observed, overview.network, gap);
    findings.figures.push_back(std::move(gap));
    measure(observed, gaps, findings);
  }

  // What does not depend on the number of steps.
  void add_level_line(FindingCurve& curve, const Measured& excess) const {
    for (const int steps : {sizes_.steps.front(), sizes_.steps.back()}) {
      add_excess(curve, steps, excess);
    }
  }

  void add_network(const Observed<double>& observed, FindingFigure& nmse,
                   FindingFigure& gap) const {
    const double snr = observed.snr_db;
    const auto by_network = [&](const Grid& grid) {
      return walk<double>(*network_, observed.x_t, grid, 0, 1, mixture_.threads(), monitor_);
    };
    nmse.curves[0].points.push_back(point(snr, mixture_.mmse(observed)));
    const Matrix<double> one = by_network({observed.level});
    nmse.curves[1].points.push_back(point(snr, mixture_.nmse(one)));
    add_level_line(gap.curves[5], mixture_.excess(observed, one));
    for (std::size_t i = 0; i < sizes_.steps.size(); ++i) {
      const Schedule schedule(Schedule::paper(sizes_.steps[i]));
      const Matrix<double> found = by_network(observation_grid(schedule, snr, {}));
      nmse.curves[2 + i].points.push_back(point(snr, mixture_.nmse(found)));
      add_excess(gap.curves[4], sizes_.steps[i], mixture_.excess(observed, found));
    }
  }

  // The numbers of the statements.
  void measure(const Observed<double>& observed, const std::map<int, ForwardingGaps<double>>& gaps,
               Findings& findings) const {
    const ForwardingGaps<double>& dense = gaps.at(most);
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
  std::unique_ptr<const Denoiser<double>> network_;
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
          "30 min",
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
