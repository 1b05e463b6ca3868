// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reproduce/alignment_groups.hpp"
#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/linear_parts.hpp"

namespace pellucid::reproduce {

namespace {

const std::vector<double> octaves{64, 32, 16, 8, 4, 2, 1, 0.5}, close{8, 7, 6, 5};

struct Sizes {
  Index dim = 256, samples = 512;
  int groups = 0, repeats = 0;  // independent measurements, and the draws that each averages
  int levels = 0;               // of noise, from 10 to 0.05
  std::vector<int> counts;      // numbers of samples, rank one
  Index images = 2000, image_components = 8;
  int image_levels = 0, image_groups = 0;
};

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  sizes.groups = options.quick ? 8 : 10;
  sizes.repeats = options.quick ? 3 : 10;
  sizes.levels = options.quick ? 11 : 21;
  sizes.counts = {64, 128, 256, 512, 1024, 2048};
  sizes.image_levels = options.quick ? 9 : 17;
  sizes.image_groups = options.quick ? 4 : 8;
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {
      {"dim", setting(sizes.dim)},
      {"samples", setting(sizes.samples)},
      {"spikes", setting(octaves)},
      {"close_spikes", setting(close)},
      {"groups", setting(sizes.groups)},
      {"repeats", setting(sizes.repeats)},
      {"noise_levels", setting(sizes.levels)},
      {"noise_std", setting("10 to 0.05, geometric; signals and noise fresh at each")},
      {"numbers_of_samples", setting(sizes.counts)},
      {"images", setting(fmt::format("Fashion-MNIST, {} groups of {}, {} components",
                                     sizes.image_groups, sizes.images, sizes.image_components))},
      {"image_noise",
       setting(fmt::format("{} levels, 10 to 0.1, of pixels from 0 to 1", sizes.image_levels))},
      {"seed", setting(options.seed)}};
}

class Run {
 public:
  Run(const ReproduceOptions& options, Monitor* monitor)
      : options_(options), sizes_(sizes_of(options)), monitor_(monitor) {}

  Findings findings() {
    const Task task(monitor_, "spiked-alignment", 5);
    rank_one();
    task.update(1, "numbers of samples");
    numbers_of_samples();
    task.update(2, "octaves");
    low_rank();
    task.update(3, "close variances");
    close_spikes();
    task.update(4, "images");
    images();
    findings_.explanation =
        "The spiked model's limit is that of many samples and dimensions at a fixed ratio. At "
        "d = 256 it is within a few hundredths for rank one, but for the bend at the threshold, "
        "which is smooth in finite samples. With several components, each leans towards the "
        "others by about l_i l_j / (n (l_i - l_j)²), which the limit does not have: small for "
        "octaves, not for variances that lie close, where neighbours share a plane long before "
        "they have directions (with mixing: that term subtracted).";
    return std::move(findings_);
  }

 private:
  [[nodiscard]] Groups synthetic(const std::vector<double>& spikes, Index samples,
                                 const std::vector<double>& noise_std, int stream) const {
    Groups groups;
    for (int group = 0; group < sizes_.groups; ++group) {
      SpikedSignals model;
      model.spikes = spikes;
      model.dim = sizes_.dim;
      model.samples = samples;
      const TrainingSignals<double> training(model, Fresh::all,
                                             seed_of(options_.seed, 100 * stream + group));
      groups.add(measure_alignment(training, {noise_std, sizes_.repeats, options_.threads}));
    }
    return groups;
  }

  void measured(const char* id, const Measured& value) {
    findings_.measured.emplace_back(id, value);
  }

  static double difference(const Alignment& alignment) { return alignment.mean_difference; }

  void rank_one() {
    const Groups groups = synthetic({4}, sizes_.samples, geometric(10, 0.05, sizes_.levels), 0);
    measured("rank-one", groups.mean(difference));
    FindingFigure figure =
        noise_figure("rank_one", "Rank one: alignment over the noise",
                     "Squared cosine between the denoiser's leading eigenvector and the true "
                     "component of variance 4; d = 256, n = 512. Bars: one standard error.");
    groups.draw(figure, {1}, false);
    findings_.figures.push_back(std::move(figure));
  }

