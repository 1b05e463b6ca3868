// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "pellucid/analysis/alignment.hpp"
#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/image_models.hpp"
#include "reproduce/jacobian_paths.hpp"
#include "reproduce/linear_parts.hpp"

namespace pellucid::reproduce {

namespace {

struct Sizes {
  PathSizes paths;
  Index linear_images = 1000;
};

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  sizes.paths.paths = options.quick ? 8 : 16;
  sizes.paths.levels = options.quick ? 6 : 15;
  if (options.quick) sizes.paths.depth = 3;
  sizes.paths.threads = options.threads;
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const auto [paths, linear] = sizes_of(options);
  const ImageModelSizes models = image_model_sizes(options);
  return {
      {"data", setting(images_text(options))},
      {"network", setting(network_text(models))},
      {"controls", setting(control_text(models))},
      {"mixture", setting(mixture_text(models))},
      {"linear_images", setting(linear)},
      {"levels", setting(fmt::format("{}, {} to {} dB", paths.levels, paths.from_db, paths.to_db))},
      {"steps_between", setting(paths.steps_between)},
      {"paths", setting(paths.paths)},
      {"eigenvectors", setting(paths.count)},
      {"krylov_depth", setting(paths.depth)},
      {"seed", setting(options.seed)}};
}

// The same of linear denoisers, fitted anew at every level to images and fresh noise; beside the
// components of the clean images, which they tend to.
struct LinearPaths {
  std::vector<Alignment> groups;

