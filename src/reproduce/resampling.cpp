// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/gaussian_moments.hpp"
#include "reproduce/known_mixture.hpp"
#include "reproduce/resampling_pictures.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double middle_db = 0;
constexpr int statement_steps = 100;
constexpr Index groups = 8;   // of generated samples: their spread gives standard errors
constexpr Index leading = 8;  // principal components

struct Sizes {
  Index dim = 64, components = 128, samples = 2000, gaussian_samples = 500, generated = 1250;
  std::vector<double> snr_db, strengths;
  std::vector<int> steps;
  PictureSizes pictures;
};

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  sizes.strengths = {0, 0.25, 0.5, 0.75, 1};
  sizes.pictures.groups = groups;
  sizes.pictures.leading = leading;
  sizes.pictures.steps = statement_steps;
  if (options.quick) {
    sizes.dim = sizes.components = 16;
    sizes.samples = sizes.gaussian_samples = 300;
    sizes.generated = 300;
    sizes.pictures.side = 14;
    sizes.pictures.generated = 100;
    sizes.pictures.test = 2000;
    sizes.pictures.fit = {8, 3000, 4};
    sizes.snr_db = {-10, middle_db, 10, 20, 30};
    sizes.steps = {statement_steps};
  } else {
    for (double snr = -20; snr <= 30; snr += 5) sizes.snr_db.push_back(snr);
    sizes.steps = {10, statement_steps, 1000};
    sizes.pictures.fit = {32, 10'000, 8};
  }
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"prior", setting("random mixture, normalised")},
          {"dim", setting(sizes.dim)},
          {"components", setting(sizes.components)},
          {"samples", setting(sizes.samples)},
          {"gaussian_samples", setting(sizes.gaussian_samples)},
          {"generated", setting(sizes.generated * groups)},
          {"groups", setting(groups)},
          {"leading", setting(leading)},
          {"generating_steps", setting(statement_steps)},
          {"snr_db", setting(sizes.snr_db)},
          {"steps", setting(sizes.steps)},
          {"strengths", setting(sizes.strengths)},
          {"images", setting(options.images.string())},
          {"side", setting(sizes.pictures.side)},
          {"measured_side", setting(sizes.pictures.measured_side)},
          {"fit", setting(text_of(sizes.pictures.fit))},
          {"generated_pictures", setting(sizes.pictures.generated * groups)},
          {"test_pictures", setting(sizes.pictures.test)},
          {"picture_snr_db", setting(sizes.pictures.snr_db)},
          {"seed", setting(options.seed)}};
}

FindingFigure error_figure() {
  return {"error",
          "Mean square error over the MMSE, re-sampling on and off",
          "One posterior sample has twice the MMSE in the limit of many steps. Marks: the random "
          "mixture, and a white Gaussian prior. Lines: the latter by its exact recursion.",
          "SNR",
          "dB",
          "error over MMSE",
          false,
          false,
          {}};
}

FindingFigure strength_figure() {
  return {"generated",
          "Distance of what is generated to the prior, by re-sampling strength",
          "Square of Frechet's distance in mean and covariance over the prior's total variance, "
          "T = 100: 0 for equal moments, 1 for what has no variance. Only strength 1 samples; 0 is "
          "the denoiser. The line: as many draws from the prior itself. Errors by jackknife over 8 "
          "groups.",
          "re-sampling strength",
          "",
          "squared distance over variance",
          false,
          true,
          {{"all entries", {}, {}},
           {fmt::format("leading {} principal components", leading), {}, {}},
           {"draws from the prior", {}, FindingCurve::Look::line}}};
}

GaussianMixture<double> white_gaussian(Index dim) {
  return {
      Eigen::VectorXd::Ones(1), Matrix<double>::Zero(dim, 1), {Matrix<double>::Identity(dim, dim)}};
}

class Run {
 public:
  Run(const ReproduceOptions& options, Monitor* monitor)
      : sizes_(sizes_of(options)),
        options_(options),
        monitor_(monitor),
        prior_(random_mixture(sizes_.dim, sizes_.components, options.seed)),
        truth_(prior_, sizes_.samples, options.seed, options.threads) {}

  Findings findings() {
    const Task task(monitor_, "resampling", 4);
    errors();
    task.update(1, "generating");
    distances();
    task.update(2, "generating pictures");
    const GeneratedPictures generated = generated_pictures(options_, sizes_.pictures, monitor_);
    findings_.figures.push_back(generated.figure);
    findings_.measured.emplace_back("pictures-on", generated.on);
    findings_.measured.emplace_back("pictures-on-over-off", generated.on_over_off);
    task.update(3, "pictures");
    findings_.pictures.push_back(resampling_pictures(options_, sizes_.pictures, monitor_));
    findings_.explanation =
        "Off, the process forwards means and estimates: its error is near the MMSE. On, it draws "
        "from the posterior; an independent draw errs by as much again as the observation leaves "
        "open, so that the error tends to twice the MMSE - less with few steps, or at high SNR, "
        "where the last levels are coarser than the observation's noise. From pure noise only the "
        "process with re-sampling generates the prior; without it the covariance is applied to "
        "noise that is scaled almost to nothing, and what comes out is near the mean of all, or of "
        "one component.";
    return findings_;
  }

