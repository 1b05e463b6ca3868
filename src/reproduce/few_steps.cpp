// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "reproduce/experiments.hpp"
#include "reproduce/figure_parts.hpp"
#include "reproduce/kept_model.hpp"
#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {

namespace {

constexpr Index dim = 64, components = 128;
constexpr double low_db = -10, middle_db = 0, high_db = 10;
// Observations of another mixture, which the network has never seen.
constexpr std::uint64_t other_seed = 1'000'003;
// A number of steps is as good as the best one unless its paired ratio to it lies above 1 by as
// many standard errors: one-sided, 99 %.
constexpr double apart = 2.33;
// An excess of rounding alone: a logarithmic axis cannot show it, and ratios to it mean nothing.
constexpr double rounding = 1e-12;

struct Sizes {
  Index samples = 0;
  std::vector<double> snr_db;
  std::vector<int> steps;  // Steps::all last
};

Sizes sizes_of(const ReproduceOptions& options) {
  if (options.quick) return {1200, {low_db, middle_db, high_db}, {1, 2, 4, 16, Steps::all}};
  Sizes sizes{2000, {}, {1, 2, 3, 4, 6, 8, 12, 16, 32, 64, Steps::all}};
  for (double snr = -20; snr <= 20; snr += 5) sizes.snr_db.push_back(snr);
  return sizes;
}

RunSettings settings(const ReproduceOptions& options) {
  const Sizes sizes = sizes_of(options);
  return {{"prior", setting("random mixture, normalised")},
          {"dim", setting(dim)},
          {"components", setting(components)},
          {"samples", setting(sizes.samples)},
          {"snr_db", setting(sizes.snr_db)},
          {"steps", setting(sizes.steps)},
          {"schedule", setting(Schedule().text())},
          {"network", setting(text_of(network_sizes(options)))},
          {"as_good_within_errors", setting(apart)},
          {"other_mixture_seed", setting(options.seed + other_seed)},
          {"seed", setting(options.seed)}};
}

using Forward = std::function<Matrix<double>(const Observed<double>&, Steps)>;

// One denoiser on observations whose best estimate is known.
struct Case {
  const char* label;
  const KnownMixture<double>& truth;
  Forward forward;
};

// Squared distances to the conditional mean, one vector for each number of steps.
struct Distances {
  std::vector<Eigen::VectorXd> squares;
  std::vector<Measured> excess;
};

Distances distances(const Case& one, const Observed<double>& observed,
                    const std::vector<int>& steps) {
  Distances result;
  for (const int count : steps) {
    const Matrix<double> estimate = one.forward(observed, Steps{count});
    result.squares.emplace_back((estimate - observed.cme).colwise().squaredNorm().transpose());
    result.excess.push_back(one.truth.excess(observed, estimate));
  }
  return result;
}

// Positions of the least and the greatest number of steps as good as the best one.
std::pair<std::size_t, std::size_t> as_good_as_best(const Distances& found) {
  const auto better = [](const Measured& a, const Measured& b) { return a.value < b.value; };
  const auto best = static_cast<std::size_t>(
      std::min_element(found.excess.begin(), found.excess.end(), better) - found.excess.begin());
  std::pair<std::size_t, std::size_t> range{best, best};
  if (found.excess[best].value < rounding) return range;  // the CME itself
  for (std::size_t k = 0; k < found.squares.size(); ++k) {
    const Measured ratio = ratio_of(found.squares[k], found.squares[best]);
    if (ratio.value - apart * ratio.error > 1) continue;
    range.first = std::min(range.first, k);
    range.second = std::max(range.second, k);
  }
  return range;
}

FindingFigure over_steps(std::string id, std::string title, std::string caption, std::string y) {
  return {std::move(id),
          std::move(title),
          std::move(caption),
          "evaluations K",
          "",
          std::move(y),
          true,
          true,
          {}};
}

FindingFigure excess_figure(double snr_db) {
  return over_steps(
      fmt::format("excess_{}dB", snr_db),
      fmt::format("Excess over the MMSE against the number of steps at {} dB", snr_db),
      "Mean |estimate - CME|² over the MMSE; K steps evenly spaced in decibel. Marks by "
      "themselves: all of the schedule's steps below the observation. Another mixture: draws of "
      "one that the denoiser is not for. One exact step is the CME itself: nothing is left to "
      "draw. The bars are of the excess; differences along a curve, "
      "of the same draws, are surer.",
      "excess over MMSE");
}

FindingFigure ratio_figure(double snr_db) {
  FindingFigure figure = over_steps(
      fmt::format("ratio_{}dB", snr_db),
      fmt::format("Error with K steps over that with one at {} dB", snr_db),
      "Mean |estimate - CME|² over the same of one step, with the standard error of the ratio of "
      "the same draws. Marks by themselves: all of the schedule's steps. Below 1 more steps "
      "help. The exact denoiser's one step has no error to compare with.",
      "error over one step's");
  figure.y_logarithmic = false;
  return figure;
}

FindingFigure best_figure() {
  return {"best",
          "Numbers of steps with the least error, by SNR",
          "Of those tried, the fewest and the most steps whose error is not above the best one's "
          "by 2.33 standard errors of their ratio on the same draws (99 %, one-sided). The exact "
          "denoiser's is one by definition of the CME.",
          "SNR",
          "dB",
          "best number of steps",
          false,
          true,
          {}};
}

// Two curves for every case from `first` on, in the same colour: styles come in fours, which
// `between` fills.
std::vector<FindingCurve> paired_curves(const std::vector<Case>& cases, std::size_t first,
                                        const char* one, const char* other, FindingCurve::Look look,
                                        const std::vector<FindingCurve>& between = {}) {
  std::vector<FindingCurve> curves;
  for (std::size_t c = first; c < cases.size(); ++c) {
    curves.push_back({fmt::format("{}{}", cases[c].label, one), {}, {}});
  }
  curves.insert(curves.end(), between.begin(), between.end());
  for (std::size_t c = first; c < cases.size(); ++c) {
    curves.push_back({fmt::format("{}{}", cases[c].label, other), {}, look});
  }
  return curves;
}

class Run {
 public:
  Run(const ReproduceOptions& options, Monitor* monitor)
      : sizes_(sizes_of(options)), monitor_(monitor), options_(options) {}