  [[nodiscard]] Measured cos2(Index level, Index i, Index count) const {
    std::vector<double> values;
    for (const Alignment& one : groups) {
      values.push_back(one.rows[static_cast<std::size_t>(level * count + i)].cos2);
    }
    return mean_of(values);
  }
  [[nodiscard]] std::vector<double> mean_cos2(Index first, Index count) const {
    std::vector<double> values;
    for (const Alignment& one : groups) {
      double sum = 0, terms = 0;
      for (const AlignmentRow& row : one.rows) {
        const bool asked = row.component > first && row.component <= first + count;
        if (!asked || row.noise_std == one.noise_std.back()) continue;
        sum += row.cos2;
        terms += 1;
      }
      values.push_back(sum / terms);
    }
    return values;
  }
};

LinearPaths linear_paths(const Sizes& sizes, const std::vector<double>& noise_std,
                         const ReproduceOptions& options) {
  LinearPaths paths;
  const Matrix<double> images = fashion_images(options.images, ImageSet::training, 0,
                                               sizes.paths.paths * sizes.linear_images);
  for (int path = 0; path < sizes.paths.paths; ++path) {
    const TrainingSignals<double> training(
        images.middleCols(path * sizes.linear_images, sizes.linear_images), sizes.paths.count,
        Fresh::noise, seed_of(options.seed, path));
    const double scale = std::sqrt(training.clean(0).squaredNorm() /
                                   static_cast<double>(training.dim() * training.freedom()));
    AlignmentOptions alignment{noise_std, 1, options.threads};
    for (double& one : alignment.noise_std) one *= scale;
    paths.groups.push_back(measure_alignment(training, alignment));
  }
  return paths;
}

Measured paired_difference(std::vector<double> first, const std::vector<double>& last) {
  std::transform(first.begin(), first.end(), last.begin(), first.begin(), std::minus<>());
  return mean_of(first);
}

// How much better the first two directions are aligned with the last ones than the last two are.
template <class Paths>
Measured order_of(const Paths& paths, Index count) {
  return paired_difference(paths.mean_cos2(0, 2), paths.mean_cos2(count - 2, 2));
}

FindingFigure over_noise(std::string id, std::string title, std::string caption, std::string y) {
  return {std::move(id),
          std::move(title),
          std::move(caption),
          "noise",
          "over the images' standard deviation",
          std::move(y),
          true,
          false,
          {}};
}

FindingFigure cosine_figure(const std::string& id, const std::string& label) {
  return over_noise("cos2_" + id, "Alignment with the final directions: " + label,
                    "Squared cosine between the i-th leading eigenvector of the Jacobian at a "
                    "noise level and at the last one, 10 dB, mean over trajectories. Bars: one "
                    "standard error to each side.",
                    "squared cosine");
}

FindingFigure linear_figure() {
  return over_noise("cos2_linear", "Alignment with the clean components: linear denoiser",
                    "Squared cosine between the i-th leading eigenvector of a denoiser fitted at a "
                    "noise level and the i-th principal component of its clean images, which it "
                    "tends to. Bars: one standard error to each side.",
                    "squared cosine");
}

FindingFigure kept_figure(const std::string& id, const std::string& label) {
  return over_noise("kept_" + id, "What the final Jacobian keeps: " + label,
                    "u J u of the last Jacobian J, at 10 dB, for the i-th leading eigenvector u at "
                    "a noise level, over that of a random direction; 1: no better than chance, the "
                    "last point: as much as there is. Bars: one standard error to each side.",
                    "kept over a random direction's");
}

// One curve a direction; `value(level, i)`.
template <class Value>
FindingFigure drawn(FindingFigure figure, const std::vector<double>& noise_std,
                    const Value& value) {
  for (const Index i : {0, 1, 3, 7}) {
    FindingCurve curve{fmt::format("direction {}", i + 1), {}};
    for (std::size_t level = 0; level < noise_std.size(); ++level) {
      curve.points.push_back(point(noise_std[level], value(level, i)));
    }
    figure.curves.push_back(std::move(curve));
  }
  return figure;
}

// Over the levels, one curve a denoiser; `value(paths, level)`.
template <class Value>
FindingFigure by_denoiser(FindingFigure figure, const std::vector<JacobianPaths>& all,
                          std::size_t levels, const Value& value) {
  for (const JacobianPaths& paths : all) {
    FindingCurve curve{paths.label, {}};
    for (std::size_t level = 0; level < levels; ++level) {
      curve.points.push_back(point(paths.noise_std[level], value(paths, level)));
    }
    figure.curves.push_back(std::move(curve));
  }
  return figure;
}

FindingFigure share_figure(const std::vector<JacobianPaths>& all) {
  FindingFigure figure = over_noise(
      "share", "What the final Jacobian keeps, of what it could keep",
      "Kept over a random direction's, less 1, mean over the leading directions of a noise level; "
      "over the same of the last level's own, 10 dB. Where the last Jacobian is nearly flat (see "
      "the last points of the figures above), every direction is as good as any and the share "
      "says little: of white noise above all. Above 1: the last level's own leading directions "
      "are found within a small Krylov space only. Bars: one standard error to each side.",
      "share");
  return by_denoiser(std::move(figure), all, all.front().noise_std.size() - 1,
                     [](const auto& paths, std::size_t level) { return paths.share(level); });
}

FindingFigure asymmetry_figure(const std::vector<JacobianPaths>& all) {
  FindingFigure figure{"asymmetry",
                       "Asymmetry of the Jacobians",
                       "|H - H^T| / |H + H^T| of the Jacobian within the Krylov space; an exact "
                       "denoiser has 0. Bars: one standard error to each side.",
                       "noise",
                       "over the images' standard deviation",
                       "asymmetry",
                       true,
                       true,
                       {}};
  return by_denoiser(std::move(figure), all, all.front().noise_std.size(),
                     [](const auto& paths, std::size_t level) { return paths.asymmetry(level); });
}

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  const Sizes sizes = sizes_of(options);
  const Index count = sizes.paths.count;
  const Task task(monitor, "jacobians", 5);
  const auto follow = [&](const std::string& label, const Model& model) {
    return follow_jacobians(label, model, sizes.paths, options.seed, monitor);
  };
  const std::vector<JacobianPaths> all{
      follow("trained network", image_network(options, Learning::images, monitor)),
      follow("untrained network", image_network(options, Learning::nothing, monitor)),
      follow("network of white noise", image_network(options, Learning::white_noise, monitor)),
      follow("mixture", image_mixture(options, monitor))};
  const LinearPaths linear = linear_paths(sizes, all.front().noise_std, options);
  const std::vector<std::string> ids{"network", "untrained", "white", "mixture"};
  Findings findings;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const JacobianPaths& paths = all[i];
    findings.measured.emplace_back("kept-" + ids[i], mean_of(paths.mean_kept()));
    findings.figures.push_back(
        drawn(cosine_figure(ids[i], paths.label), paths.noise_std,
              [&](std::size_t level, Index k) { return paths.cos2(level, k); }));
    findings.figures.push_back(
        drawn(kept_figure(ids[i], paths.label), paths.noise_std,
              [&](std::size_t level, Index k) { return paths.kept(level, k); }));
  }
  findings.measured.emplace_back("learnt",
                                 paired_difference(all[0].mean_kept(), all[1].mean_kept()));
  findings.measured.emplace_back("network", order_of(all.front(), count));
  findings.measured.emplace_back("linear", order_of(linear, count));
  findings.figures.push_back(
      drawn(linear_figure(), all.front().noise_std, [&](std::size_t level, Index k) {
        return linear.cos2(static_cast<Index>(level), k, count);
      }));
  findings.figures.push_back(share_figure(all));
  findings.figures.push_back(asymmetry_figure(all));
  findings.explanation =
      "A linear denoiser fitted at every level finds its components in the order of their "
      "variances, as the spiked model says. A network is one function of all levels: what it has "
      "to find is not training data in noise, but the posterior covariance at its own x_t. At the "
      "last level its eigenvalues l / (l + s²) are all but equal to 1 for every direction with "
      "more variance than the noise, so that single eigenvectors there are decided by small "
      "errors, and no index is aligned early, of the network or, but little, of the exact mixture; "
      "white noise, where all eigenvalues are equal, shows what a network's own bias does. What "
      "holds of the exact denoiser and of the trained network is that the directions of the noisy "
      "levels are among those that the last Jacobian keeps, several times as well as random ones. "
      "Of the null controls it holds much less: what a network's architecture alone prefers is the "
      "same at all levels too, but their last Jacobians are nearly flat, so that there is little "
      "to keep. Levels next to each other are aligned by continuity; the last two are left out of "
      "the means.";
  return findings;
}

}  // namespace

