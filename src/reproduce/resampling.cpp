// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>

#include "pellucid/reverse/estimate.hpp"
#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/fitted_mixture.hpp"
#include "reproduce/gaussian_moments.hpp"
#include "reproduce/known_mixture.hpp"
#include "reproduce/linear_parts.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double middle_db = 0;
constexpr int statement_steps = 100;
constexpr Index batches = 5;  // of generated samples: the spread gives standard errors
constexpr Index leading = 8;  // principal components
constexpr double picture_snr_db = 0;

struct Sizes {
  Index dim = 64, components = 128, samples = 2000, generated = 2000, side = 28;
  std::vector<double> snr_db, strengths;
  std::vector<int> steps;
  FitSizes fit{32, 10'000, 8};
};

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  sizes.strengths = {0, 0.25, 0.5, 0.75, 1};
  if (options.quick) {
    sizes.dim = sizes.components = 16;
    sizes.samples = 300;
    sizes.generated = 500;
    sizes.side = 14;
    sizes.snr_db = {-10, middle_db, 10, 20, 30};
    sizes.steps = {statement_steps};
    sizes.fit = {8, 3000, 4};
  } else {
    for (double snr = -20; snr <= 30; snr += 5) sizes.snr_db.push_back(snr);
    sizes.steps = {10, statement_steps, 1000};
  }
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"prior", setting("random mixture, normalised")},
          {"dim", setting(sizes.dim)},
          {"components", setting(sizes.components)},
          {"samples", setting(sizes.samples)},
          {"generated", setting(sizes.generated * batches)},
          {"snr_db", setting(sizes.snr_db)},
          {"steps", setting(sizes.steps)},
          {"strengths", setting(sizes.strengths)},
          {"images", setting(options.images.string())},
          {"side", setting(sizes.side)},
          {"fit", setting(text_of(sizes.fit))},
          {"seed", setting(options.seed)}};
}

