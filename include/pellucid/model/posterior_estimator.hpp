// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/model/model.hpp"
#include "pellucid/model/noise.hpp"
#include "pellucid/posterior/mixture_posterior.hpp"

namespace pellucid {

/// The exact posterior of a model's signals given linear observations `y = A x + n` in the user's
/// units: `x` is a sample as the user has it, flattened in C order, whatever the model's offset,
/// scale and transform. With the identity for `A` it says how sure plain denoising is. `T` is the
/// arithmetic - float, double, or their complex types for a complex model. Const calls are safe
/// from several threads.
///
///     const PosteriorEstimator<float> estimator(model, {.matrix = pilots, .noise_covariance =
///     {}}); const auto [mean, variance] = estimator.moments(y, Noise::std(0.1));
template <class T>
class PosteriorEstimator {
 public:
  /// Throws `Error` for a model that is not valid, is complex where `T` is real or the reverse, or
  /// is of vectors cut from signals (`Model::framing`); and for an observation that does not fit.
  explicit PosteriorEstimator(Model model, const LinearObservation<Wide<T>>& observation = {},
                              int threads = 0);

  /// `E[x | y]`, N x n, for the columns of `y` (M x n). `noise` is per entry of `y`; with a noise
  /// covariance it is a factor, `Noise::std(1)`.
  [[nodiscard]] Matrix<T> mean(ConstBatch<T> y, const Noise& noise, int threads = 0,
                               Monitor* monitor = nullptr) const;
  /// The mean and the variance per entry.
  [[nodiscard]] PosteriorMoments<T> moments(ConstBatch<T> y, const Noise& noise, int threads = 0,
                                            Monitor* monitor = nullptr) const;
  /// `count` independent posterior draws of each column side by side; `first` numbers the first.
  [[nodiscard]] Matrix<T> draw(ConstBatch<T> y, const Noise& noise, Index count, std::uint64_t seed,
                               std::uint64_t first = 0, int threads = 0,
                               Monitor* monitor = nullptr) const;

  /// The model, normalised.
  [[nodiscard]] const Model& model() const { return model_; }
  /// The posterior in model units (zero mean, unit average variance), the transform undone.
  [[nodiscard]] const MixturePosterior<T>& posterior() const { return posterior_; }

 private:
  [[nodiscard]] Matrix<T> to_model_units(ConstBatch<T> y) const;
  [[nodiscard]] Matrix<T> to_user_units(Matrix<T> x) const;

  Model model_;
  RealOf<T> scale_;
  Vector<T> mean_, observed_mean_;  // of x and of A x
  MixturePosterior<T> posterior_;
};

}  // namespace pellucid
