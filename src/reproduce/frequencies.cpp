// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pellucid/analysis/trajectory.hpp"
#include "pellucid/model/fit.hpp"
#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/image_models.hpp"
#include "reproduce/linear_parts.hpp"

namespace pellucid::reproduce {

namespace {

struct Sizes {
  int steps = 0, groups = 0;
  Index generated = 0;  // in a group
  Index bands = 8;
  double from_db = -30, to_db = 20;
};

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  sizes.steps = options.quick ? 30 : 100;
  sizes.groups = 8;
  sizes.generated = options.quick ? 12 : 128;
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  const ImageModelSizes models = image_model_sizes(options);
  return {{"data", setting(images_text(options))},
          {"gaussian", setting(fmt::format("{} images", models.images))},
          {"mixture", setting(mixture_text(models))},
          {"network", setting(network_text(models))},
          {"process", setting(fmt::format("standard, sampling, {} to {} dB, equal steps in decibel",
                                          sizes.from_db, sizes.to_db))},
          {"steps", setting(sizes.steps)},
          {"groups", setting(sizes.groups)},
          {"generated", setting(sizes.generated)},
          {"bands", setting(sizes.bands)},
          {"seed", setting(options.seed)}};
}

// What one denoiser generates, in several independent groups.
struct Generated {
  std::string label;
  std::vector<Trajectory> groups;