FindingFigure error_figure() {
  return {"error",
          "Mean square error over the MMSE, re-sampling on and off",
          "One posterior sample has twice the MMSE in the limit of many steps. Marks: the random "
          "mixture. Lines: a white Gaussian prior by its exact recursion.",
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
          "the denoiser. The line: as many draws from the prior itself.",
          "re-sampling strength",
          "",
          "squared distance over variance",
          false,
          true,
          {{"all entries", {}, {}},
           {fmt::format("leading {} principal components", leading), {}, {}},
           {"draws from the prior", {}, FindingCurve::Look::line}}};
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
    const Task task(monitor_, "resampling", 3);
    errors();
    task.update(1, "generating");
    distances();
    task.update(2, "pictures");
    pictures();
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
  [[nodiscard]] Measured error(const Observed<double>& observed, const Grid& grid,
                               double strength) const {
    Measured result =
        truth_.excess(observed, walk<double>(truth_.denoiser(), observed.x_t, grid, strength,
                                             options_.seed, options_.threads, monitor_));
    result.value += 1;  // what is drawn knows y alone: the error is MMSE + |estimate - CME|^2
    return result;
  }

  void errors() {
    FindingFigure figure = error_figure();
    const auto marks = FindingCurve::Look::marks;
    for (const int steps : sizes_.steps) {
      const Schedule schedule(Schedule::paper(steps));
      FindingCurve on{fmt::format("on, T = {}", steps), {}, marks};
      FindingCurve off{fmt::format("off, T = {}", steps), {}, marks};
      FindingCurve theory{fmt::format("on, Gaussian, T = {}", steps), {}, FindingCurve::Look::line};
      for (const double snr : sizes_.snr_db) {
        const Observed<double> observed = truth_.at(snr, monitor_);
        const Grid grid = observation_grid(schedule, snr, {});
        const Measured with = error(observed, grid, 1), without = error(observed, grid, 0);
        on.points.push_back(point(snr, with));
        off.points.push_back(point(snr, without));
        theory.points.push_back(
            {snr, gaussian_error_ratio(Eigen::VectorXd::Ones(1), grid, observed.level, 1), 0.0});
        if (snr != middle_db || steps != statement_steps) continue;
        findings_.measured.emplace_back("off", without);
        findings_.measured.emplace_back("on", with);
      }
      for (FindingCurve* curve : {&on, &off, &theory}) figure.curves.push_back(std::move(*curve));
    }
    findings_.figures.push_back(std::move(figure));
  }

  [[nodiscard]] Matrix<double> generated(const Denoiser<double>& denoiser, Index count,
                                         double strength, Index first) const {
    Matrix<double> samples(denoiser.dim(), count);
    GenerateOptions generating;
    generating.resampling = strength;
    generating.seed = options_.seed;
    generating.first_sample = static_cast<std::uint64_t>(first);
    generating.threads = options_.threads;
    const Schedule schedule(Schedule::paper(statement_steps));
    (void)generate<double>(denoiser, schedule, generating, samples, monitor_);
    return samples;
  }

  void distances() {
    FindingFigure figure = strength_figure();
    const Gaussian<double> target = moments(prior_);
    const Index rank = std::min(leading, prior_.dim());
    std::vector<double> drawn;
    for (Index b = 0; b < batches; ++b) {
      const Matrix<double> samples =
          draw(prior_, sizes_.generated, options_.seed, b * sizes_.generated);
      drawn.push_back(relative_frechet(fit_gaussian(MatrixSource<double>(samples)), target));
    }
    for (const double strength : sizes_.strengths) {
      std::vector<double> all, some;
      for (Index b = 0; b < batches; ++b) {
        const Matrix<double> samples =
            generated(truth_.denoiser(), sizes_.generated, strength, b * sizes_.generated);
        const Gaussian<double> found = fit_gaussian(MatrixSource<double>(samples));
        all.push_back(relative_frechet(found, target));
        some.push_back(relative_frechet(found, target, rank));
      }
      figure.curves[0].points.push_back(point(strength, mean_of(all)));
      figure.curves[1].points.push_back(point(strength, mean_of(some)));
      figure.curves[2].points.push_back(point(strength, mean_of(drawn)));
      if (strength == 0) findings_.measured.emplace_back("generate-off", mean_of(all));
      if (strength == 1) findings_.measured.emplace_back("generate-on", mean_of(all));
    }
    findings_.figures.push_back(std::move(figure));
  }

  // Fashion-MNIST by a mixture: denoised and generated, each with the switch off and on.
  void pictures() {
    constexpr Index count = 8;
    const auto fitted = fitted_images(options_, sizes_.side, sizes_.fit, count, monitor_);
    const MixtureDenoiser<double> denoiser(fitted.prior, options_.threads);
    const NoiseLevel level = NoiseLevel::from_snr_db(picture_snr_db);
    Matrix<double> noise(fitted.test.rows(), count);
    RandomStream(options_.seed, Purpose::observation_noise).normal<double>(0, 0, noise);
    const Matrix<double> x_t =
        std::sqrt(level.alpha_bar) * fitted.test + std::sqrt(level.noise) * noise;
    const Grid grid =
        observation_grid(Schedule(Schedule::paper(statement_steps)), picture_snr_db, {});
    const auto denoised = [&](double strength) {
      return walk<double>(denoiser, x_t, grid, strength, options_.seed, options_.threads, monitor_);
    };
    FindingPictures pictures{
        "pictures",
        "Fashion-MNIST, a mixture's pictures with the switch off and on",
        fmt::format("Test pictures at {} dB; off, the estimate is smooth where the observation "
                    "leaves doubt; on, it has the details of one picture that might have been. "
                    "From pure noise: off, averages of many pictures; on, new ones.",
                    picture_snr_db),
        fitted.shape,
        {}};
    const auto add = [&](const char* label, const Matrix<double>& samples) {
      const Matrix<double> data = (fitted.scale * samples).colwise() + fitted.offset;
      pictures.rows.push_back({label, data.cast<float>()});
    };
    add("clean", fitted.test);
    add("noisy", x_t / std::sqrt(level.alpha_bar));
    add("denoised, off", denoised(0));
    add("denoised, on", denoised(1));
    add("generated, off", generated(denoiser, count, 0, 0));
    add("generated, on", generated(denoiser, count, 1, 0));
    findings_.pictures.push_back(std::move(pictures));
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
          "noise only re-sampling gives the prior's covariance; without it there is next to none.",
          "10 min",
          {{"off", "error over the MMSE at 0 dB, T = 100", "denoising, re-sampling off",
            Side::at_most, 1.2},
           {"on", "error over the MMSE at 0 dB, T = 100", "denoising, re-sampling on",
            Side::at_least, 1.6},
           {"generate-on", "squared Frechet distance to the prior over its variance",
            "generating, re-sampling on", Side::at_most, 0.25},
           {"generate-off", "squared Frechet distance to the prior over its variance",
            "generating, re-sampling off", Side::at_least, 0.6}},
          settings,
          run};
}

}  // namespace pellucid::reproduce
