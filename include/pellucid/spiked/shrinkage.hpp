// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <vector>

namespace pellucid {

/// What happens to each singular value of a noisy low-rank matrix, see `SingularValueShrinkage`.
enum class ShrinkageRule {
  frobenius,      ///< least squared error (Gavish and Donoho 2017)
  operator_norm,  ///< operator norm, the clean singular value itself (Gavish and Donoho 2017)
  /// Least operator norm of rectangular matrices too (Leeb, *Optimal singular value shrinkage for
  /// operator norm loss: extending to non-square matrices*, Stat. Probab. Lett. 186, 2022): the
  /// one above is optimal for square matrices only.
  leeb,
  nuclear,          ///< nuclear norm (Gavish and Donoho 2017)
  hard,             ///< kept or set to zero, the threshold of least squared error (2014)
  marchenko_pastur  ///< kept or set to zero at the upper edge of the noise's singular values
};

[[nodiscard]] std::string_view name(ShrinkageRule rule);  ///< "frobenius", "operator", ..., "mp"
/// Throws `Error` for unknown names, listing the known.
[[nodiscard]] ShrinkageRule parse_shrinkage_rule(std::string_view text);

/// How far an estimated matrix is from the clean one: sum of the error's squared singular values,
/// the largest one, or their sum.
enum class MatrixLoss { squared_frobenius, operator_norm, nuclear };

/// The limit of one component of `Y = X + N`, all in units of the data.
struct ComponentLimit {
  double noisy;         ///< singular value of `Y`
  double cosine_long;   ///< cosine of the singular vectors on the longer side, of `n` entries
  double cosine_short;  ///< on the shorter side
};

/// Denoises a matrix `Y = X + N` of low rank and entries of noise, real or complex, of standard
/// deviation `sigma`, by shrinking its singular values. With `n` the longer side, `m` the shorter,
/// `beta = m / n`, and singular values in units of `sigma sqrt(n)`, a clean value `x > beta^(1/4)`
/// appears at
///
///     y(x) = sqrt((x + 1/x)(x + beta/x)),
///     c^2 = (x^4 - beta) / (x^4 + beta x^2) (short side), (x^4 - beta) / (x^4 + x^2) (long side),
///
/// smaller ones drown at the edge `1 + sqrt(beta)`. Backwards `x^2 = (y^2 - beta - 1 + q) / 2`,
/// `q = sqrt((y^2 - beta - 1)^2 - 4 beta)`. The rules are, for `y` above the edge and 0 below it,
///
///     frobenius      q / y                                        = x c c'
///     operator_norm  x
///     leeb           x min(c, c') / max(c, c')
///     nuclear        max(0, (x^4 - beta - sqrt(beta) x y) / (x^2 y)) = x (c c' - s s')
///     hard           y above lambda(beta), lambda^2 = 2 (beta + 1) + 8 beta / (beta + 1 +
///                    sqrt(beta^2 + 14 beta + 1)): 4 / sqrt(3) for a square matrix
///
/// Gavish and Donoho, *Optimal shrinkage of singular values*, IEEE Trans. Inf. Theory 63, 2017, and
/// *The optimal hard threshold for singular values is 4/sqrt(3)*, IEEE Trans. Inf. Theory 60, 2014.
class SingularValueShrinkage {
 public:
  /// `rows` and `columns` in either order; for data that were centred along one axis, that axis is
  /// one shorter. Throws `Error` for sides that are not above 0, and for a standard deviation that
  /// is negative or not finite. Without noise (0) nothing is shrunk.
  SingularValueShrinkage(ShrinkageRule rule, double rows, double columns, double noise_std);

  /// The shrunk singular value of `Y`'s singular value.
  [[nodiscard]] double operator()(double singular_value) const;
  /// What is set to zero: singular values of `Y` up to here.
  [[nodiscard]] double threshold() const;
  /// The largest singular value that noise alone reaches, `sigma (sqrt(n) + sqrt(m))`.
  [[nodiscard]] double edge() const;

  /// The limit of a clean singular value, and the clean one behind an observed one (0 at and below
  /// the edge).
  [[nodiscard]] ComponentLimit limit(double clean) const;
  [[nodiscard]] double clean_singular_value(double noisy) const;

  /// The loss that this rule tends to for a clean matrix of these singular values; the squared
  /// Frobenius norm in squared units of the data.
  [[nodiscard]] double predicted_loss(MatrixLoss loss, const std::vector<double>& clean) const;

 private:
  ShrinkageRule rule_;
  double beta_, unit_;
};

/// Optimal hard threshold in units of `sigma sqrt(n)`, `lambda(beta)` above, for `0 < beta <= 1`.
/// Throws `Error` for others.
[[nodiscard]] double optimal_hard_threshold(double beta);
/// The optimal hard threshold where the noise is not known, in units of the median of all `m`
/// singular values: `lambda(beta) / sqrt(mu)` with the median `mu` of the Marchenko-Pastur law
/// (Gavish and Donoho 2014, section III.E): 2.858 for a square matrix.
[[nodiscard]] double optimal_hard_threshold_of_median(double beta);

}  // namespace pellucid