  template <class Value>
  [[nodiscard]] Measured mean(const Value& value) const {
    std::vector<double> values(groups.size());
    std::transform(groups.begin(), groups.end(), values.begin(), value);
    return mean_of(values);
  }
};

Generated generate(std::string label, const Model& model, const Sizes& sizes,
                   const ReproduceOptions& options, Monitor* monitor) {
  const Estimator<double> estimator(model, options.threads);
  TrajectoryOptions process;
  process.resampling = 1;
  process.bands = sizes.bands;
  process.count = sizes.generated;
  process.threads = options.threads;
  process.noise_std = geometric(model.scale * std::pow(10.0, -sizes.from_db / 20),
                                model.scale * std::pow(10.0, -sizes.to_db / 20), sizes.steps);
  Generated generated{std::move(label), {}};
  for (int group = 0; group < sizes.groups; ++group) {
    process.seed = seed_of(options.seed, group);
    generated.groups.push_back(
        follow_trajectory<double>(estimator, Matrix<double>(model.dim(), 0), process, monitor));
  }
  return generated;
}

// Noise at which a band's energy comes to half of its final one for good, geometric interpolation.
double half_noise(const Trajectory& trajectory, std::size_t band) {
  const auto& steps = trajectory.steps;
  const double half = steps.back().band_energy[band] / 2;
  std::size_t first = steps.size() - 1;
  while (first > 0 && steps[first - 1].band_energy[band] >= half) --first;
  if (first == 0) return steps.front().noise_std;
  const TrajectoryStep &before = steps[first - 1], &after = steps[first];
  const double part =
      (half - before.band_energy[band]) / (after.band_energy[band] - before.band_energy[band]);
  return before.noise_std * std::pow(after.noise_std / before.noise_std, part);
}

// log10 of the lowest band's over the highest band's.
double lowest_over_highest(const Trajectory& trajectory) {
  return std::log10(half_noise(trajectory, 0) /
                    half_noise(trajectory, trajectory.band_edges.size() - 2));
}

double band_middle(const Trajectory& trajectory, std::size_t band) {
  return (trajectory.band_edges[band] + trajectory.band_edges[band + 1]) / 2;
}

FindingCurve half_curve(const Generated& generated) {
  FindingCurve curve{generated.label, {}};
  const Trajectory& first = generated.groups.front();
  for (std::size_t band = 0; band + 1 < first.band_edges.size(); ++band) {
    curve.points.push_back(
        point(band_middle(first, band),
              generated.mean([&](const Trajectory& one) { return half_noise(one, band); })));
  }
  return curve;
}

FindingFigure half_figure() {
  return {"half",
          "Noise at which a band's energy reaches half of its final value",
          "Of the estimates along generation, by frequency band. With alternate signs: pixels "
          "times (-1)^(row + column), so that low and high frequencies change places. A band is "
          "drawn at its middle; the last one, 0.44 to 0.71, is the corners of the plane of "
          "frequencies, wider than the others. Bars: one standard error to each side.",
          "frequency",
          "cycles per pixel",
          "noise, of pixels from 0 to 1",
          false,
          true,
          {}};
}

FindingFigure energy_figure(const Generated& generated, std::string id) {
  FindingFigure figure{
      std::move(id),
      "Energy by frequency band along generation: " + generated.label,
      "Of the estimate at each step, over the band's final energy. The last band is the "
      "corners of the plane of frequencies. Bars: one standard error to each "
      "side.",
      "noise",
      "of pixels from 0 to 1",
      "energy over final energy",
      true,
      false,
      {}};
  const Trajectory& first = generated.groups.front();
  for (std::size_t band = 0; band + 1 < first.band_edges.size(); ++band) {
    FindingCurve curve{fmt::format("{:.2f} to {:.2f} cycles per pixel", first.band_edges[band],
                                   first.band_edges[band + 1]),
                       {},
                       FindingCurve::Look::line};
    for (std::size_t i = 0; i < first.steps.size(); ++i) {
      const Measured share = generated.mean([&](const Trajectory& one) {
        return one.steps[i].band_energy[band] / one.steps.back().band_energy[band];
      });
      curve.points.push_back(point(first.steps[i].noise_std, share));
    }
    figure.curves.push_back(std::move(curve));
  }
  return figure;
}

// Images whose low and high frequencies have changed places.
Matrix<double> alternate_signs(Matrix<double> images) {
  for (Index i = 0; i < images.rows(); ++i) {
    if ((i / image_side + i % image_side) % 2 == 1) images.row(i) *= -1;
  }
  return images;
}

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  const Sizes sizes = sizes_of(options);
  const Task task(monitor, "frequencies", 4);
  const Matrix<double> alternate = alternate_signs(
      fashion_images(options.images, ImageSet::training, 0, image_model_sizes(options).images));
  const std::vector<Generated> all{
      generate("Gaussian", image_gaussian(options), sizes, options, monitor),
      generate("mixture", image_mixture(options, monitor), sizes, options, monitor),
      generate("network", image_network(options, Learning::images, monitor), sizes, options,
               monitor),
      generate("Gaussian, alternate signs",
               fit_gaussian_model<double>(MatrixSource<double>(alternate), {image_side, image_side},
                                          options.threads),
               sizes, options, monitor)};
  const std::vector<std::string> names{"gaussian", "mixture", "network", "alternate"};
  Findings findings;
  FindingFigure half = half_figure();
  for (const Generated& generated : all) half.curves.push_back(half_curve(generated));
  findings.figures.push_back(std::move(half));
  for (std::size_t i = 0; i < all.size(); ++i) {
    findings.measured.emplace_back(names[i], all[i].mean(lowest_over_highest));
    findings.figures.push_back(energy_figure(all[i], "energy_" + names[i]));
  }
  findings.explanation =
      "A direction of variance l shows in the estimate at noise s with energy l² / (l + s²): half "
      "of it at s² = l. A band emerges at the noise where its variances lie, so that the order of "
      "frequencies is the order of the data's spectrum: low ones first for pictures, whose "
      "spectrum falls, by any denoiser that knows it. Multiplied by alternate signs, the same "
      "pictures have a rising spectrum, and high frequencies come first.";
  return findings;
}

}  // namespace

Experiment frequencies() {
  using Side = Statement::Side;
  const std::string ratio =
      "log10 of the noise at half the final energy, lowest band over highest, ";
  const double apart = 0.3;  // twice the noise
  return {"frequencies",
          "arXiv 2410.14730",
          "Low frequencies emerge earlier in the generation process.",
          "Bands emerge in the order of their variances: low frequencies first for data whose "
          "spectrum falls, as pictures' does, with any denoiser that knows it; high ones first "
          "where it rises.",
          "10 min",
          {{"gaussian", ratio + "Gaussian", "images, linear denoiser", Side::at_least, apart},
           {"mixture", ratio + "mixture", "images, mixture denoiser", Side::at_least, apart},
           {"network", ratio + "network", "images, trained network", Side::at_least, apart},
           {"alternate", ratio + "Gaussian, alternate signs",
            "data whose spectrum rises (alternate signs)", Side::at_least, apart}},
          settings,
          run,
          fashion_mnist};
}

}  // namespace pellucid::reproduce
