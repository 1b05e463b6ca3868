// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace pellucid {

/// The limiting law of the eigenvalues of a sample covariance `X X^H / n` of pure noise: `X` is
/// `d x n` with independent entries, real or complex, of mean 0 and variance `s2`, and
/// `gamma = d / n` stays fixed as both grow (Marchenko and Pastur, *Distribution of eigenvalues for
/// some sets of random matrices*, Math. USSR Sbornik 1, 1967; Bai and Silverstein, *Spectral
/// Analysis of Large Dimensional Random Matrices*, 2010, section 3.1). Its density is
///
///     f(x) = sqrt((b - x)(x - a)) / (2 pi gamma s2 x)  for a <= x <= b,
///     a, b = s2 (1 -+ sqrt(gamma))^2,
///
/// and for `gamma > 1`, where `d - n` eigenvalues are 0, an atom of `1 - 1/gamma` at 0 beside it.
/// The singular values of `X` are `sqrt(n x)`. For data that were centred `n` is one less than the
/// number of samples. The nonzero eigenvalues alone, where `gamma > 1`, follow the law of
/// `(1 / gamma, gamma s2)`.
class MarchenkoPastur {
 public:
  /// Throws `Error` unless both are finite and above 0.
  MarchenkoPastur(double gamma, double noise_variance);

  /// Ends of the continuous part, `a` and `b`.
  [[nodiscard]] double lower_edge() const { return lower_; }
  [[nodiscard]] double upper_edge() const { return upper_; }
  /// Probability of an eigenvalue that is exactly 0: `max(0, 1 - 1/gamma)`.
  [[nodiscard]] double atom() const;

  /// Density of the continuous part at `x`, 0 outside the support; it integrates to `1 - atom()`.
  /// Infinite at `x = 0` where `gamma = 1`.
  [[nodiscard]] double density(double x) const;
  /// Probability of an eigenvalue of at most `x`, the atom included; absolute error about 1e-15.
  [[nodiscard]] double distribution(double x) const;
  /// The smallest `x` with `distribution(x) >= p`; 0 where the atom alone holds `p`. Throws
  /// `Error` for `p` outside [0, 1].
  [[nodiscard]] double quantile(double p) const;
  /// `quantile(0.5)`: 0 from `gamma = 2` on, see above for the nonzero eigenvalues' median.
  [[nodiscard]] double median() const { return quantile(0.5); }

 private:
  double gamma_, noise_variance_, lower_, upper_;
};

}  // namespace pellucid
