// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <complex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pellucid/network/network_prior.hpp"
#include "pellucid/prior/diagonal_mixture.hpp"
#include "pellucid/prior/factor_mixture.hpp"
#include "pellucid/prior/gaussian.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"
#include "pellucid/prior/low_rank.hpp"
#include "pellucid/reverse/calibration.hpp"
#include "pellucid/schedule/schedule.hpp"
#include "pellucid/signal/framing.hpp"
#include "pellucid/signal/transform.hpp"

namespace pellucid {

/// What a model may know of its signal; mixtures of structured covariances have types of their own.
template <class T>
using PriorOf = std::variant<Gaussian<T>, GaussianMixture<T>, LowRank<T>, DiagonalMixture<T>,
                             FactorMixture<T>, NetworkPrior<T>>;
using RealPrior = PriorOf<double>;
using ComplexPrior = PriorOf<std::complex<double>>;

/// A prior with the units it was fitted in: the user's sample under `transform` is
/// `offset + scale * x_model`, where the model's signal has zero mean and unit average variance.
/// Users pass and get back their own units.
struct Model {
  std::vector<Index> shape;  ///< of one sample, (28, 28)
  Eigen::VectorXcd offset;   ///< N entries, imaginary part zero for real data
  double scale = 1.0;        ///< square root of the average variance per entry
  double power = 1.0;        ///< P in the user's units: what an SNR refers to; `scale^2` where
                             ///< fitted to whole samples, the signals' own average variance where
                             ///< fitted to vectors cut from them, the prior's where hand-written
  Transform transform = Transform::none;  ///< from the user's samples to what the prior describes
  Framing framing;                        ///< from signals of any size to samples
  Schedule schedule;                      ///< steps of `--steps all` and of generation
  Calibration calibration;                ///< empty when not calibrated
  std::string settings = "{}";            ///< JSON: how it was fitted
  std::variant<RealPrior, ComplexPrior> prior;

  [[nodiscard]] bool is_complex() const { return prior.index() == 1; }
  [[nodiscard]] Index dim() const;
  [[nodiscard]] std::string_view kind() const;  ///< "gaussian", "mixture", "pca", "network"
  /// Of a network that knows the schedule's steps alone.
  [[nodiscard]] bool is_bound_to_schedule() const;
  /// The covariance type of a mixture; `full` of other priors. Toeplitz types, whose covariances
  /// are stored like full ones, are those that `settings` say.
  [[nodiscard]] CovarianceType covariance() const;
  /// Throws `Error` naming the field that is wrong.
  void validate() const;
};

}  // namespace pellucid
