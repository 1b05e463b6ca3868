// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>

#include "pellucid/analysis/linear_process.hpp"
#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/linear_parts.hpp"
#include "reproduce/power_draws.hpp"
#include "reproduce/power_figures.hpp"

namespace pellucid::reproduce {

namespace {

const std::vector<double> octaves{64, 32, 16, 8, 4, 2, 1, 0.5};
constexpr double wide = 10, middle = 5, narrow = 3, cleanest = 0.05;
constexpr double reference_ratio = 0.5;  // d / n
constexpr double clear = 0.2;            // squared cosine above which the limit is drawn
constexpr int power_steps = 3;           // whose spectrum is drawn

struct Sizes {
  Index dim = 0;
  int draws = 0, other_draws = 0;  // at the reference ratio, and at others
  int steps = 100;
  std::vector<double> ratios{0.1, reference_ratio, 2}, ranges;
};

Sizes sizes_of(const ReproduceOptions& options) {
  Sizes sizes;
  sizes.dim = options.quick ? 128 : 256;
  sizes.draws = options.quick ? 8 : 10;
  sizes.other_draws = options.quick ? 3 : 10;
  sizes.ranges = options.quick ? std::vector<double>{narrow, middle, wide}
                               : std::vector<double>{2, narrow, 4, middle, 7, wide};
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"dim", setting(sizes.dim)},
          {"spikes", setting(octaves)},
          {"dim_over_samples", setting(sizes.ratios)},
          {"noisiest", setting(sizes.ranges)},
          {"cleanest", setting(cleanest)},
          {"steps", setting(sizes.steps)},
          {"draws", setting(sizes.draws)},
          {"draws_at_other_ratios", setting(sizes.other_draws)},
          {"weights", setting("projections; standard: plug-in Wiener")},
          {"predicted_above_cos2", setting(clear)},
          {"power_iteration_steps_drawn", setting(power_steps)},
          {"training", setting("signals and noise fresh at every level")},
          {"seed", setting(options.seed)}};
}

class Run {
 public:
  Run(const ReproduceOptions& options, Monitor* monitor)
      : options_(options), sizes_(sizes_of(options)), monitor_(monitor) {}

  Findings findings() {
    const Task task(monitor_, "power-iteration", 3);
    ranges();
    task.update(1, "other processes");
    processes();
    task.update(2, "renoise");
    factors();
    findings_.explanation =
        "Between two levels x ← P x keeps c_i² of component i's variance, the spiked model's "
        "squared cosines of both fits. They differ between components only where the noise is "
        "near the components' own standard deviation times the fourth root of n / d: the product "
        "collapses when the first steps are that noisy, and not otherwise (the fewer signals, the "
        "less noise does it), nor when the same noise draws make every fit. A plain power "
        "iteration collapses always. Renoising replaces what is lost, so that all "
        "variances end in one proportion to the training ones; the standard reverse process "
        "(Wiener denoisers, mean forwarded) applies one Wiener filter of the first level, "
        "whatever the number of steps. That the paper means x ← P x is our reading of its "
        "abstract.";
    return std::move(findings_);
  }

 private:
  [[nodiscard]] LinearProcessOptions process(LinearMode mode, double noisiest) const {
    LinearProcessOptions process;
    process.mode = mode;
    process.noise_std = geometric(noisiest, cleanest, sizes_.steps);
    process.threads = options_.threads;
    if (mode == LinearMode::standard) process.weights = LinearWeights::plug_in;
    return process;
  }

  [[nodiscard]] Draws follow(double ratio, const LinearProcessOptions& process,
                             Fresh fresh = Fresh::all) const {
    Draws draws;
    const int count = ratio == reference_ratio ? sizes_.draws : sizes_.other_draws;
    for (int i = 0; i < count; ++i) {
      if (monitor_ != nullptr && monitor_->stop_requested()) throw Stopped();
      draws.push_back(follow_linear_process(signals(ratio, fresh, i), process));
    }
    return draws;
  }

  [[nodiscard]] TrainingSignals<double> signals(double ratio, Fresh fresh, int draw) const {
    SpikedSignals model;
    model.spikes = octaves;
    model.dim = sizes_.dim;
    model.samples = std::lround(static_cast<double>(sizes_.dim) / ratio);
    return {model, fresh, seed_of(options_.seed, draw)};
  }

  void measured(const char* id, const Measured& value) {
    findings_.measured.emplace_back(id, value);
  }

  void ranges() {
    FindingFigure figure = range_figure(), leading = leading_figure();
    for (const double ratio : sizes_.ratios) {
      FindingCurve found{fmt::format("d / n = {}", ratio), {}};
      FindingCurve theory{found.label + ", predicted", {}, FindingCurve::Look::line};
      FindingCurve towards{found.label, {}};
      found.look = FindingCurve::Look::marks;
      for (const double noisiest : sizes_.ranges) {
        const LinearProcessOptions one = process(LinearMode::project, noisiest);
        const Draws draws = follow(ratio, one);
        found.points.push_back(geometric_point(noisiest, mean_over(draws, collapse)));
        towards.points.push_back(point(noisiest, mean_over(draws, leading_cos2)));
        if (const auto log10 = predicted_collapse(octaves, one.noise_std, ratio, clear)) {
          theory.points.push_back({noisiest, std::pow(10.0, *log10), 0});
        }
        if (ratio == reference_ratio) measure_range(noisiest, draws);
      }
      figure.curves.push_back(std::move(found));
      figure.curves.push_back(std::move(theory));
      leading.curves.push_back(std::move(towards));
    }
    findings_.figures.push_back(std::move(figure));
    findings_.figures.push_back(std::move(leading));
  }

