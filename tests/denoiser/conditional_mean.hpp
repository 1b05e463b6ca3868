// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>

#include "pellucid/base/random.hpp"
#include "pellucid/denoiser/mixture_denoiser.hpp"

namespace pellucid::test {

template <class T>
Matrix<T> random_normal(Index rows, Index cols, std::uint64_t seed) {
  Matrix<T> x(rows, cols);
  RandomStream(seed, Purpose::probe).normal<T>(0, 0, x);
  return x;
}

// The conditional mean of y = x0 + n, v the noise variance, in batches.
template <class T>
Matrix<T> conditional_mean(const MixtureDenoiser<T>& denoiser, const Matrix<T>& y, double v) {
  const NoiseLevel level = NoiseLevel::from_variance(v);
  const Matrix<T> x_t = y * static_cast<RealOf<T>>(std::sqrt(level.alpha_bar));
  Matrix<T> x0(y.rows(), y.cols());
  const auto work = denoiser.workspace();
  for (Index first = 0; first < y.cols(); first += denoiser.batch()) {
    const Index count = std::min(denoiser.batch(), y.cols() - first);
    denoiser.denoise(x_t.middleCols(first, count), {&level, 1}, x0.middleCols(first, count), *work);
  }
  return x0;
}

}  // namespace pellucid::test
