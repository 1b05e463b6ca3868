// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <complex>
#include <memory>
#include <vector>

#include "pellucid/base/signal_source.hpp"
#include "pellucid/model/estimator.hpp"

namespace pellucid {

/// A model made ready to denoise signals of any size: cuts them into the vectors the model knows
/// (`Model::framing`), estimates those, and puts the estimates together; a model of whole samples
/// takes the signals as they are. `T` is the signals' arithmetic. Const calls are safe from several
/// threads.
template <class T>
class SignalEstimator {
 public:
  /// Vectors cut from a signal are in hand `block_entries` at a time, beside the signal itself.
  /// Throws `Error` for a model that is not valid or not for such signals.
  explicit SignalEstimator(Model model, int threads = 0,
                           Index block_entries = default_block_entries);

  /// Estimates of signals of one shape, one a column like `noisy`. `noise` refers to the signals,
  /// not to the vectors; `options.first_sample` numbers the first signal. `evaluations`, where
  /// given, receives the mean number of denoiser evaluations per vector.
  [[nodiscard]] Matrix<T> denoise(ConstBatch<T> noisy, const std::vector<Index>& shape,
                                  const Noise& noise, const EstimateOptions& options = {},
                                  Monitor* monitor = nullptr, double* evaluations = nullptr) const;

  [[nodiscard]] const Model& model() const;
  /// The estimator of the vectors; none for short-time spectra of real signals, whose vectors are
  /// complex.
  [[nodiscard]] const Estimator<T>* vectors() const { return same_.get(); }

 private:
  Index block_entries_;
  std::unique_ptr<const Estimator<T>> same_;  // one of the two
  std::unique_ptr<const Estimator<std::complex<RealOf<T>>>> spectral_;
};

}  // namespace pellucid
