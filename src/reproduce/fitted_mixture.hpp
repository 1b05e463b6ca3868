// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <complex>
#include <vector>

#include "pellucid/base/monitor.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"
#include "pellucid/reproduce/experiment.hpp"

namespace pellucid::reproduce {

/// A mixture fitted to real training data, and real data that it was not fitted to; model units
/// (zero mean and unit average variance of the mixture).
template <class T>
struct FittedMixture {
  GaussianMixture<T> prior;
  Matrix<T> test;              ///< N x n
  std::vector<Index> sources;  ///< of every test sample, rising: those of one are not independent
  Vector<T> offset;
  double scale = 1.0;  ///< data are `offset + scale * x`
  std::vector<Index> shape;
  std::string name;  ///< of the kept model: all that the mixture depends on
};
using FittedImages = FittedMixture<double>;
using FittedSpeech = FittedMixture<std::complex<double>>;

/// How a mixture is fitted.
struct FitSizes {
  Index components = 8, training = 4000;
  int passes = 5;
};
[[nodiscard]] std::string text_of(const FitSizes& sizes);

/// Fashion-MNIST of `options.images`, pictures of `side` pixels, 28 or 14 (means of 2 x 2); `test`
/// of the test pictures. The model is kept in `options.models`. Throws `Error` naming Debian's
/// package where there are none.
[[nodiscard]] FittedMixture<double> fitted_images(const ReproduceOptions& options, Index side,
                                                  const FitSizes& sizes, Index test,
                                                  Monitor* monitor);

/// Short-time spectra of `options.sounds`, `window` samples under a square-root Hann window every
/// `window / 2`: complex vectors of `window / 2 - 1` bins. Every fifth sound is of the test, and of
/// its frames `test`, evenly spaced; their source is the sound.
[[nodiscard]] FittedMixture<std::complex<double>> fitted_speech(const ReproduceOptions& options,
                                                                Index window, const FitSizes& sizes,
                                                                Index test, Monitor* monitor);

}  // namespace pellucid::reproduce
