// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <limits>

#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/known_mixture.hpp"
#include "reproduce/mean_flow.hpp"
#include "reproduce/when_it_fails_figures.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double low_db = -10, middle_db = 0, high_db = 20;
constexpr double far_apart = 4;
constexpr int most = 1000;          // steps T of the one-dimensional priors
constexpr int mixture_steps = 300;  // of the random mixture over SNR
constexpr Index dim = 64, components = 128;
constexpr double flow_step = 0.1;  // in log variance
constexpr double points = std::numeric_limits<double>::infinity();

struct Sizes {
  Index samples = 0, samples_by_steps = 0;
  std::vector<double> snr_db, separations, mixture_snr_db, mixture_snr_db_by_steps;
  std::vector<int> steps, mixture_steps, levels;
};

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  sizes.snr_db = {low_db, -5, middle_db, 5, 10, 15, high_db};
  sizes.steps = {5, 10, 50, 100, 300, most};
  sizes.levels = {1, 2, 3, 4, 6, 10, 30, 100};
  sizes.separations = {0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, far_apart, 5, 6, 8, 10, 15, 20};
  if (options.quick) {
    sizes.samples = 150;
    sizes.samples_by_steps = 40;
    sizes.mixture_snr_db = {low_db, middle_db, high_db};
    sizes.mixture_snr_db_by_steps = {low_db, middle_db};
    sizes.mixture_steps = {5, 10, 100};
  } else {
    sizes.samples = 2000;
    sizes.samples_by_steps = 500;
    for (double snr = -20; snr <= 30; snr += 5) sizes.mixture_snr_db.push_back(snr);
    sizes.mixture_snr_db_by_steps = {-20, low_db, middle_db};
    sizes.mixture_steps = sizes.steps;
  }
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"two_points", setting("+1 and -1 exactly, by quadrature")},
          {"levels", setting(sizes.levels)},
          {"two_gaussians", setting("total variance 1, by quadrature")},
          {"snr_db", setting(sizes.snr_db)},
          {"separations", setting(sizes.separations)},
          {"separation_by_steps", setting(far_apart)},
          {"steps", setting(sizes.steps)},
          {"mixture", setting(fmt::format("random mixture, K = {}, N = {}", components, dim))},
          {"mixture_samples", setting(sizes.samples)},
          {"mixture_snr_db", setting(sizes.mixture_snr_db)},
          {"mixture_steps", setting(mixture_steps)},
          {"flow_step", setting(flow_step)},
          {"flow_end_db", setting(Schedule().max_snr_db())},
          {"mixture_samples_by_steps", setting(sizes.samples_by_steps)},
          {"mixture_snr_db_by_steps", setting(sizes.mixture_snr_db_by_steps)},
          {"mixture_steps_by_steps", setting(sizes.mixture_steps)},
          {"schedule", setting("linear, the papers'")},
          {"seed", setting(options.seed)}};
}

const char* const explanation =
    "Forwarding keeps of the posterior only its mean. Where the posterior at the observation is "
    "concentrated in one component, that is enough: the problem is nearly Gaussian, and there "
    "forwarding is exact. Where it is split between components, the mean lies between them, and "
    "every step pulls it to the nearer one, since E[D(x_u) | x_t] is replaced by D(E[x_u | x_t]): "
    "of two points the soft decision tanh(SNR y) hardens to sign(y), with the second step already. "
    "The excess is largest where components are well apart but the observation cannot tell them: "
    "medium and low SNR. It does not vanish with T. At high SNR it is small beside the components' "
    "own width. Two exact points have none: there is an error only near y = 0, where the hard "
    "decision costs 4/π - 1 = 27 % of the MMSE at any SNR however high, but the MMSE itself, and "
    "with it the distance from the CME, vanishes like exp(-SNR/2). Use one step, or a number of "
    "steps calibrated on data.";

class Run {
 public:
  Run(const ReproduceOptions& options, Monitor* monitor)
      : sizes_(sizes_of(options)),
        options_(options),
        monitor_(monitor),
        prior_(random_mixture(dim, components, options.seed)) {}

  Findings findings() {
    const Task task(monitor_, "when-it-fails", 3);
    one_dimension();
    task.update(1, "random mixture");
    mixture();
    task.update(2, "random mixture by steps");
    mixture_by_steps();
    findings_.explanation = explanation;
    return findings_;
  }

 private:
  void add(const char* id, const Measured& measured) {
    findings_.measured.emplace_back(id, measured);
  }

