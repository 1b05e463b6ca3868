// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/denoiser/denoiser.hpp"
#include "pellucid/denoiser/linear_filter.hpp"

namespace pellucid {

/// How linear denoisers are fitted.
struct LinearFitOptions {
  Index rank = 1;  ///< k, components of each, 0 to d
  LinearWeights weights = LinearWeights::optimal;
  bool centre = true;      ///< about the sample mean (n - 1); false where it is known to be zero
  std::uint64_t seed = 1;  ///< of the training noise, fresh at every level
  int threads = 0;
};

/// A linear denoiser per noise level behind the common interface. A level takes the filter fitted
/// nearest to it in decibel: give it the levels it was fitted at. `T` is the arithmetic.
template <class T>
class LinearDenoiser final : public Denoiser<T> {
 public:
  /// `filters[i]` is of `noise variance = levels[i].variance()`, in model units. Throws `Error`
  /// where there are none, or their numbers or sizes differ.
  LinearDenoiser(const std::vector<NoiseLevel>& levels,
                 const std::vector<LinearFilter<Wide<T>>>& filters);

  [[nodiscard]] Index dim() const override { return filters_.front().mean.size(); }
  [[nodiscard]] Index batch() const override { return 256; }
  [[nodiscard]] std::unique_ptr<typename Denoiser<T>::Workspace> workspace() const override;
  void denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
               typename Denoiser<T>::Workspace& work) const override;

 private:
  struct Buffers;
  struct Filter {
    Vector<T> mean;
    Matrix<T> eigenvectors;
    Vector<T> weights;
  };
  [[nodiscard]] const Filter& nearest(const NoiseLevel& level) const;

  std::vector<double> snr_db_;
  std::vector<Filter> filters_;
  Index rank_ = 0;
};

/// Fits one filter a level to clean training vectors (d x n, model units) with white noise of that
/// level added. Throws `Error` as `sample_spectrum`.
template <class T>
[[nodiscard]] LinearDenoiser<T> fit_linear_denoiser(ConstBatch<Wide<T>> clean,
                                                    const std::vector<NoiseLevel>& levels,
                                                    const LinearFitOptions& options);

}  // namespace pellucid