Experiment jacobians() {
  using Side = Statement::Side;
  const std::string order = "squared cosine with ";
  const std::string first_less_last = ", the first two less the last two of eight, ";
  const std::string kept =
      "what the last Jacobian (10 dB) keeps of the earlier levels' directions, over random ones, ";
  constexpr double apart = 0.15, better_than_chance = 1.3;
  return {
      "jacobians",
      "arXiv 2410.14730",
      "The findings of the linear case apply, empirically, to the Jacobians of a deep, "
      "non-linear denoiser.",
      "As subspaces: directions that emerge early are kept by the last Jacobian, of exact and "
      "trained denoisers, and hardly better than random ones of untrained denoisers and of ones "
      "that learnt white noise. One by one, in the order of their index, only linear denoisers "
      "align.",
      "10 min",
      {{"linear", order + "the clean components" + first_less_last + "linear",
        "linear denoisers, by index", Side::at_least, apart},
       {"network", order + "the final directions" + first_less_last + "trained network",
        "trained network, by index", Side::at_least, apart},
       {"kept-mixture", kept + "mixture", "exact denoiser, as a subspace", Side::at_least,
        better_than_chance},
       {"kept-network", kept + "trained network", "trained network, as a subspace", Side::at_least,
        better_than_chance},
       {"learnt", kept + "trained less untrained network", "by training, not by architecture",
        Side::at_least, better_than_chance - 1},
       {"kept-untrained", kept + "untrained network",
        "null control: an untrained network is no better than chance", Side::at_most,
        better_than_chance},
       {"kept-white", kept + "network of white noise",
        "null control: a network that learnt white noise is no better than chance", Side::at_most,
        better_than_chance}},
      settings,
      run,
      fashion_mnist};
}

}  // namespace pellucid::reproduce
