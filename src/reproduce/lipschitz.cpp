// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pellucid/base/random.hpp"
#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/kept_model.hpp"
#include "reproduce/linear_parts.hpp"
#include "reproduce/step_jacobian.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double points_from_db = 3;  // where isolated points are told apart

struct Sizes {
  Index dim = 64, components = 128, trajectories = 0, network_trajectories = 0;
  int steps = 100;
};

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  sizes.trajectories = options.quick ? 8 : 50;
  sizes.network_trajectories = options.quick ? 8 : 16;
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"prior", setting("random mixture, normalised; as many isolated points beside")},
          {"dim", setting(sizes.dim)},
          {"components", setting(sizes.components)},
          {"steps", setting(sizes.steps)},
          {"schedule", setting("linear, the papers'")},
          {"trajectories", setting(sizes.trajectories)},
          {"points_from_db", setting(points_from_db)},
          {"network", setting(text_of(network_sizes(options)))},
          {"network_trajectories", setting(sizes.network_trajectories)},
          {"seed", setting(options.seed)}};
}

// Operator norms of the steps of trajectories, steps x trajectories, from the noisiest on.
struct Norms {
  std::string label;
  std::vector<double> snr_db;       // of the level that a step starts from
  std::vector<double> coefficient;  // the schedule's
  std::vector<Eigen::VectorXd> norm;

  void add(const NoiseLevel& from, const NoiseLevel& to, const Eigen::VectorXd& found) {
    snr_db.push_back(from.snr_db());
    coefficient.push_back(StepJacobian(from, to).current);
    norm.push_back(found);
  }
  // Over the schedule's coefficient: the extreme one over the steps of every trajectory.
  template <class Extreme>
  [[nodiscard]] Measured ratio(const Extreme& extreme) const {
    std::vector<double> values(static_cast<std::size_t>(norm.front().size()));
    for (std::size_t j = 0; j < values.size(); ++j) {
      std::vector<double> ratios;
      for (std::size_t i = 0; i < norm.size(); ++i) {
        ratios.push_back(norm[i](static_cast<Index>(j)) / coefficient[i]);
      }
      values[j] = *extreme(ratios.begin(), ratios.end());
    }
    return mean_of(values);
  }
  [[nodiscard]] Measured least() const {
    return ratio([](auto a, auto b) { return std::min_element(a, b); });
  }
  [[nodiscard]] Measured largest() const {
    return ratio([](auto a, auto b) { return std::max_element(a, b); });
  }
};

// Noise and clean signals made noisy as at step `first`.
Matrix<double> seen_at(const Matrix<double>& clean, const NoiseLevel& level, std::uint64_t seed) {
  Matrix<double> noise(clean.rows(), clean.cols());
  RandomStream(seed, Purpose::observation_noise).normal<double>(0, 0, noise);
  return std::sqrt(level.alpha_bar) * clean + std::sqrt(level.noise) * noise;
}

// The exact denoiser's steps from `first` to 2, the means forwarded.
Norms exact_norms(std::string label, const GaussianMixture<double>& prior, int first,
                  const Schedule& schedule, const Sizes& sizes, const ReproduceOptions& options,
                  Monitor* monitor) {
  const MixturePosterior<double> posterior(prior, {}, options.threads);
  ExactStepNorms norms(posterior, sizes.trajectories, options.threads);
  Matrix<double> x =
      seen_at(draw(prior, sizes.trajectories, options.seed), schedule.level(first), options.seed);
  Norms found{std::move(label), {}, {}, {}};
  for (int t = first; t >= 2; --t) {
    if (monitor != nullptr && monitor->stop_requested()) throw Stopped();
    const NoiseLevel &from = schedule.level(t), &to = schedule.level(t - 1);
    found.add(from, to, norms.at(x, from, to));
    const StepJacobian step(from, to);
    const double variance = from.variance();
    x = step.current * x + step.estimate * posterior.mean(x / std::sqrt(from.alpha_bar),
                                                          {&variance, 1}, options.threads);
  }
  return found;
}

