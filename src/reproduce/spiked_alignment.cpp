// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reproduce/alignment_groups.hpp"
#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/image_models.hpp"
#include "reproduce/linear_parts.hpp"

namespace pellucid::reproduce {

namespace {

const std::vector<double> octaves{64, 32, 16, 8, 4, 2, 1, 0.5}, close{8, 7, 6, 5};
const std::vector<double> count_ratios{4, 2, 1};  // variance over that of the noise, rank one

struct Sizes {
  Index dim = 256, samples = 512;
  int groups = 0, repeats = 0;  // independent measurements, and the draws that each averages
  int levels = 0;               // of noise, from 10 to 0.05
  std::vector<int> counts;      // numbers of samples
  double count_noise = 2;       // at which the low rank is looked at over the number of samples
  Index images = 2000, image_components = 8;
  std::vector<int> image_counts;
  double image_count_noise = 2;
  int image_levels = 0, image_groups = 0;
};

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  sizes.groups = options.quick ? 10 : 12;
  sizes.repeats = options.quick ? 5 : 7;
  sizes.levels = options.quick ? 11 : 21;
  sizes.counts = {64, 128, 256, 512, 1024, 2048};
  sizes.image_levels = options.quick ? 6 : 17;
  sizes.image_groups = options.quick ? 8 : 12;
  sizes.image_counts =
      options.quick ? std::vector<int>{250, 500, 1000} : std::vector<int>{250, 500, 1000, 2000};
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"dim", setting(sizes.dim)},
          {"samples", setting(sizes.samples)},
          {"spikes", setting(octaves)},
          {"close_spikes", setting(close)},
          {"groups", setting(sizes.groups)},
          {"repeats", setting(sizes.repeats)},
          {"noise_levels", setting(sizes.levels)},
          {"noise_std", setting("10 to 0.05, geometric; signals and noise fresh at each")},
          {"numbers_of_samples", setting(sizes.counts)},
          {"rank_one_variance_over_noise", setting(count_ratios)},
          {"octaves_noise_over_samples", setting(sizes.count_noise)},
          {"data", setting(images_text(options))},
          {"images", setting(fmt::format("{} groups of {}, {} components", sizes.image_groups,
                                         sizes.images, sizes.image_components))},
          {"image_numbers_of_samples", setting(sizes.image_counts)},
          {"image_noise_over_samples", setting(sizes.image_count_noise)},
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

  void rank_one() {
    const Groups groups = synthetic({4}, sizes_.samples, geometric(10, 0.05, sizes_.levels), 0);
    measured("rank-one", groups.difference());
    FindingFigure figure =
        noise_figure("rank_one", "Rank one: alignment over the noise",
                     "Squared cosine between the denoiser's leading eigenvector and the true "
                     "component of variance 4; d = 256, n = 512. Bars: one standard error.");
    groups.draw(figure, {1}, false);
    findings_.figures.push_back(std::move(figure));
  }

  void numbers_of_samples() {
    std::vector<double> noise_std(count_ratios.size());
    std::transform(count_ratios.begin(), count_ratios.end(), noise_std.begin(),
                   [](double ratio) { return 1 / std::sqrt(ratio); });
    const std::vector<Groups> all = by_samples({1}, noise_std, 1);
    measured("samples", mean_difference(all));
    FindingFigure figure =
        samples_figure("samples", "Rank one: alignment over the number of training samples",
                       "d = 256, a component of variance 1. Bars: one standard error.");
    for (std::size_t i = 0; i < count_ratios.size(); ++i) {
      draw_over_samples(figure, sizes_.counts, all, i,
                        fmt::format("variance {} times the noise's", count_ratios[i]));
    }
    findings_.figures.push_back(std::move(figure));
    octave_samples();
  }

  void octave_samples() {
    const std::vector<Groups> all = by_samples(octaves, {sizes_.count_noise}, 20);
    measured("octave-samples", mean_difference(all));
    FindingFigure figure = samples_figure(
        "octave_samples", "Low rank: alignment over the number of training samples",
        fmt::format("Components of variance 64, 32, ..., 0.5 at noise {}; four of the eight are "
                    "shown, d = 256. Bars: one standard error.",
                    sizes_.count_noise));
    for (const std::size_t component : {1, 3, 5, 8}) {
      draw_over_samples(figure, sizes_.counts, all, component - 1,
                        fmt::format("component {}", component));
    }
    findings_.figures.push_back(std::move(figure));
  }

