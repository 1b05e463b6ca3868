// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

namespace pellucid {

/// Principal components seen through noise. `n` samples of dimension `d` have population covariance
/// `sum_i l_i u_i u_i^H + s2 I` with orthonormal `u_i`: the spikes `l_i` are the *signal's*
/// variances, without the noise's. As `d` and `n` grow with `gamma = d / n` fixed, the leading
/// eigenvalues and eigenvectors of the sample covariance tend to the limits below, real and complex
/// alike, for `gamma` below, at and above 1. With `theta = l / s2`, a spike is seen if
/// `theta > sqrt(gamma)`. For data that were centred `n` is one less than the number of samples.
///
/// Baik, Ben Arous and Peche, *Phase transition of the largest eigenvalue*, Ann. Probab. 33, 2005;
/// Baik and Silverstein, *Eigenvalues of large sample covariance matrices of spiked population
/// models*, J. Multivariate Anal. 97, 2006; Paul, *Asymptotics of sample eigenstructure for a large
/// dimensional spiked covariance model*, Statistica Sinica 17, 2007; Benaych-Georges and
/// Nadakuditi, *The singular values and vectors of low rank perturbations of large rectangular
/// random matrices*, J. Multivariate Anal. 111, 2012.
class SpikedModel {
 public:
  /// `s2` and `d / n`; 0 stands for no noise and for infinitely many samples. Throws `Error` unless
  /// both are finite and not negative.
  SpikedModel(double noise_variance, double gamma);

  [[nodiscard]] double noise_variance() const { return noise_variance_; }
  [[nodiscard]] double gamma() const { return gamma_; }

  /// The variance above which a spike is seen, `s2 sqrt(gamma)` (Baik, Ben Arous and Peche 2005).
  [[nodiscard]] double threshold() const;
  /// Upper edge of the noise's sample eigenvalues, `s2 (1 + sqrt(gamma))^2`.
  [[nodiscard]] double edge() const;

  /// Limit of the sample eigenvalue that a spike of variance `l` causes:
  /// `s2 (1 + theta)(1 + gamma / theta)` above the threshold, `edge()` at and below it (Baik and
  /// Silverstein 2006).
  [[nodiscard]] double sample_eigenvalue(double l) const;
  /// Back: the spike behind a sample eigenvalue above the edge, 0 for one at or below it,
  /// `(q + sqrt(q^2 - 4 gamma s2^2)) / 2` with `q = lambda - s2 (1 + gamma)`.
  [[nodiscard]] double spike_of_eigenvalue(double lambda) const;

  /// Limit of the squared cosine between the sample eigenvector and the true one, in the
  /// `d`-dimensional space: `(1 - gamma / theta^2) / (1 + gamma / theta)`, 0 at and below the
  /// threshold (Paul 2007).
  [[nodiscard]] double squared_cosine(double l) const;
  /// The same between the sample and the true component's scores, vectors of `n` entries (right
  /// singular vectors of the data): `(1 - gamma / theta^2) / (1 + 1 / theta)`.
  [[nodiscard]] double squared_cosine_of_scores(double l) const;

  /// Expected squared cosine, to first order in `1 / n`, between the sample eigenvector of spike
  /// `l` and the true eigenvector of *another* spike `other`:
  ///
  ///     (l + s2)(other + s2) / (n (l - other)^2 (1 + gamma / theta)),
  ///
  /// 0 at and below the threshold and infinite for equal spikes. Without noise it is Anderson's
  /// `l other / (n (l - other)^2)` (*Asymptotic theory for principal component analysis*, Ann.
  /// Math. Statist. 34, 1963); with noise it follows from perturbing the signal's block of the
  /// resolvent equation, docs/linear.md, and summed over `d` directions with `other = 0` it is
  /// `1 - squared_cosine(l)`. Throws `Error` unless `samples` is above 0.
  [[nodiscard]] double mixing(double l, double other, double samples) const;
  /// `squared_cosine` of every spike less what mixing takes from it with `samples` samples:
  /// `c_i^2 / (1 + sum_j r_ij / (1 + r_ij))`, `r_ij = mixing / c_i^2`. First order in `1 / n` where
  /// spikes are apart; `K` equal spikes share their plane, so that each has `c^2 / K`.
  [[nodiscard]] std::vector<double> squared_cosines(const std::vector<double>& spikes,
                                                    double samples) const;

 private:
  double noise_variance_, gamma_;
};

}  // namespace pellucid