// A network's steps from `first` to 2, all within the levels that it was trained for, one dense
// Jacobian each.
Norms network_norms(const Model& model, const Matrix<double>& clean, int first,
                    const Schedule& schedule, const ReproduceOptions& options, Monitor* monitor) {
  const auto denoiser = denoiser_in_user_units(model, options.threads);
  const DenoiserJacobian jacobian(*denoiser, options.threads);
  const Matrix<double> identity = Matrix<double>::Identity(clean.rows(), clean.rows());
  Matrix<double> x = seen_at(clean, schedule.level(first), options.seed), mean = x;
  const auto work = denoiser->workspace();
  Norms found{"network", {}, {}, {}};
  for (int t = first; t >= 2; --t) {
    if (monitor != nullptr && monitor->stop_requested()) throw Stopped();
    const NoiseLevel &from = schedule.level(t), &to = schedule.level(t - 1);
    const StepJacobian step(from, to);
    Eigen::VectorXd norm(x.cols());
    for (Index j = 0; j < x.cols(); ++j) {
      norm(j) = operator_norm(step.current * identity +
                              step.estimate * jacobian.times(x.col(j), from, identity));
      denoiser->denoise(x.col(j), {&from, 1}, mean.col(j), *work);
    }
    found.add(from, to, norm);
    x = step.current * x + step.estimate * mean;
  }
  return found;
}

// Equally likely points, N(0, I), variance 0 about them.
GaussianMixture<double> isolated_points(const Sizes& sizes, std::uint64_t seed) {
  GaussianMixture<double> prior;
  prior.weights.setConstant(sizes.components, 1 / static_cast<double>(sizes.components));
  prior.means.resize(sizes.dim, sizes.components);
  RandomStream(seed, Purpose::start_noise).normal<double>(0, 0, prior.means);
  prior.covariances.assign(static_cast<std::size_t>(sizes.components),
                           Matrix<double>::Zero(sizes.dim, sizes.dim));
  return prior;
}

FindingFigure over_snr(std::string id, std::string title, std::string caption, std::string y) {
  return {std::move(id),
          std::move(title),
          std::move(caption),
          "SNR of the step",
          "dB",
          std::move(y),
          false,
          true,
          {}};
}

// Mean over trajectories, with its standard error.
Measured mean_over(const Eigen::VectorXd& values) {
  return mean_of({values.begin(), values.end()});
}

FindingCurve norm_curve(const Norms& norms) {
  FindingCurve curve{norms.label, {}, FindingCurve::Look::line};
  for (std::size_t i = 0; i < norms.norm.size(); ++i) {
    curve.points.push_back(point(norms.snr_db[i], mean_over(norms.norm[i])));
  }
  return curve;
}

FindingCurve ratio_curve(const Norms& norms) {
  FindingCurve curve = norm_curve(norms);
  for (std::size_t i = 0; i < norms.norm.size(); ++i) {
    curve.points[i].y /= norms.coefficient[i];
    curve.points[i].error /= norms.coefficient[i];
  }
  return curve;
}

// Products of norms from the first step on, geometric mean over trajectories.
FindingCurve product_curve(const Norms& norms) {
  FindingCurve curve{norms.label, {}, FindingCurve::Look::line};
  Eigen::VectorXd logarithms = Eigen::VectorXd::Zero(norms.norm.front().size());
  for (std::size_t i = 0; i < norms.norm.size(); ++i) {
    logarithms.array() += norms.norm[i].array().log();
    const Measured mean = mean_over(logarithms);
    const double product = std::exp(mean.value);
    curve.points.push_back({norms.snr_db[i], product, product * mean.error});
  }
  return curve;
}

FindingCurve coefficient_curve(const Norms& norms) {
  FindingCurve curve{"the schedule's coefficient", {}, FindingCurve::Look::line};
  for (std::size_t i = 0; i < norms.norm.size(); ++i) {
    curve.points.push_back({norms.snr_db[i], norms.coefficient[i], 0});
  }
  return curve;
}

