// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <vector>

#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {

/// What a network makes of draws of a known mixture, beside the CME: by the papers' rule with
/// several numbers of steps and in one step at the observation's own level. `T` is double or
/// std::complex<double>.
template <class T>
class NetworkCurves {
 public:
  /// `network` takes samples in the mixture's units and sees the first `draws` of an SNR's draws.
  /// `truth` must outlive it.
  NetworkCurves(const KnownMixture<T>& truth, std::unique_ptr<const Denoiser<T>> network,
                std::vector<int> steps, Index draws);

  /// One more SNR of `nmse()`; where `excess` is given, two curves over the steps are added to it.
  void add_level(const Observed<T>& observed, FindingFigure* excess, Monitor* monitor);

  /// The figure `nmse_network`.
  [[nodiscard]] const FindingFigure& nmse() const { return nmse_; }

 private:
  const KnownMixture<T>& truth_;
  std::unique_ptr<const Denoiser<T>> network_;
  std::vector<int> steps_;
  Index draws_;
  FindingFigure nmse_;
};

}  // namespace pellucid::reproduce
