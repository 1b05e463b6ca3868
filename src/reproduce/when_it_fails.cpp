// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>

#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/known_mixture.hpp"
#include "reproduce/mean_flow.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double low_db = -10, middle_db = 0, high_db = 20;
constexpr double far_apart = 4;
constexpr int most = 1000;          // steps T of the one-dimensional priors
constexpr int mixture_steps = 300;  // of the random mixture

struct Sizes {
  Index samples = 0, mixture_samples = 0;
  std::vector<double> snr_db, mixture_snr_db, separations;
  std::vector<int> steps;
};

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  if (options.quick) {
    sizes.samples = 5000;
    sizes.mixture_samples = 150;
    sizes.snr_db = {low_db, middle_db, 10, high_db};
    sizes.mixture_snr_db = {low_db, middle_db, high_db};
    sizes.separations = {0, 1, 2, 3, far_apart, 6, 10};
    sizes.steps = {5, 10, 100, most};
  } else {
    sizes.samples = 50'000;
    sizes.mixture_samples = 2000;
    sizes.snr_db = {low_db, -5, middle_db, 5, 10, 15, high_db};
    for (double snr = -20; snr <= 30; snr += 5) sizes.mixture_snr_db.push_back(snr);
    sizes.separations = {0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, far_apart, 5, 6, 8, 10, 15, 20};
    sizes.steps = {5, 10, 50, 100, 300, most};
  }
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"samples", setting(sizes.samples)},
          {"mixture_samples", setting(sizes.mixture_samples)},
          {"snr_db", setting(sizes.snr_db)},
          {"mixture_snr_db", setting(sizes.mixture_snr_db)},
          {"separations", setting(sizes.separations)},
          {"steps", setting(sizes.steps)},
          {"mixture_steps", setting(mixture_steps)},
          {"schedule", setting("linear, the papers'")},
          {"seed", setting(options.seed)}};
}

// Two Gaussians of one variance at +m and -m with total variance 1.
GaussianMixture<double> two_gaussians(double variance) {
  GaussianMixture<double> prior;
  prior.weights = Eigen::Vector2d(0.5, 0.5);
  const double mean = std::sqrt(1 - variance);
  prior.means.resize(1, 2);
  prior.means << mean, -mean;
  prior.covariances.assign(2, Matrix<double>::Constant(1, 1, variance));
  return prior;
}

// `separation` is the means' distance in standard deviations of a component: 2 m / sqrt(1 - m^2).
GaussianMixture<double> at_distance(double separation) {
  return two_gaussians(4 / (4 + separation * separation));
}

GaussianMixture<double> two_point() { return two_gaussians(1e-4); }

// The papers' rule with T steps.
Matrix<double> forwarded(const KnownMixture<double>& truth, const Observed<double>& observed,
                         int steps, Monitor* monitor) {
  const Schedule schedule(Schedule::paper(steps));
  return truth.forward(observed, observation_grid(schedule, observed.snr_db, {}), monitor);
}

FindingFigure steps_figure() {
  return {"two_point_steps",
          "Two-point prior: excess over the MMSE against the number of steps",
          "Mean |estimate - CME|² over the MMSE for the prior +1 or -1 with equal weights, papers' "
          "rule with exact step denoisers. More steps lead away from the CME, towards sign(y).",
          "steps T",
          "",
          "excess over MMSE",
          true,
          true,
          {}};
}

FindingFigure nmse_figure() {
  return {"two_point_nmse",
          "Two-point prior: NMSE over SNR",
          "Forwarding with 1000 steps beside the CME, tanh(SNR y), and the hard decision sign(y), "
          "whose mean square error is 4 Q(sqrt(SNR)).",
          "SNR",
          "dB",
          "NMSE",
          false,
          true,
          {{"CME", {}, {}},
           {"forwarding, T = 1000", {}, {}},
           {"sign(y)", {}, FindingCurve::Look::line}}};
}

FindingFigure separation_figure() {
  return {"separation",
          "Two Gaussians: excess over the MMSE against their distance",
          "Distance of the means in standard deviations of one of them, total variance 1, papers' "
          "rule with T = 1000. Without distance the prior is Gaussian and forwarding exact.",
          "distance",
          "standard deviations",
          "excess over MMSE",
          false,
          false,
          {}};
}

FindingFigure mixture_figure() {
  return {"mixture",
          "Random mixture: excess over the MMSE against SNR",
          "K = 128, N = 64, papers' rule with exact step denoisers, and the limit of many steps "
          "from an exact start.",
          "SNR",
          "dB",
          "excess over MMSE",
          false,
          true,
          {{fmt::format("T = {}", mixture_steps), {}, {}},
           {"limit of forwarding", {}, FindingCurve::Look::line}}};
}

class Run {
 public:
  Run(const ReproduceOptions& options, Monitor* monitor)
      : sizes_(sizes_of(options)), options_(options), monitor_(monitor) {}

  Findings findings() {
    const Task task(monitor_, "when-it-fails", 3);
    two_points();
    task.update(1, "two Gaussians");
    two_gaussians_apart();
    task.update(2, "random mixture");
    mixture();
    findings_.explanation =
        "Forwarding keeps of the posterior only its mean. Where the posterior at the observation "
        "is concentrated in one component, that is enough: the problem is nearly Gaussian, and "
        "there forwarding is exact. Where it is split between components, the mean lies between "
        "them, and every step pulls it to the nearer one, since E[D(x_u) | x_t] is replaced by "
        "D(E[x_u | x_t]): the soft decision tanh(SNR y) hardens to sign(y). The excess is largest "
        "where components are well apart but the observation cannot tell them: medium and low SNR. "
        "It does not vanish with T. Use one step, or a number of steps calibrated on data.";
    return findings_;
  }

