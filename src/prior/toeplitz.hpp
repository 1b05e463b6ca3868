// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"
#include "signal/fftw.hpp"

namespace pellucid {

/// Toeplitz covariances of `N = n1 n2` entries (C order; `n1 = 1`: of one axis), `C[a, b]` a
/// function of `a - b` in each axis, that are corners of a circulant one of twice the size in each
/// axis:
///
///     C = sum_m c_m e_m e_m^H,  c >= 0,  e_m[a] = exp(2 pi i (m_1 a_1 / M_1 + m_2 a_2 / M_2))
///
/// with `M = 2 n` (1 where `n` is 1), the class in which the likelihood of Toeplitz covariances is
/// maximised (Miller and Snyder, The role of likelihood and entropy in incomplete-data problems,
/// Proc. IEEE 75, 1987; Barton and Fuhrmann, Covariance structures for multidimensional data, 1993;
/// in mixtures Fesl et al., arXiv 2205.03634). Real covariances have `c` even. Const calls are safe
/// from several threads.
template <class T>
class ToeplitzFamily {
 public:
  ToeplitzFamily(Index n1, Index n2);

  [[nodiscard]] Index dim() const { return n1_ * n2_; }
  [[nodiscard]] Index bins() const { return m1_ * m2_; }

  [[nodiscard]] Matrix<T> covariance(const Eigen::VectorXd& c) const;
  /// `e_m^H A e_m` of a Hermitian `A`, by the sums along its diagonals.
  [[nodiscard]] Eigen::VectorXd powers(const Matrix<T>& a) const;
  /// A `c` above 0 with the average power of `scatter` and about its spectrum.
  [[nodiscard]] Eigen::VectorXd start(const Matrix<T>& scatter) const;

  /// Raises `-log det C - tr(C^-1 S)` over `c` in at most `passes` steps, until a step gains less
  /// than `tolerance` per entry; never lowers it but for rounding. A step is
  ///
  ///     c_m <- c_m (e_m^H C^-1 S C^-1 e_m / e_m^H C^-1 e_m)^p
  ///
  /// With `p = 1/2` it minimises a bound that touches the negative likelihood (log det by its
  /// tangent, the trace by Jensen's inequality: Sun, Babu and Palomar, Robust estimation of
  /// structured covariance matrix for heavy-tailed elliptical distributions, IEEE Trans. Signal
  /// Processing 64, 2016); larger powers are tried first and kept where the likelihood rises.
  /// Returns `C`, or nothing (0 x 0) where it is singular.
  [[nodiscard]] Matrix<T> improve(const Matrix<T>& scatter, Eigen::VectorXd& c, int passes,
                                  double tolerance) const;

 private:
  struct Likelihood;
  [[nodiscard]] Likelihood likelihood(const Matrix<T>& scatter, const Eigen::VectorXd& c) const;
  [[nodiscard]] Index bin(Index row, Index column) const;

  Index n1_, n2_, m1_, m2_;
  FftwPlan<double> forward_, backward_;
};

}  // namespace pellucid