  void measure_range(double noisiest, const Draws& draws) {
    if (noisiest == wide) {
      measured("wide", mean_over(draws, collapse));
      measured("leading", mean_over(draws, leading_cos2));
      projected_ = draws;
    } else if (noisiest == narrow) {
      measured("narrow", mean_over(draws, collapse));
      narrow_ = draws;
    }
  }

  void processes() {
    const LinearProcessOptions project = process(LinearMode::project, wide);
    const Draws same = follow(reference_ratio, project, Fresh::none);
    const Draws standard = follow(reference_ratio, process(LinearMode::standard, wide));
    const Draws renoised = follow(reference_ratio, process(LinearMode::renoise, wide));
    measured("same-noise", mean_over(same, collapse));
    measured("standard", mean_over(standard, collapse));
    measured("renoise", mean_over(renoised, generated_ratio));
    FindingFigure steps = step_figure(reference_ratio), generated = generated_figure();
    std::vector<std::pair<std::string, const Draws*>> all{
        {"project", &projected_}, {"project, same noise", &same}, {"standard, mean", &standard}};
    for (const auto& [label, draws] : all) steps.curves.push_back(step_curve(label, *draws));
    steps.curves.push_back(power_curve(projected_));
    findings_.figures.push_back(std::move(steps));

    FindingFigure spectrum = spectrum_figure(reference_ratio, narrow, power_steps);
    all.emplace_back(fmt::format("project, from noise {}", narrow), &narrow_);
    for (const auto& [label, draws] : all) {
      spectrum.curves.push_back(variance_curve(
          label, *draws, [](const LinearProcess& one) { return one.steps.back().product; }));
    }
    spectrum.curves.push_back(power_spectrum(cleanest_eigenvalues(), octaves.size(), power_steps));
    findings_.figures.push_back(std::move(spectrum));

    LinearProcessOptions sampling = process(LinearMode::standard, wide);
    sampling.resampling = 1;
    const auto from = [](const LinearProcess& one) { return one.generated; };
    generated.curves = {
        variance_curve("training", projected_, [](const auto& one) { return one.training; }),
        variance_curve("project", projected_, from), variance_curve("renoise", renoised, from),
        variance_curve("standard, mean", standard, from),
        variance_curve("standard, sampling", follow(reference_ratio, sampling), from)};
    findings_.figures.push_back(std::move(generated));
  }

  // Sample eigenvalues at the cleanest level.
  [[nodiscard]] std::vector<Eigen::VectorXd> cleanest_eigenvalues() const {
    std::vector<Eigen::VectorXd> eigenvalues;
    for (int draw = 0; draw < sizes_.draws; ++draw) {
      const TrainingSignals<double> training = signals(reference_ratio, Fresh::all, draw);
      const Index last = sizes_.steps - 1;
      eigenvalues.push_back(
          sample_spectrum<double>(training.noisy(0, last, cleanest), training.components())
              .eigenvalues);
    }
    return eigenvalues;
  }

  void factors() {
    FindingFigure figure = factor_figure();
    FindingCurve found{"measured", {}, FindingCurve::Look::marks};
    FindingCurve balance{"n / (2 d)", {}, FindingCurve::Look::line};
    for (const double ratio : sizes_.ratios) {
      const Draws draws = follow(ratio, process(LinearMode::renoise, wide));
      found.points.push_back(point(ratio, mean_over(draws, generated_factor)));
      balance.points.push_back({ratio, 1 / (2 * ratio), 0});
    }
    figure.curves = {std::move(found), std::move(balance)};
    findings_.figures.push_back(std::move(figure));
  }

  const ReproduceOptions& options_;
  Sizes sizes_;
  Monitor* monitor_;
  Draws projected_, narrow_;  // from `wide` and from `narrow` at the reference ratio
  Findings findings_;
};

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  return Run(options, monitor).findings();
}

}  // namespace

Experiment power_iteration() {
  using Side = Statement::Side;
  const std::string ratio = "log10 of the second-to-first variance of the product, ";
  constexpr double collapsed = -3;
  return {
      "power-iteration",
      "arXiv 2410.14730",
      "The linear diffusion model converges in mean to the leading eigenvector of the data, "
      "similarly to the power iteration method.",
      "As x ← P x (our reading) it does from noise 10 at d / n = 0.5, but not from noise 3 there "
      "(at d / n = 2 noise 4 is enough), nor with the same noise draws at every level. Renoising "
      "and the standard reverse process do not collapse at all.",
      "5 min",
      {{"wide", ratio + "x ← P x", "noise 10 to 0.05, d / n = 0.5", Side::at_most, collapsed},
       {"leading", "squared cosine of what it converges to with the first component",
        "noise 10 to 0.05, d / n = 0.5", Side::at_least, 0.9},
       {"narrow", ratio + "x ← P x", "narrow noise range (3 to 0.05), d / n = 0.5", Side::at_most,
        collapsed},
       {"same-noise", ratio + "x ← P x", "the same noise draws at every level", Side::at_most,
        collapsed},
       {"standard", ratio + "standard reverse process", "standard reverse process, mean forwarded",
        Side::at_most, collapsed},
       {"renoise", "log10 of the second-to-first generated variance", "fresh noise after each step",
        Side::at_most, collapsed}},
      settings,
      run};
}

}  // namespace pellucid::reproduce
