// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/resampling_pictures.hpp"

#include <fmt/format.h>

#include <cmath>

#include "pellucid/reverse/estimate.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/gaussian_moments.hpp"
#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {

namespace {

FindingFigure distance_figure(const PictureSizes& sizes) {
  const std::string some = fmt::format("leading {} components", sizes.leading);
  return {"generated_pictures",
          "Distance of generated pictures, re-sampling off (0) and on (1)",
          fmt::format("Fashion-MNIST of {0} x {0} pixels by a fitted mixture, T = {1}: square of "
                      "Frechet's distance in mean and covariance over the variance, to the test "
                      "pictures and to the mixture. Lines: what the mixture itself lacks, and as "
                      "many draws from it. Errors by jackknife over {2} groups of {3} pictures.",
                      sizes.measured_side, sizes.steps, sizes.groups, sizes.generated),
          "re-sampling strength",
          "",
          "squared distance over variance",
          false,
          true,
          {{"to test pictures, all pixels", {}, {}},
           {"to test pictures, " + some, {}, {}},
           {"to the mixture, all pixels", {}, {}},
           {"to the mixture, " + some, {}, {}},
           {"mixture to test pictures, all pixels", {}, FindingCurve::Look::line},
           {"draws from the mixture to it, all pixels", {}, FindingCurve::Look::line}}};
}

}  // namespace

Matrix<double> generated_samples(const Denoiser<double>& denoiser, Index count, double strength,
                                 int steps, const ReproduceOptions& options, Monitor* monitor) {
  Matrix<double> samples(denoiser.dim(), count);
  GenerateOptions generating;
  generating.resampling = strength;
  generating.seed = options.seed;
  generating.threads = options.threads;
  (void)generate<double>(denoiser, Schedule(Schedule::paper(steps)), generating, samples, monitor);
  return samples;
}

GeneratedPictures generated_pictures(const ReproduceOptions& options, const PictureSizes& sizes,
                                     Monitor* monitor) {
  const auto fitted = fitted_images(options, sizes.measured_side, sizes.fit, sizes.test, monitor);
  const MixtureDenoiser<double> denoiser(fitted.prior, options.threads);
  const Gaussian<double> test = fit_gaussian(MatrixSource<double>(fitted.test));
  const Gaussian<double> mixture = moments(fitted.prior);
  const Index dim = fitted.prior.dim(), count = sizes.groups * sizes.generated;
  const Matrix<double> drawn = draw(fitted.prior, count, options.seed);
  const Measured floor = frechet_of(drawn, sizes.groups, mixture, dim);
  GeneratedPictures result{distance_figure(sizes), {}, {}};
  Measured off;
  for (const double strength : {0.0, 1.0}) {
    const Matrix<double> samples =
        generated_samples(denoiser, count, strength, sizes.steps, options, monitor);
    const auto to = [&](const Gaussian<double>& target, Index rank) {
      return frechet_of(samples, sizes.groups, target, rank);
    };
    const Measured measured[] = {to(test, dim), to(test, sizes.leading), to(mixture, dim),
                                 to(mixture, sizes.leading)};
    auto curve = result.figure.curves.begin();
    for (const Measured& one : measured) (curve++)->points.push_back(point(strength, one));
    (curve++)->points.push_back({strength, relative_frechet(mixture, test), 0.0});
    curve->points.push_back(point(strength, floor));
    (strength == 0 ? off : result.on) = measured[0];
  }
  const Measured& on = result.on;
  const double ratio = on.value / off.value;
  result.on_over_off = {ratio, ratio * std::hypot(on.error / on.value, off.error / off.value),
                        sizes.groups};
  return result;
}

FindingPictures resampling_pictures(const ReproduceOptions& options, const PictureSizes& sizes,
                                    Monitor* monitor) {
  constexpr Index count = 8;
  const auto fitted = fitted_images(options, sizes.side, sizes.fit, count, monitor);
  const MixtureDenoiser<double> denoiser(fitted.prior, options.threads);
  const NoiseLevel level = NoiseLevel::from_snr_db(sizes.snr_db);
  Matrix<double> noise(fitted.test.rows(), count);
  RandomStream(options.seed, Purpose::observation_noise).normal<double>(0, 0, noise);
  const Matrix<double> x_t =
      std::sqrt(level.alpha_bar) * fitted.test + std::sqrt(level.noise) * noise;
  const Grid grid = observation_grid(Schedule(Schedule::paper(sizes.steps)), sizes.snr_db, {});
  const auto denoised = [&](double strength) {
    return walk<double>(denoiser, x_t, grid, strength, options.seed, options.threads, monitor);
  };
  const auto generated = [&](double strength) {
    return generated_samples(denoiser, count, strength, sizes.steps, options, monitor);
  };
  FindingPictures pictures{
      "pictures",
      "Fashion-MNIST, a mixture's pictures with the switch off and on",
      fmt::format("Test pictures at {} dB; off, the estimate is smooth where the observation "
                  "leaves doubt; on, it has the details of one picture that might have been. "
                  "From pure noise: off, averages of many pictures; on, new ones. Shown from the "
                  "clean pictures' least to their greatest value; what lies beyond is cut off.",
                  sizes.snr_db),
      fitted.shape,
      {}};
  const auto in_pixels = [&](const Matrix<double>& samples) -> Matrix<double> {
    return (fitted.scale * samples).colwise() + fitted.offset;
  };
  const Matrix<double> clean = in_pixels(fitted.test);
  // One noisy row would decide the range of all.
  const double least = clean.minCoeff(), greatest = clean.maxCoeff();
  const auto add = [&](const char* label, const Matrix<double>& samples) {
    const Matrix<double> shown = in_pixels(samples).cwiseMax(least).cwiseMin(greatest);
    pictures.rows.push_back({label, shown.cast<float>()});
  };
  add("clean", fitted.test);
  add("noisy", x_t / std::sqrt(level.alpha_bar));
  add("denoised, off", denoised(0));
  add("denoised, on", denoised(1));
  add("generated, off", generated(0));
  add("generated, on", generated(1));
  return pictures;
}

}  // namespace pellucid::reproduce