 private:
  void add(const char* id, const Measured& measured) {
    findings_.measured.emplace_back(id, measured);
  }

  void two_points() {
    const KnownMixture<double> truth(two_point(), sizes_.samples, options_.seed, options_.threads);
    FindingFigure by_steps = steps_figure(), nmse = nmse_figure();
    for (const double snr : sizes_.snr_db) {
      const Observed<double> observed = truth.at(snr, monitor_);
      FindingCurve curve{fmt::format("{} dB", snr), {}, {}};
      Matrix<double> estimate;
      for (const int steps : sizes_.steps) {
        estimate = forwarded(truth, observed, steps, monitor_);
        curve.points.push_back(point(steps, truth.excess(observed, estimate)));
      }
      by_steps.curves.push_back(std::move(curve));
      nmse.curves[0].points.push_back(point(snr, truth.mmse(observed)));
      nmse.curves[1].points.push_back(point(snr, truth.nmse(estimate)));
      nmse.curves[2].points.push_back({snr, 2 * std::erfc(std::sqrt(from_db(snr) / 2)), 0.0});
      if (snr == middle_db) add("two-point", truth.excess(observed, estimate));
      if (snr == high_db) add("two-point-high", truth.excess(observed, estimate));
    }
    // Beyond this hard decisions are never wrong and only the points' width is left.
    std::erase_if(nmse.curves[2].points, [](const FindingPoint& one) { return one.y < 1e-6; });
    findings_.figures.push_back(std::move(by_steps));
    findings_.figures.push_back(std::move(nmse));
  }

  void two_gaussians_apart() {
    FindingFigure figure = separation_figure();
    for (const double snr : sizes_.snr_db)
      figure.curves.push_back({fmt::format("{} dB", snr), {}, {}});
    for (const double separation : sizes_.separations) {
      const KnownMixture<double> truth(at_distance(separation), sizes_.samples, options_.seed,
                                       options_.threads);
      for (std::size_t i = 0; i < sizes_.snr_db.size(); ++i) {
        const Observed<double> observed = truth.at(sizes_.snr_db[i], monitor_);
        const Measured excess = truth.excess(observed, forwarded(truth, observed, most, monitor_));
        figure.curves[i].points.push_back(point(separation, excess));
        if (sizes_.snr_db[i] != middle_db) continue;
        if (separation == 0) add("gaussian", excess);
        if (separation == far_apart) add("apart", excess);
      }
    }
    findings_.figures.push_back(std::move(figure));
  }

  void mixture() {
    const KnownMixture<double> truth(random_mixture(64, 128, options_.seed), sizes_.mixture_samples,
                                     options_.seed, options_.threads);
    FindingFigure figure = mixture_figure();
    for (const double snr : sizes_.mixture_snr_db) {
      const Observed<double> observed = truth.at(snr, monitor_);
      const Measured excess =
          truth.excess(observed, forwarded(truth, observed, mixture_steps, monitor_));
      const Measured limit =
          truth.excess(observed, mean_flow(truth, observed, Schedule().level(1), monitor_));
      figure.curves[0].points.push_back(point(snr, excess));
      figure.curves[1].points.push_back(point(snr, limit));
      if (snr == low_db) add("mixture-low", excess);
      if (snr == high_db) add("mixture-high", excess);
    }
    findings_.figures.push_back(std::move(figure));
  }

  Sizes sizes_;
  const ReproduceOptions& options_;
  Monitor* monitor_;
  Findings findings_;
};

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  return Run(options, monitor).findings();
}

}  // namespace

Experiment when_it_fails() {
  using Side = Statement::Side;
  constexpr double negligible = 0.01;
  return {"when-it-fails",
          "arXiv 2403.02957",
          "Forwarding the conditional means converges to the conditional mean estimator (CME) "
          "under mild conditions. (Not claimed: for which priors.)",
          "Exact for a Gaussian, negligible where the observation tells the components apart; "
          "where it does not, the soft decision hardens: for the two-point prior at 0 dB the NMSE "
          "tends to 0.63 where the CME has 0.45, an excess of 0.41 of the MMSE.",
          "8 min",
          {{"gaussian", "excess over the MMSE at 0 dB, T = 1000", "Gaussian prior", Side::at_most,
            negligible},
           {"two-point-high", "excess over the MMSE at 20 dB, T = 1000",
            "two-point prior, high SNR", Side::at_most, negligible},
           {"mixture-high", "excess over the MMSE at 20 dB, T = 300", "random mixture, high SNR",
            Side::at_most, negligible},
           {"two-point", "excess over the MMSE at 0 dB, T = 1000", "two-point prior, 0 dB",
            Side::at_most, negligible},
           {"apart", "excess over the MMSE at 0 dB, T = 1000",
            "two Gaussians 4 standard deviations apart, 0 dB", Side::at_most, negligible},
           {"mixture-low", "excess over the MMSE at -10 dB, T = 300", "random mixture, low SNR",
            Side::at_most, negligible}},
          settings,
          run};
}

}  // namespace pellucid::reproduce
