// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <map>

#include "pellucid/base/random.hpp"
#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/fitted_sizes.hpp"
#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double low_db = -10, middle_db = 0;
constexpr int most = 300;

template <class T>
Eigen::VectorXd errors(const Matrix<T>& estimates, const Matrix<T>& clean) {
  return (estimates - clean).colwise().squaredNorm().transpose();
}

FindingFigure nmse_figure() {
  return {
      "nmse",
      "NMSE over SNR on real data",
      "The mixture is only a model here: one step is its conditional mean, which need not be "
      "the best estimate.",
      "SNR",
      "dB",
      "NMSE",
      false,
      true,
      {{"one step", {}, {}}, {"least squares", {}, FindingCurve::Look::line}, {"Wiener", {}, {}}}};
}

FindingFigure ratio_figure() {
  return {"ratio",
          "Error of mean forwarding over that of one step",
          "Below 1 forwarding is better than the model's conditional mean.",
          "steps T",
          "",
          "error over one step's",
          true,
          false,
          {}};
}

template <class T>
Findings findings_of(const FittedMixture<T>& fitted, const DataSizes& sizes,
                     const ReproduceOptions& options, Monitor* monitor) {
  const Matrix<T>& clean = fitted.test;
  Matrix<T> noise(clean.rows(), clean.cols());
  RandomStream(options.seed, Purpose::observation_noise).normal<T>(0, 0, noise);
  const MixtureDenoiser<T> denoiser(fitted.prior, options.threads);
  const MixtureDenoiser<T> linear(moments(fitted.prior));
  const Eigen::VectorXd powers = clean.colwise().squaredNorm().transpose();
  FindingFigure nmse = nmse_figure(), ratio = ratio_figure();
  for (const int steps : sizes.steps) nmse.curves.push_back({fmt::format("T = {}", steps), {}, {}});
  Findings findings;
  const Task task(monitor, "forwarding", static_cast<double>(sizes.snr_db.size()));
  for (const double snr : sizes.snr_db) {
    task.update(static_cast<double>(ratio.curves.size()), fmt::format("{} dB", snr));
    const NoiseLevel level = NoiseLevel::from_snr_db(snr);
    const Matrix<T> x_t = std::sqrt(level.alpha_bar) * clean + std::sqrt(level.noise) * noise;
    const auto error = [&](const Denoiser<T>& by, const Grid& grid) {
      return errors<T>(walk<T>(by, x_t, grid, 0.0, 1, options.threads, monitor), clean);
    };
    const Eigen::VectorXd one_step = error(denoiser, {level}), wiener = error(linear, {level});
    nmse.curves[0].points.push_back(point(snr, ratio_of(one_step, powers)));
    nmse.curves[1].points.push_back({snr, 1 / from_db(snr), 0});
    nmse.curves[2].points.push_back(point(snr, ratio_of(wiener, powers)));
    FindingCurve curve{fmt::format("{} dB", snr), {}, {}};
    for (std::size_t i = 0; i < sizes.steps.size(); ++i) {
      const Schedule schedule(Schedule::paper(sizes.steps[i]));
      const Eigen::VectorXd forwarded = error(denoiser, observation_grid(schedule, snr, {}));
      nmse.curves[3 + i].points.push_back(point(snr, ratio_of(forwarded, powers)));
      curve.points.push_back(point(sizes.steps[i], ratio_of(forwarded, one_step)));
      if (sizes.steps[i] != most) continue;
      if (snr == middle_db) {
        findings.measured.emplace_back("linear", ratio_of(forwarded, wiener));
        findings.measured.emplace_back("one-step", ratio_of(forwarded, one_step));
      } else if (snr == low_db) {
        findings.measured.emplace_back("one-step-low", ratio_of(forwarded, one_step));
      }
    }
    ratio.curves.push_back(std::move(curve));
  }
  findings.figures = {std::move(nmse), std::move(ratio)};
  findings.explanation =
      "On real data the mixture is only a model, and its conditional mean only its best guess. "
      "Forwarding stays as near to that as on draws from the mixture, so that it inherits the "
      "model's gain over the linear estimator; whatever one step or many differ by is small beside "
      "what a better model would gain.";
  return findings;
}

std::vector<Statement> statements() {
  using Side = Statement::Side;
  return {{"linear", "error with T = 300 over the Wiener filter's at 0 dB",
           "against the best linear estimator", Side::at_most, 1.0},
          {"one-step", "error with T = 300 over one step's at 0 dB", "against one step, 0 dB",
           Side::at_most, 1.1},
          {"one-step-low", "error with T = 300 over one step's at -10 dB",
           "against one step, -10 dB", Side::at_most, 1.5}};
}

Experiment experiment(const char* name, const char* what, const char* time,
                      RunSettings (*settings)(const ReproduceOptions&),
                      Findings (*run)(const ReproduceOptions&, Monitor*)) {
  return {name,
          "arXiv 2403.02957",
          fmt::format("The denoiser is validated by experiments on benchmark data: here real {}, "
                      "of which the mixture is only a model.",
                      what),
          "Better than the Wiener filter by the model's gain; as good as one step of the same "
          "model within some per cent, never much better.",
          time,
          statements(),
          settings,
          run};
}

}  // namespace

Experiment images_real() {
  return experiment(
      "images-real", "Fashion-MNIST pictures", "10 min",
      [](const ReproduceOptions& options) { return settings_of(image_sizes(options), options); },
      [](const ReproduceOptions& options, Monitor* monitor) {
        const DataSizes sizes = image_sizes(options);
        return findings_of(images_of(sizes, options, monitor), sizes, options, monitor);
      });
}

Experiment speech_real() {
  return experiment(
      "speech-real", "short-time spectra of speech", "10 min",
      [](const ReproduceOptions& options) { return settings_of(speech_sizes(options), options); },
      [](const ReproduceOptions& options, Monitor* monitor) {
        const DataSizes sizes = speech_sizes(options);
        return findings_of(speech_of(sizes, options, monitor), sizes, options, monitor);
      });
}

}  // namespace pellucid::reproduce