  // Known without draws.
  void one_dimension() {
    findings_.figures = {two_point_excess_figure(),
                         two_point_levels_figure({low_db, middle_db, 10, high_db}, sizes_.levels),
                         two_point_nmse_figure(),
                         separation_figure(sizes_.snr_db, sizes_.separations, most),
                         separation_steps_figure(sizes_.snr_db, far_apart, sizes_.steps)};
    const auto over_mmse = [](double separation, double snr_db) {
      return Measured{two_gaussians_excess(separation, snr_db, most).over_mmse, 0, 0};
    };
    add("gaussian", over_mmse(0, middle_db));
    add("apart", over_mmse(far_apart, middle_db));
    add("apart-high", over_mmse(far_apart, high_db));
    add("two-point", over_mmse(points, middle_db));
    add("two-point-high", over_mmse(points, high_db));
    add("two-point-distance", {two_gaussians_excess(points, high_db, most).over_variance, 0, 0});
  }

  void mixture() {
    const KnownMixture<double> truth(prior_, sizes_.samples, options_.seed, options_.threads);
    FindingFigure figure = mixture_figure(mixture_steps);
    for (const double snr : sizes_.mixture_snr_db) {
      const Observed<double> observed = truth.at(snr, monitor_);
      const Measured excess = forwarded(truth, observed, mixture_steps);
      const Measured limit = truth.excess(
          observed, mean_flow(truth, observed, Schedule().level(1), monitor_, flow_step));
      figure.curves[0].points.push_back(point(snr, excess));
      figure.curves[1].points.push_back(point(snr, limit));
      if (snr == low_db) add("mixture-low", excess);
      if (snr == high_db) add("mixture-high", excess);
    }
    findings_.figures.push_back(std::move(figure));
  }

  void mixture_by_steps() {
    const KnownMixture<double> truth(prior_, sizes_.samples_by_steps, options_.seed,
                                     options_.threads);
    FindingFigure figure = mixture_steps_figure();
    for (const double snr : sizes_.mixture_snr_db_by_steps) {
      const Observed<double> observed = truth.at(snr, monitor_);
      FindingCurve curve{fmt::format("{} dB", snr), {}, {}};
      for (const int steps : sizes_.mixture_steps) {
        curve.points.push_back(point(steps, forwarded(truth, observed, steps)));
      }
      figure.curves.push_back(std::move(curve));
    }
    findings_.figures.push_back(std::move(figure));
  }

  // The excess of the papers' rule with T steps.
  [[nodiscard]] Measured forwarded(const KnownMixture<double>& truth,
                                   const Observed<double>& observed, int steps) const {
    const Grid grid = observation_grid(Schedule(Schedule::paper(steps)), observed.snr_db, {});
    return truth.excess(observed, truth.forward(observed, grid, monitor_));
  }

  Sizes sizes_;
  const ReproduceOptions& options_;
  Monitor* monitor_;
  GaussianMixture<double> prior_;
  Findings findings_;
};

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  return Run(options, monitor).findings();
}

std::vector<Statement> statements() {
  using Side = Statement::Side;
  constexpr double negligible = 0.01;
  return {
      {"gaussian", "excess over the MMSE at 0 dB, T = 1000", "Gaussian prior", Side::at_most,
       negligible},
      {"apart-high", "excess over the MMSE at 20 dB, T = 1000",
       "two Gaussians 4 standard deviations apart, 20 dB", Side::at_most, negligible},
      {"mixture-high", "excess over the MMSE at 20 dB, T = 300", "random mixture, high SNR",
       Side::at_most, negligible},
      {"two-point-distance", "mean |estimate - CME|² over the prior's variance at 20 dB, T = 1000",
       "two points, 20 dB, beside the prior's variance", Side::at_most, negligible},
      {"two-point-high", "excess over the MMSE at 20 dB, T = 1000",
       "two points, 20 dB, beside the MMSE", Side::at_most, negligible},
      {"two-point", "excess over the MMSE at 0 dB, T = 1000", "two points, 0 dB", Side::at_most,
       negligible},
      {"apart", "excess over the MMSE at 0 dB, T = 1000",
       "two Gaussians 4 standard deviations apart, 0 dB", Side::at_most, negligible},
      {"mixture-low", "excess over the MMSE at -10 dB, T = 300", "random mixture, low SNR",
       Side::at_most, negligible}};
}

}  // namespace

Experiment when_it_fails() {
  return {"when-it-fails",
          "arXiv 2403.02957",
          "Forwarding the conditional means converges to the conditional mean estimator (CME) "
          "under mild conditions. (Not claimed: for which priors.)",
          "Exact for a Gaussian, negligible where the observation tells components with a width "
          "apart. Where it does not, the soft decision hardens: for the points +1 and -1 at 0 dB "
          "the NMSE tends to 0.63 where the CME has 0.45, an excess of 0.41 of the MMSE. Of exact "
          "points it stays at 4/π - 1 = 0.27 of the MMSE at high SNR, where both vanish.",
          "4 min",
          statements(),
          settings,
          run};
}

}  // namespace pellucid::reproduce