  [[nodiscard]] std::vector<Groups> by_samples(const std::vector<double>& spikes,
                                               const std::vector<double>& noise_std,
                                               int stream) const {
    std::vector<Groups> all;
    for (std::size_t i = 0; i < sizes_.counts.size(); ++i) {
      all.push_back(synthetic(spikes, sizes_.counts[i], noise_std, stream + static_cast<int>(i)));
    }
    return all;
  }

  void low_rank() {
    const Groups groups =
        synthetic(octaves, sizes_.samples, geometric(10, 0.05, sizes_.levels), 10);
    measured("octaves", groups.difference());
    measured("order", groups.emergence_order());
    measured("emergence", groups.emergence_error());
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
    measured("close", groups.difference());
    FindingFigure figure = noise_figure(
        "close", "Low rank, close variances: alignment over the noise",
        "Components of variance 8, 7, 6, 5; the first and the third are shown. With mixing: the "
        "limit less what n = 512 samples mix.");
    groups.draw(figure, {1, 3}, true);
    findings_.figures.push_back(std::move(figure));
  }

  [[nodiscard]] Groups of_images(Index samples, const std::vector<double>& noise_std,
                                 int stream) const {
    Groups groups;
    for (int group = 0; group < sizes_.image_groups; ++group) {
      const TrainingSignals<double> training(images_.middleCols(group * sizes_.images, samples),
                                             sizes_.image_components, Fresh::noise,
                                             seed_of(options_.seed, 100 * stream + group));
      groups.add(measure_alignment(training, {noise_std, 1, options_.threads}));
    }
    return groups;
  }

  void image_samples() {
    FindingFigure figure = samples_figure(
        "image_samples", "Fashion-MNIST: alignment over the number of training images",
        fmt::format("With those images' own clean components, at noise {} of pixels from 0 to 1. "
                    "Four of {} are shown. Bars: one standard error.",
                    sizes_.image_count_noise, sizes_.image_components));
    std::vector<Groups> all;
    for (std::size_t i = 0; i < sizes_.image_counts.size(); ++i) {
      all.push_back(
          of_images(sizes_.image_counts[i], {sizes_.image_count_noise}, 31 + static_cast<int>(i)));
    }
    for (const std::size_t component : {1, 2, 4, 8}) {
      draw_over_samples(figure, sizes_.image_counts, all, component - 1,
                        fmt::format("component {}", component));
    }
    findings_.figures.push_back(std::move(figure));
  }

  void images() {
    images_ =
        fashion_images(options_.images, ImageSet::training, 0, sizes_.image_groups * sizes_.images);
    const Groups groups = of_images(sizes_.images, geometric(10, 0.1, sizes_.image_levels), 30);
    measured("images", groups.difference());
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
    image_samples();
  }

  const ReproduceOptions& options_;
  Sizes sizes_;
  Monitor* monitor_;
  Matrix<double> images_;  // of all groups, one after the other
  Findings findings_;
};

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  return Run(options, monitor).findings();
}

}  // namespace

Experiment spiked_alignment() {
  using Side = Statement::Side;
  const std::string difference =
      "mean |squared cosine, averaged over draws - spiked model's limit|, ";
  return {
      "spiked-alignment",
      "arXiv 2410.14730",
      "The spiked covariance model gives the alignment of a linear denoiser with the data's "
      "principal components by noise level and number of training samples: analytically for "
      "rank one, by experiment for general low rank.",
      "It does where d and n are large and variances lie apart, in the order of the variances. "
      "Where they lie close, components mix: by 0.1 on average for 8, 7, 6, 5 and n = 512.",
      "2 min",
      {{"rank-one", difference + "over the noise", "rank one, d = 256, n = 512", Side::at_most,
        0.03},
       {"samples", difference + "over 64 to 2048 samples", "rank one, d = 256", Side::at_most, 0.1},
       {"octave-samples", difference + "over 64 to 2048 samples, variances 64, 32, ..., 0.5",
        "low rank, d = 256, noise 2", Side::at_most, 0.1},
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
      run,
      fashion_mnist};
}

}  // namespace pellucid::reproduce
