// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/posterior/mixture_posterior.hpp"
#include "posterior/component_basis.hpp"

namespace pellucid {

/// What a posterior holds: the decompositions of all components side by side, in arithmetic `T`;
/// notation of mixture_posterior.hpp. Component k has the r columns from `r k` of `bases` and the n
/// columns from `n k` of `directions`.
template <class T>
struct MixturePosterior<T>::Parts {
  /// Of a low-rank prior `x = m + U u`, where given, `prior` is that of `u`.
  Parts(const GaussianMixture<Wide<T>>& prior, const Observation& observation, int threads,
        const LowRank<Wide<T>>* low_rank = nullptr);

  [[nodiscard]] Index components() const { return log_weights.size(); }
  [[nodiscard]] Index rank() const { return space.rank(); }
  /// n: directions of a component.
  [[nodiscard]] Index latent() const { return unit_energy.size() / components(); }
  /// True where vanishing noise leaves one signal: that of least squares.
  [[nodiscard]] bool has_inverse() const { return !is_low_rank && rank() == means.rows(); }
  [[nodiscard]] auto basis(Index k) const { return bases.middleCols(k * rank(), rank()); }
  /// D_k up to the columns' lengths `spread`.
  [[nodiscard]] auto directions_of(Index k) const {
    return (shares_bases ? bases : directions).middleCols(k * latent(), latent());
  }

  ObservationSpace<Wide<T>> space;
  bool is_low_rank = false;
  bool shares_bases = false;  ///< identity: D_k = V_k diag(sqrt(l_k))
  bool regular = true;        ///< every component of some weight has a density without noise
  Index batch = 1;
  Eigen::VectorXd log_weights;  ///< log w_k, K
  Matrix<T> means;              ///< m_k, N x K
  Matrix<T> reduction;          ///< Q^H L^-1, r x M; empty where y is taken as it is
  Matrix<T> bases;              ///< V_k, r x K r
  Vector<T> rotated_means;      ///< V_k^H (y of m_k, reduced), K r
  Eigen::ArrayXd eigenvalues;   ///< l_k, K r
  Matrix<T> directions;         ///< D_k, N x K n; empty where `shares_bases`
  Eigen::ArrayXd spread;        ///< sqrt(l) where `shares_bases`, else 1; K n
  Eigen::ArrayXd unit_energy;   ///< squared lengths of the columns of `directions_of`, K n
  Matrix<T> inverse;            ///< B^-1, where `has_inverse` and B is not the identity
  Vector<Wide<T>> common_mean;  ///< A m of a low-rank prior, M; empty for others

 private:
  void add(Index k, const GaussianMixture<Wide<T>>& prior, const LowRank<Wide<T>>* low_rank);
};

}  // namespace pellucid