FindingCurve coefficient_product(const Norms& norms) {
  FindingCurve curve{"the schedule's coefficients", {}, FindingCurve::Look::line};
  double product = 1;
  for (std::size_t i = 0; i < norms.norm.size(); ++i) {
    product *= norms.coefficient[i];
    curve.points.push_back({norms.snr_db[i], product, 0});
  }
  return curve;
}

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  const Sizes sizes = sizes_of(options);
  const Schedule schedule(Schedule::paper(sizes.steps));
  const GaussianMixture<double> prior = random_mixture(sizes.dim, sizes.components, options.seed);
  const Gaussian<double> gaussian = moments(prior);
  const GaussianMixture<double> one{Eigen::VectorXd::Ones(1), gaussian.mean, {gaussian.covariance}};

  const Task task(monitor, "lipschitz", 4);
  const Norms mixture =
      exact_norms("mixture", prior, sizes.steps, schedule, sizes, options, monitor);
  task.update(1, "Gaussian");
  const Norms wiener = exact_norms("Gaussian of the same moments", one, sizes.steps, schedule,
                                   sizes, options, monitor);
  task.update(2, "isolated points");
  const Norms points =
      exact_norms("isolated points", isolated_points(sizes, options.seed),
                  schedule.nearest_step(points_from_db), schedule, sizes, options, monitor);
  task.update(3, "network");
  const Model model = trained_network(options, prior, random_mixture_name, monitor);
  const Norms network = network_norms(model, draw(prior, sizes.network_trajectories, options.seed),
                                      sizes.steps, schedule, options, monitor);

  Findings findings;
  findings.measured = {{"lower", mixture.least()},
                       {"points", points.largest()},
                       {"mixture", mixture.largest()},
                       {"gaussian", wiener.largest()},
                       {"network", network.largest()}};
  FindingFigure beside =
      over_snr("norm", "Norm of a step's Jacobian, beside the schedule's coefficient",
               "Mean over trajectories of mean forwarding, with its standard error. No step of an "
               "exact denoiser is below the coefficient. The last step, to the estimate itself, "
               "is left out here and everywhere: its coefficient is 0.",
               "norm");
  FindingFigure ratios =
      over_snr("ratio", "Norm of a step's Jacobian over the schedule's coefficient",
               "Mean over trajectories of mean forwarding, with its standard error. At 1 the "
               "schedule alone decides.",
               "norm over coefficient");
  FindingFigure products = over_snr("products", "Products of the norms from the first step on",
                                    "Geometric mean over trajectories, beside the product of the "
                                    "coefficients. The last step, whose coefficient is 0, is not "
                                    "among them.",
                                    "product of norms");
  for (const Norms* norms : {&mixture, &wiener, &points, &network}) {
    beside.curves.push_back(norm_curve(*norms));
    ratios.curves.push_back(ratio_curve(*norms));
    if (norms != &points) products.curves.push_back(product_curve(*norms));
  }
  products.curves.push_back(coefficient_product(mixture));
  beside.curves.push_back(coefficient_curve(mixture));
  findings.figures = {std::move(beside), std::move(ratios), std::move(products)};
  findings.explanation =
      "An exact step's Jacobian is c I + e Cov[x0 | x_t] with c = sqrt(alpha_t) (1 - abar_{t-1}) / "
      "(1 - abar_t), a function of the schedule alone, and e > 0. A covariance is never negative, "
      "so that c bounds the norm from below; the norm is c where the posterior has no variance "
      "left. Wherever the data still have variance of their own at the noise's level, the second "
      "term dominates: for noise far below the variance l of some direction the norm tends to "
      "sqrt(alpha_t), not c. The product of all c is many orders below the product of the norms.";
  return findings;
}

}  // namespace

Experiment lipschitz() {
  using Side = Statement::Side;
  const std::string largest = "largest norm over coefficient of a trajectory's steps, ";
  constexpr double equal = 1.01;
  return {"lipschitz",
          "arXiv 2403.02957",
          "A novel Lipschitz constant that depends solely on the diffusion model's "
          "hyperparameters. (That it is sqrt(alpha_t) (1 - abar_{t-1}) / (1 - abar_t) of the step "
          "is our reading.)",
          "The coefficient bounds the norm of an exact step's Jacobian from below and is reached "
          "where the posterior has no variance; else the data add a term, ten times the "
          "coefficient in the last steps.",
          "1 min",
          {{"lower", "least norm over coefficient of a trajectory's steps, random mixture",
            "as a lower bound", Side::at_least, 0.99},
           {"points", largest + "isolated points", "isolated points, told apart (from 3 dB)",
            Side::at_most, equal},
           {"mixture", largest + "random mixture", "random mixture, exact denoiser", Side::at_most,
            equal},
           {"gaussian", largest + "Gaussian", "Gaussian, exact denoiser", Side::at_most, equal},
           {"network", largest + "trained network", "trained network", Side::at_most, equal}},
          settings,
          run};
}

}  // namespace pellucid::reproduce