  void numbers_of_samples() {
    const std::vector<double> ratios{4, 2, 1};  // variance over that of the noise
    std::vector<double> noise_std(ratios.size());
    std::transform(ratios.begin(), ratios.end(), noise_std.begin(),
                   [](double ratio) { return 1 / std::sqrt(ratio); });
    FindingFigure figure{"samples",
                         "Rank one: alignment over the number of training samples",
                         "Squared cosine; d = 256, a component of variance 1.",
                         "training samples",
                         "",
                         "squared cosine",
                         true,
                         false,
                         {}};
    std::vector<FindingCurve> theory;
    for (const double ratio : ratios) {
      const std::string name = fmt::format("variance {} times the noise's", ratio);
      figure.curves.push_back({name, {}, FindingCurve::Look::marks});
      theory.push_back({name + ", theory", {}, FindingCurve::Look::line});
    }
    std::vector<Groups> all;
    for (std::size_t i = 0; i < sizes_.counts.size(); ++i) {
      all.push_back(synthetic({1}, sizes_.counts[i], noise_std, 1 + static_cast<int>(i)));
      for (std::size_t j = 0; j < ratios.size(); ++j) {
        const auto cos2 = [j](const Alignment& one) { return one.rows[j].cos2; };
        figure.curves[j].points.push_back(point(sizes_.counts[i], all.back().mean(cos2)));
        theory[j].points.push_back(
            {static_cast<double>(sizes_.counts[i]), all.back().first().rows[j].cos2_theory, 0});
      }
    }
    // Independent numbers of samples: means add up, and so do squared errors.
    Measured mean;
    for (const Groups& groups : all) {
      const Measured one = groups.mean(difference);
      mean.value += one.value / static_cast<double>(all.size());
      mean.error = std::hypot(mean.error, one.error / static_cast<double>(all.size()));
      mean.draws = one.draws;  // of each: no fewer degrees of freedom together
    }
    measured("samples", mean);
    figure.curves.insert(figure.curves.end(), theory.begin(), theory.end());
    findings_.figures.push_back(std::move(figure));
  }

  void low_rank() {
    const Groups groups =
        synthetic(octaves, sizes_.samples, geometric(10, 0.05, sizes_.levels), 10);
    measured("octaves", groups.mean(difference));
    measured("order", groups.mean(emergence_order));
    measured("emergence", groups.mean(emergence_error));
    FindingFigure figure =
        noise_figure("octaves", "Low rank, variances in octaves: alignment over the noise",
                     "Components of variance 64, 32, ..., 0.5; four of the eight are shown.");
    groups.draw(figure, {1, 3, 5, 8}, false);
    findings_.figures.push_back(std::move(figure));
    findings_.figures.push_back(
        emergence_figure("emergence", "The order in which components emerge", groups));
  }

  void close_spikes() {
    const Groups groups = synthetic(close, sizes_.samples, geometric(10, 0.05, sizes_.levels), 11);
    measured("close", groups.mean(difference));
    FindingFigure figure = noise_figure(
        "close", "Low rank, close variances: alignment over the noise",
        "Components of variance 8, 7, 6, 5; the first and the third are shown. With mixing: the "
        "limit less what n = 512 samples mix.");
    groups.draw(figure, {1, 3}, true);
    findings_.figures.push_back(std::move(figure));
  }

  void images() {
    Groups groups;
    for (int group = 0; group < sizes_.image_groups; ++group) {
      const TrainingSignals<double> training(
          fashion_images(options_.images, ImageSet::training, group * sizes_.images, sizes_.images),
          sizes_.image_components, Fresh::noise, seed_of(options_.seed, group));
      groups.add(measure_alignment(training,
                                   {geometric(10, 0.1, sizes_.image_levels), 1, options_.threads}));
    }
    measured("images", groups.mean(difference));
    FindingFigure figure =
        noise_figure("images", "Fashion-MNIST: alignment over the noise",
                     fmt::format("{} training images; the reference are their clean components. "
                                 "Four of {} are shown.",
                                 sizes_.images, sizes_.image_components),
                     "of pixels from 0 to 1");
    groups.draw(figure, {1, 2, 4, 8}, false);
    findings_.figures.push_back(std::move(figure));
    findings_.figures.push_back(emergence_figure(
        "image_emergence", "Fashion-MNIST: the order in which components emerge", groups));
  }

  const ReproduceOptions& options_;
  Sizes sizes_;
  Monitor* monitor_;
  Findings findings_;
};

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  return Run(options, monitor).findings();
}

}  // namespace

Experiment spiked_alignment() {
  using Side = Statement::Side;
  const std::string difference = "mean |squared cosine - spiked model's limit|, ";
  return {
      "spiked-alignment",
      "arXiv 2410.14730",
      "The spiked covariance model gives the alignment of a linear denoiser with the data's "
      "principal components by noise level and number of training samples: analytically for "
      "rank one, by experiment for general low rank.",
      "It does where d and n are large and variances lie apart, in the order of the variances. "
      "Where they lie close, components mix: by 0.1 on average for 8, 7, 6, 5 and n = 512.",
      "3 min",
      {{"rank-one", difference + "over the noise", "rank one, d = 256, n = 512", Side::at_most,
        0.03},
       {"samples", difference + "over 64 to 2048 samples", "rank one, d = 256", Side::at_most, 0.1},
       {"octaves", difference + "variances 64, 32, ..., 0.5", "low rank, variances apart",
        Side::at_most, 0.03},
       {"close", difference + "variances 8, 7, 6, 5", "low rank, close variances", Side::at_most,
        0.03},
       {"order", "least ratio between components of the noise at squared cosine 1/2",
        "variances apart: the largest emerges first", Side::at_least, 1.15},
       {"emergence", "largest |ln| of that noise over theory's", "variances apart", Side::at_most,
        0.2},
       {"images", difference + "8 components of Fashion-MNIST", "images, 2000 of them",
        Side::at_most, 0.1}},
      settings,
      run};
}

}  // namespace pellucid::reproduce
