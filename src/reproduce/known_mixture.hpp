// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>

#include "pellucid/base/monitor.hpp"
#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"
#include "pellucid/reproduce/findings.hpp"
#include "pellucid/reverse/process.hpp"
#include "pellucid/schedule/grid.hpp"

namespace pellucid::reproduce {

/// The first paper's random mixture, with its programs' random covariances: weights uniform on [0,
/// 1] over their sum, means N(0, 1) / sqrt(N), covariances as scikit-learn's `make_spd_matrix`
/// draws them, and all of it shifted and scaled to zero mean and unit average variance. That
/// function adds 1 to *every* entry of its diagonal matrix of eigenvalues, so that each component
/// has one direction with nearly all of its variance: far from Gaussian.
[[nodiscard]] GaussianMixture<double> random_mixture(Index dim, Index components,
                                                     std::uint64_t seed);

/// `sum_j a_j / sum_j b_j` over samples, with the standard error of that ratio.
[[nodiscard]] Measured ratio_of(const Eigen::VectorXd& a, const Eigen::VectorXd& b);

/// Observations of one SNR and the best that can be made of them; model units.
template <class T>
struct Observed {
  NoiseLevel level;  ///< of the observations
  double snr_db = 0.0;
  Matrix<T> x_t;             ///< y / sqrt(1 + v), N x n
  Matrix<T> cme;             ///< E[x0 | y]
  Eigen::VectorXd variance;  ///< tr Cov[x0 | y] of every sample
};

/// A known prior of zero mean and unit average variance, and draws from it: the truth that
/// estimates are compared with. `T` is double or std::complex<double>.
template <class T>
class KnownMixture {
 public:
  KnownMixture(const GaussianMixture<T>& prior, Index samples, std::uint64_t seed, int threads);

  [[nodiscard]] const Matrix<T>& clean() const { return clean_; }
  [[nodiscard]] const MixtureDenoiser<T>& denoiser() const { return denoiser_; }
  [[nodiscard]] int threads() const { return threads_; }

  /// The same noise draws, scaled, at every SNR; of the first `samples` draws, or all.
  [[nodiscard]] Observed<T> at(double snr_db, Monitor* monitor = nullptr) const {
    return at(snr_db, clean_.cols(), monitor);
  }
  [[nodiscard]] Observed<T> at(double snr_db, Index samples, Monitor* monitor) const;

  /// Mean forwarding of `observed.x_t` down a grid whose first level may be wrong on purpose, by
  /// this prior's denoiser.
  [[nodiscard]] Matrix<T> forward(const Observed<T>& observed, const Grid& grid,
                                  Monitor* monitor = nullptr) const;

  /// Over the MMSE: `mean |xhat - cme|^2 / mean tr Cov[x | y]`.
  [[nodiscard]] Measured excess(const Observed<T>& observed, ConstBatch<T> estimates) const;
  /// `sum |x - xhat|^2 / sum |x|^2`, over as many of the first draws as there are estimates.
  [[nodiscard]] Measured nmse(ConstBatch<T> estimates) const;
  /// The same of the CME in expectation: `mean tr Cov[x | y] / mean |x|^2`.
  [[nodiscard]] Measured mmse(const Observed<T>& observed) const;

 private:
  Matrix<T> clean_, noise_;
  MixtureDenoiser<T> denoiser_;
  int threads_;
};

/// Mean forwarding (`resampling` 0) or sampling of `x_t` down one grid by any denoiser, N x n; the
/// observer, where given, sees samples numbered by column.
template <class T>
[[nodiscard]] Matrix<T> walk(const Denoiser<T>& denoiser, ConstBatch<T> x_t, const Grid& grid,
                             double resampling, std::uint64_t seed, int threads,
                             Monitor* monitor = nullptr, const Observer<T>& observer = {});

}  // namespace pellucid::reproduce
