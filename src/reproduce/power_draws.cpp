// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/power_draws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pellucid/spiked/spiked_model.hpp"
#include "reproduce/linear_parts.hpp"
#include "reproduce/power_figures.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double least_drawn = 1e-14;
constexpr double least = 1e-300;  // has a logarithm

double product_ratio(const LinearStep& step) {
  return std::log10(std::max(step.product[1] / step.product[0], least));
}

void add_drawn(FindingCurve& curve, const FindingPoint& found) {
  if (found.y >= least_drawn) curve.points.push_back(found);
}

// `log10(step)` of every step.
template <class Log10>
FindingCurve over_steps(const std::string& label, const Draws& draws, const Log10& log10) {
  FindingCurve curve{label, {}, FindingCurve::Look::line};
  for (std::size_t i = 0; i < draws.front().steps.size(); ++i) {
    const auto of_step = [&](const LinearProcess& one) { return log10(one.steps[i]); };
    add_drawn(curve, geometric_point(draws.front().steps[i].noise_std, mean_over(draws, of_step)));
  }
  return curve;
}

}  // namespace

Measured mean_over(const Draws& draws, const OfProcess& value) {
  std::vector<double> values(draws.size());
  std::transform(draws.begin(), draws.end(), values.begin(), value);
  return mean_of(values);
}

double collapse(const LinearProcess& process) { return product_ratio(process.steps.back()); }

double leading_cos2(const LinearProcess& process) { return process.steps.back().leading_cos2; }

double generated_ratio(const LinearProcess& process) {
  return std::log10(process.generated[1] / process.generated[0]);
}

double generated_factor(const LinearProcess& process) {
  double sum = 0;
  for (std::size_t i = 0; i < process.training.size(); ++i) {
    sum += process.generated[i] / process.training[i];
  }
  return sum / static_cast<double>(process.training.size());
}

std::optional<double> predicted_collapse(const std::vector<double>& spikes,
                                         const std::vector<double>& noise_std, double ratio,
                                         double clear) {
  double log10 = 0;
  for (std::size_t i = 1; i < noise_std.size(); ++i) {
    for (const double noise : {noise_std[i - 1], noise_std[i]}) {
      const SpikedModel model(noise * noise, ratio);
      const double second = model.squared_cosine(spikes[1]);
      if (second < clear) return std::nullopt;
      log10 += std::log10(second / model.squared_cosine(spikes[0]));
    }
  }
  return log10;
}

FindingCurve step_curve(const std::string& label, const Draws& draws) {
  return over_steps(label, draws, product_ratio);
}

FindingCurve power_curve(const Draws& draws) {
  return over_steps("plain power iteration", draws, [](const LinearStep& step) {
    return std::log10(std::max(step.power_ratio, least));
  });
}

FindingCurve variance_curve(const std::string& label, const Draws& draws,
                            const VariancesOf& variances) {
  FindingCurve curve{label, {}};
  for (std::size_t i = 0; i < draws.front().training.size(); ++i) {
    const auto share = [&](const LinearProcess& one) {
      const std::vector<double> all = variances(one);
      return std::log10(std::max(all[i] / all[0], least));
    };
    add_drawn(curve, geometric_point(static_cast<double>(i + 1), mean_over(draws, share)));
  }
  return curve;
}

FindingCurve power_spectrum(const std::vector<Eigen::VectorXd>& eigenvalues, std::size_t components,
                            int steps) {
  std::vector<Eigen::VectorXd> shares;
  shares.reserve(eigenvalues.size());
  for (const Eigen::VectorXd& found : eigenvalues) {
    shares.emplace_back((found / found(0)).array().pow(2 * steps));
  }
  FindingCurve curve{fmt::format("plain power iteration, {} steps", steps), {}};
  for (std::size_t i = 0; i < components; ++i) {
    std::vector<double> log10(shares.size());
    std::transform(shares.begin(), shares.end(), log10.begin(), [i](const Eigen::VectorXd& one) {
      return std::log10(one(static_cast<Index>(i)));
    });
    add_drawn(curve, geometric_point(static_cast<double>(i + 1), mean_of(log10)));
  }
  return curve;
}

}  // namespace pellucid::reproduce