  Findings findings() {
    const auto prior = random_mixture(dim, components, options_.seed);
    const auto other_prior = random_mixture(dim, components, options_.seed + other_seed);
    const KnownMixture<double> truth(prior, sizes_.samples, options_.seed, options_.threads);
    const KnownMixture<double> other(other_prior, sizes_.samples, options_.seed, options_.threads);
    const Estimator<float> network(trained_network(options_, prior, random_mixture_name, monitor_),
                                   options_.threads);
    const Forward by_network = [&](const Observed<double>& observed, Steps steps) {
      return forward_by(network, observed, steps, options_.threads, monitor_);
    };
    const Forward exact = [&](const Observed<double>& observed, Steps steps) {
      return truth.forward(observed, observation_grid(Schedule(), observed.snr_db, steps),
                           monitor_);
    };
    const std::vector<Case> cases = {{"exact denoiser", truth, exact},
                                     {"network", truth, by_network},
                                     {"network, another mixture", other, by_network},
                                     {"exact, of the wrong mixture", other, exact}};
    FindingFigure best = best_figure();
    best.curves = paired_curves(cases, 0, ", fewest", ", most", {});
    const Task task(monitor_, "few-steps", static_cast<double>(sizes_.snr_db.size()));
    for (std::size_t i = 0; i < sizes_.snr_db.size(); ++i) {
      task.update(static_cast<double>(i), fmt::format("{} dB", sizes_.snr_db[i]));
      add_level(sizes_.snr_db[i], cases, best);
    }
    findings_.figures.insert(findings_.figures.begin(), std::move(best));
    findings_.explanation =
        "With the exact denoiser one step is the conditional mean, so that every further step can "
        "only lead away from it: each replaces E[D(x_u) | x_t] by D(E[x_u | x_t]). The excess "
        "rises with K to the limit of the flow; few steps lose less than many. A network's own "
        "error adds to this drift and hides it while it is the larger; which number of steps suits "
        "a network is then an empirical matter, above all on data that it was not trained for: "
        "calibrate it on validation data with one step among the candidates (pellucid calibrate).";
    return findings_;
  }