 private:
  [[nodiscard]] Measured error(const KnownMixture<double>& truth, const Observed<double>& observed,
                               const Grid& grid, double strength) const {
    Measured result =
        truth.excess(observed, walk<double>(truth.denoiser(), observed.x_t, grid, strength,
                                            options_.seed, options_.threads, monitor_));
    result.value += 1;  // what is drawn knows y alone: the error is MMSE + |estimate - CME|^2
    return result;
  }

  void errors() {
    FindingFigure figure = error_figure();
    const auto marks = FindingCurve::Look::marks;
    const KnownMixture<double> white(white_gaussian(sizes_.dim), sizes_.gaussian_samples,
                                     options_.seed, options_.threads);
    for (const int steps : sizes_.steps) {
      const Schedule schedule(Schedule::paper(steps));
      FindingCurve on{fmt::format("on, T = {}", steps), {}, marks};
      FindingCurve off{fmt::format("off, T = {}", steps), {}, marks};
      FindingCurve gaussian{fmt::format("on, Gaussian, T = {}", steps), {}, marks};
      FindingCurve theory{
          fmt::format("on, Gaussian exactly, T = {}", steps), {}, FindingCurve::Look::line};
      for (const double snr : sizes_.snr_db) {
        const Observed<double> observed = truth_.at(snr, monitor_);
        const Grid grid = observation_grid(schedule, snr, {});
        const Measured with = error(truth_, observed, grid, 1);
        const Measured without = error(truth_, observed, grid, 0);
        on.points.push_back(point(snr, with));
        off.points.push_back(point(snr, without));
        gaussian.points.push_back(point(snr, error(white, white.at(snr, monitor_), grid, 1)));
        theory.points.push_back(
            {snr, gaussian_error_ratio(Eigen::VectorXd::Ones(1), grid, observed.level, 1), 0.0});
        if (snr != middle_db || steps != statement_steps) continue;
        findings_.measured.emplace_back("off", without);
        findings_.measured.emplace_back("on", with);
      }
      for (FindingCurve* curve : {&on, &off, &gaussian, &theory}) {
        figure.curves.push_back(std::move(*curve));
      }
    }
    findings_.figures.push_back(std::move(figure));
  }

  void distances() {
    FindingFigure figure = strength_figure();
    const Gaussian<double> target = moments(prior_);
    const Index dim = prior_.dim(), count = groups * sizes_.generated;
    const Measured drawn = frechet_of(draw(prior_, count, options_.seed), groups, target, dim);
    for (const double strength : sizes_.strengths) {
      const Matrix<double> samples = generated_samples(truth_.denoiser(), count, strength,
                                                       statement_steps, options_, monitor_);
      const Measured all = frechet_of(samples, groups, target, dim);
      const Measured some = frechet_of(samples, groups, target, std::min(leading, dim));
      figure.curves[0].points.push_back(point(strength, all));
      figure.curves[1].points.push_back(point(strength, some));
      figure.curves[2].points.push_back(point(strength, drawn));
      if (strength == 0) findings_.measured.emplace_back("generate-off", all);
      if (strength == 1) findings_.measured.emplace_back("generate-on", all);
    }
    findings_.figures.push_back(std::move(figure));
  }

  Sizes sizes_;
  const ReproduceOptions& options_;
  Monitor* monitor_;
  GaussianMixture<double> prior_;
  KnownMixture<double> truth_;
  Findings findings_;
};

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  return Run(options, monitor).findings();
}

}  // namespace

Experiment resampling() {
  using Side = Statement::Side;
  return {"resampling",
          "arXiv 2403.02957",
          "One diffusion model is both an asymptotically optimal denoiser, which needs no "
          "re-sampling, and a powerful generator, by switching re-sampling off or on.",
          "Off, the error is near the MMSE; on, about twice it (a posterior sample). From pure "
          "noise only re-sampling gives the prior's covariance; without it there is next to none, "
          "and of "
          "separate components only their means.",
          "10 min",
          {{"off", "error over the MMSE at 0 dB, T = 100", "denoising, re-sampling off",
            Side::at_most, 1.2},
           {"on", "error over the MMSE at 0 dB, T = 100", "denoising, re-sampling on",
            Side::at_least, 1.6},
           {"generate-on", "squared Frechet distance to the prior over its variance",
            "generating, re-sampling on", Side::at_most, 0.25},
           {"generate-off", "squared Frechet distance to the prior over its variance",
            "generating, re-sampling off", Side::at_least, 0.6},
           {"pictures-on", "squared Frechet distance to the test pictures over their variance",
            "generating pictures, re-sampling on", Side::at_most, 0.25},
           {"pictures-on-over-off", "squared Frechet distance to the test pictures, on over off",
            "generating pictures, on against off", Side::at_most, 0.5}},
          settings,
          run,
          fashion_mnist};
}

}  // namespace pellucid::reproduce
