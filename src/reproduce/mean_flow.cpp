// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/mean_flow.hpp"

#include <algorithm>
#include <cmath>

namespace pellucid::reproduce {

template <class T>
Matrix<T> mean_flow(const KnownMixture<T>& mixture, const Observed<T>& observed,
                    const NoiseLevel& end, Monitor* monitor, double step) {
  const auto denoised = [&](const Matrix<T>& z, double log_variance) {
    const NoiseLevel level = NoiseLevel::from_variance(std::exp(log_variance));
    const Matrix<T> x_t = std::sqrt(level.alpha_bar) * z;
    return walk<T>(mixture.denoiser(), x_t, {level}, 0.0, 1, mixture.threads(), monitor);
  };
  const auto slope = [&](const Matrix<T>& z, double u) -> Matrix<T> { return z - denoised(z, u); };
  Matrix<T> z = observed.x_t / std::sqrt(observed.level.alpha_bar);
  const double from = std::log(observed.level.variance());
  const double to = std::min(from, std::log(end.variance()));
  const int steps = static_cast<int>(std::ceil((from - to) / step));
  const double h = steps > 0 ? (to - from) / steps : 0.0;
  for (int i = 0; i < steps; ++i) {
    const double u = from + i * h;
    const Matrix<T> k1 = slope(z, u);
    const Matrix<T> k2 = slope(z + h / 2 * k1, u + h / 2);
    const Matrix<T> k3 = slope(z + h / 2 * k2, u + h / 2);
    const Matrix<T> k4 = slope(z + h * k3, u + h);
    z += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return denoised(z, to);
}

template Matrix<double> mean_flow(const KnownMixture<double>&, const Observed<double>&,
                                  const NoiseLevel&, Monitor*, double);
template Matrix<std::complex<double>> mean_flow(const KnownMixture<std::complex<double>>&,
                                                const Observed<std::complex<double>>&,
                                                const NoiseLevel&, Monitor*, double);

}  // namespace pellucid::reproduce