 private:
  void add_level(double snr_db, const std::vector<Case>& cases, FindingFigure& best) {
    FindingFigure excess = excess_figure(snr_db), ratio = ratio_figure(snr_db);
    const int all = static_cast<int>(observation_grid(Schedule(), snr_db, {}).size());
    constexpr auto marks = FindingCurve::Look::marks;
    excess.curves = paired_curves(cases, 0, "", ", all steps", marks);
    ratio.curves = paired_curves(
        cases, 1, "", ", all steps", marks,
        {{"as with one step",
          {{1, 1, 0}, {static_cast<double>(std::max(all, sizes_.steps.end()[-2])), 1, 0}},
          FindingCurve::Look::line}});
    const auto count = [&](std::size_t k) {
      return sizes_.steps[k] == Steps::all ? all : sizes_.steps[k];
    };
    for (std::size_t c = 0; c < cases.size(); ++c) {
      const Observed<double> observed = cases[c].truth.at(snr_db, monitor_);
      const Distances found = distances(cases[c], observed, sizes_.steps);
      for (std::size_t k = 0; k < sizes_.steps.size(); ++k) {
        const bool last = sizes_.steps[k] == Steps::all;
        if (found.excess[k].value < rounding) continue;
        excess.curves[last ? cases.size() + c : c].points.push_back(
            point(count(k), found.excess[k]));
        if (c == 0) continue;
        ratio.curves[last ? cases.size() + c - 1 : c - 1].points.push_back(
            point(count(k), ratio_of(found.squares[k], of(found, 1))));
      }
      const auto [fewest, most] = as_good_as_best(found);
      best.curves[c].points.push_back({snr_db, static_cast<double>(count(fewest)), 0.0});
      best.curves[cases.size() + c].points.push_back(
          {snr_db, static_cast<double>(count(most)), 0.0});
      measure(snr_db, c, found);
    }
    findings_.figures.push_back(std::move(excess));
    findings_.figures.push_back(std::move(ratio));
  }

  [[nodiscard]] const Eigen::VectorXd& of(const Distances& found, int steps) const {
    const auto place = std::find(sizes_.steps.begin(), sizes_.steps.end(), steps);
    return found.squares[static_cast<std::size_t>(place - sizes_.steps.begin())];
  }

  void measure(double snr_db, std::size_t number, const Distances& found) {
    const auto add = [&](const char* id, const Measured& measured) {
      findings_.measured.emplace_back(id, measured);
    };
    if (number == 0 && snr_db == high_db) {
      add("few-exact", found.excess[1]);
    } else if (number == 0 && snr_db == middle_db) {
      add("more-exact", ratio_of(of(found, Steps::all), of(found, 2)));
    } else if (number == 1 && snr_db == low_db) {
      add("more-network", ratio_of(of(found, Steps::all), of(found, 1)));
    } else if (number == 2 && snr_db == low_db) {
      add("more-other", ratio_of(of(found, Steps::all), of(found, 1)));
    }
  }

  Sizes sizes_;
  Monitor* monitor_;
  const ReproduceOptions& options_;
  Findings findings_;
};

Findings run(const ReproduceOptions& options, Monitor* monitor) {
  return Run(options, monitor).findings();
}

}  // namespace

Experiment few_steps() {
  using Side = Statement::Side;
  return {
      "few-steps",
      "arXiv 2403.02957",
      "The denoiser is particularly fast by truncating reverse diffusion steps, and converges "
      "to the conditional mean estimator (CME) with many.",
      "Few steps suffice, and are better than many: for an exact denoiser one is optimal and "
      "the excess rises with their number; a network trained for this prior loses by many "
      "steps at low SNR as well. On data of another prior it depends on the network.",
      "6 min",
      {{"few-exact", "excess over the MMSE with 2 steps at 10 dB", "few steps, exact denoiser",
        Side::at_most, 0.01},
       {"more-exact", "excess with all steps over that with 2 at 0 dB",
        "more steps come nearer, exact denoiser (0 dB)", Side::at_most, 1.0},
       {"more-network", "excess with all steps over that with 1 at -10 dB",
        "more steps come nearer, network in its distribution (-10 dB)", Side::at_most, 1.0},
       {"more-other", "excess with all steps over that with 1 at -10 dB",
        "more steps come nearer, network out of its distribution (-10 dB)", Side::at_most, 1.0}},
      settings,
      run};
}

}  // namespace pellucid::reproduce
