// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/noise/wavelet_noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "noise/finest_detail.hpp"

namespace pellucid {

namespace {

constexpr double two_sided = 1.96;  // 95 % of a normal variable

// Normal variables of mean 0 by their squares `v`: density `exp(-c v / s2) s2^-c`, c = 1/2 real,
// 1 complex.
struct Scale {
  double half;           // c
  double median;         // of |d| where s = 1
  double median_spread;  // standard deviation of the median's relative error times sqrt(n)

  static Scale of(bool is_complex) {
    if (is_complex) return {1.0, 0.8325546111576977, 0.7213475204444817};
    return {0.5, 0.6744897501960817, 1.1664};
  }
};

double median_of(Eigen::VectorXd values) {
  const auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// Two normals of mean 0, the narrow one of share `share`.
struct TwoScales {
  double narrow = 0.0;  // variances
  double wide = 0.0;
  double share = 1.0;
  double gain = 0.0;  // of the log likelihood over that of a single normal
};

TwoScales fit_two_scales(const Eigen::ArrayXd& squares, double start, double c) {
  const double mean = squares.mean(), n = static_cast<double>(squares.size());
  TwoScales fit{start, std::max(2 * mean, 2 * start), 0.7, 0.0};
  double log_likelihood = 0;
  constexpr int most_rounds = 300;
  for (int round = 0; round < most_rounds; ++round) {
    const Eigen::ArrayXd narrow =
        fit.share * (-c * squares / fit.narrow).exp() * std::pow(fit.narrow, -c);
    const Eigen::ArrayXd wide =
        (1 - fit.share) * (-c * squares / fit.wide).exp() * std::pow(fit.wide, -c);
    const Eigen::ArrayXd density = narrow + wide;
    log_likelihood = density.max(1e-300).log().sum();
    const Eigen::ArrayXd member = (density > 0).select(narrow / density, 0.0);
    const double members = std::clamp(member.sum(), 1e-9 * n, (1 - 1e-9) * n);
    const double before = fit.narrow;
    fit.share = members / n;
    fit.narrow = std::max((member * squares).sum() / members, 1e-12 * mean);
    fit.wide = std::max(((1 - member) * squares).sum() / (n - members), fit.narrow);
    if (std::abs(fit.narrow - before) < 1e-6 * before) break;
  }
  fit.gain = log_likelihood - n * (-c - c * std::log(mean));
  return fit;
}

// Evenly chosen, so that the iteration takes no time to speak of.
Eigen::ArrayXd some_squares(const Eigen::VectorXd& magnitudes) {
  constexpr Index most = Index{1} << 17;
  const Index step = (magnitudes.size() + most - 1) / most;
  Eigen::ArrayXd squares((magnitudes.size() + step - 1) / step);
  for (Index i = 0; i < squares.size(); ++i) {
    squares[i] = magnitudes[i * step] * magnitudes[i * step];
  }
  return squares;
}

void set_from_two_scales(NoiseEstimate& noise, const TwoScales& fit, double used, double magnitudes,
                         double c) {
  const double by_median = noise.noise_std;
  const double error =
      two_sided / std::sqrt(2 * std::min(2 * c * used, 2 * c * magnitudes) * fit.share);
  noise.noise_std = std::min(std::sqrt(fit.narrow), by_median);
  noise.interval[0] = noise.noise_std * std::max(0.0, 1 - 2 * error);
  noise.interval[1] = std::max(noise.interval[1], noise.noise_std * (1 + 2 * error));
  const double surplus = by_median / noise.noise_std - 1;
  noise.note =
      fmt::format("{:.0f} % of the finest detail holds signal, freed of it", 100 * (1 - fit.share));
  constexpr double most_surplus = 0.07;
  if (surplus > most_surplus) {
    noise.certainty = NoiseCertainty::doubtful;
    noise.note = fmt::format(
        "{:.0f} % of the finest detail holds signal; what is left may too: the noise may be less",
        100 * (1 - fit.share));
    noise.interval[0] = 0;
  }
}

NoiseEstimate without_detail(const FinestDetail& detail) {
  NoiseEstimate noise;
  noise.estimator = NoiseEstimator::wavelet;
  noise.certainty = NoiseCertainty::doubtful;
  noise.note = "constant: no noise, or none that is left to see";
  if (detail.clipped > 0) noise.note = "clipped everywhere: what noise there was cannot be seen";
  return noise;
}

}  // namespace

template <class T>
NoiseEstimate wavelet_noise(const NoiseSample<T>& sample) {
  const FinestDetail detail = finest_detail(sample);
  const Eigen::VectorXd& magnitudes = detail.magnitudes;
  if (magnitudes.size() == 0) return without_detail(detail);
  const Scale scale = Scale::of(is_complex<T>);
  NoiseEstimate noise;
  noise.estimator = NoiseEstimator::wavelet;
  const auto count = static_cast<double>(magnitudes.size());
  noise.noise_std = median_of(magnitudes) / scale.median;
  const double error = std::min(1.0, two_sided * scale.median_spread / std::sqrt(count));
  noise.interval = {noise.noise_std * (1 - error), noise.noise_std * (1 + error)};
  if (noise.noise_std == 0) {
    noise.certainty = NoiseCertainty::doubtful;
    noise.note = "most of the finest detail is 0: noise below the data's step, or none";
    return noise;
  }
  constexpr Index few = 64;
  if (magnitudes.size() < few) {
    noise.certainty = NoiseCertainty::doubtful;
    noise.note = fmt::format("{} wavelet coefficients: too few to tell signal from noise",
                             magnitudes.size());
    return noise;
  }
  const Eigen::ArrayXd squares = some_squares(magnitudes);
  const TwoScales fit = fit_two_scales(squares, noise.noise_std * noise.noise_std, scale.half);
  constexpr double clear_gain = 15.0;  // chance gains 1 for each of the two numbers more
  if (fit.gain > clear_gain) {
    set_from_two_scales(noise, fit, static_cast<double>(squares.size()), count, scale.half);
  }
  return noise;
}

template NoiseEstimate wavelet_noise<double>(const NoiseSample<double>&);
template NoiseEstimate wavelet_noise<std::complex<double>>(
    const NoiseSample<std::complex<double>>&);

}  // namespace pellucid
