// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/noise/matrix_noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pellucid/base/error.hpp"
#include "pellucid/spiked/marchenko_pastur.hpp"

namespace pellucid {

namespace {

constexpr double two_sided = 1.96;  // 95 % of a normal variable

void check(const SingularValues& singular) {
  const Eigen::VectorXd& values = singular.values;
  const Index least = std::min(singular.rows, singular.cols);
  if (least < 1 || values.size() != least) {
    throw Error(
        fmt::format("{} singular values of a {} x {} matrix: give min(rows, columns), 1 or "
                    "more",
                    values.size(), singular.rows, singular.cols));
  }
  if (!values.allFinite()) throw Error("singular values are not finite: are the matrix's entries?");
  for (Index i = 0; i < least; ++i) {
    if (values[i] < 0 || (i > 0 && values[i] > values[i - 1])) {
      throw Error("singular values are negative or not descending: sort them");
    }
  }
}

int beta_of(const SingularValues& singular) { return singular.is_complex ? 2 : 1; }

// 99 % point of the largest squared singular value of an a x b matrix of unit noise.
double largest_noise(Index a, Index b, bool is_complex) {
  const double tracy_widom = is_complex ? 0.48 : 2.02;
  const double u = std::sqrt(static_cast<double>(a) - 0.5);
  const double v = std::sqrt(static_cast<double>(b) - 0.5);
  return (u + v) * (u + v) + tracy_widom * (u + v) * std::cbrt(1 / u + 1 / v);
}

MatrixNoise result(NoiseEstimator estimator, double variance, double relative_error, Index rank) {
  MatrixNoise noise;
  noise.estimator = estimator;
  noise.noise_std = std::sqrt(std::max(variance, 0.0));
  const double spread = std::min(two_sided * relative_error, 3.0);
  noise.interval = {noise.noise_std * std::max(0.0, 1 - spread), noise.noise_std * (1 + spread)};
  noise.rank = rank;
  return noise;
}

double median_of_tail(const Eigen::VectorXd& squares, Index rank) {
  const Index count = squares.size() - rank;  // of descending numbers
  const Index middle = rank + count / 2;
  return count % 2 == 1 ? squares[middle] : (squares[middle] + squares[middle - 1]) / 2;
}

// What weak components lack: the energy that the remainder would have beside strong ones, less the
// one it has, in units of s2. `l` is de-biased from `y = (l + m)(l + n) / l`.
double shortfall(const Eigen::VectorXd& squares, Index rank, double variance, double m, double n) {
  double sum = 0;
  for (Index i = 0; i < rank; ++i) {
    const double excess = squares[i] / variance - m - n;
    const double root = std::sqrt(std::max(excess * excess - 4 * m * n, 0.0));
    sum += m * n / std::max((excess + root) / 2, std::sqrt(m * n));
  }
  return sum;
}

void remark_on_rank(MatrixNoise& noise, Index values) {
  if (values < 4) {
    noise.certainty = NoiseCertainty::doubtful;
    noise.note = fmt::format("{} singular value{}: signal and noise cannot be told apart", values,
                             values == 1 ? "" : "s");
  } else if (2 * noise.rank > values) {
    noise.certainty = NoiseCertainty::doubtful;
    noise.note = fmt::format(
        "{} of {} singular values stand out: the matrix is not of low rank, the noise is less than "
        "this",
        noise.rank, values);
    noise.interval[0] = 0;
  }
}

// An estimate, with another estimator's as a check of what both assume.
MatrixNoise checked(MatrixNoise noise, MatrixNoise (*other)(const SingularValues&),
                    const SingularValues& singular) {
  if (noise.certainty == NoiseCertainty::doubtful || noise.noise_std == 0) return noise;
  const MatrixNoise check = other(singular);
  const double allowed =
      (noise.interval[1] - noise.noise_std) + (check.interval[1] - check.noise_std);
  if (std::abs(check.noise_std - noise.noise_std) <= allowed) {
    noise.certainty = NoiseCertainty::sure;
    return noise;
  }
  noise.certainty = NoiseCertainty::doubtful;
  noise.note = fmt::format(
      "the singular values do not follow the Marchenko-Pastur law: their {} says {:.4g}",
      name(check.estimator), check.noise_std);
  noise.interval[0] = std::min(noise.interval[0], check.interval[0]);
  noise.interval[1] = std::max(noise.interval[1], check.interval[1]);
  return noise;
}

}  // namespace

MatrixNoise median_noise(const SingularValues& singular) {
  check(singular);
  const Eigen::VectorXd squares = singular.values.cwiseAbs2();
  const Index values = squares.size(), most = std::max(singular.rows, singular.cols);
  Index rank = 0;
  double variance = 0, relative_error = 0;
  constexpr int rounds = 5;  // of estimating, and leaving out what stands out then
  for (int round = 0; round < rounds; ++round) {
    const Index p = values - rank, q = most - rank;
    const double ratio = static_cast<double>(p) / static_cast<double>(q);
    const MarchenkoPastur law(ratio, 1.0);
    const double median = p > 1 ? law.median() : 1.0;
    variance = median_of_tail(squares, rank) / (static_cast<double>(q) * median);
    const double count = static_cast<double>(p);
    const double fluctuation = std::sqrt(
        (std::log(count) + 1 + std::numbers::egamma + std::numbers::ln2) / beta_of(singular));
    relative_error =
        fluctuation / (std::numbers::pi * count * law.density(law.median()) * 2 * median);
    const double edge = variance * largest_noise(p, q, singular.is_complex);
    Index outside = (squares.array() > edge).count();
    outside = std::min(outside, values - 1);
    if (outside == rank) break;
    rank = outside;
  }
  MatrixNoise noise = result(NoiseEstimator::median, variance, relative_error, rank);
  remark_on_rank(noise, values);
  return noise;
}

MatrixNoise edge_noise(const SingularValues& singular) {
  check(singular);
  const Eigen::VectorXd squares = singular.values.cwiseAbs2();
  const Index values = squares.size();
  Eigen::VectorXd rest(values);  // energy of the values from each on
  double energy = 0;
  for (Index i = values - 1; i >= 0; --i) rest[i] = energy += squares[i];
  Index rank = 0;
  double variance = 0, entries = 0;
  for (; rank < values; ++rank) {
    const Index a = singular.rows - rank, b = singular.cols - rank;
    entries = static_cast<double>(a) * static_cast<double>(b);
    variance = rest[rank] / entries;
    if (squares[rank] <= variance * largest_noise(a, b, singular.is_complex)) break;
  }
  const auto m = static_cast<double>(singular.rows), n = static_cast<double>(singular.cols);
  constexpr int rounds = 3;
  const double raw = rest[std::min(rank, values - 1)];
  for (int round = 0; round < rounds && variance > 0; ++round) {
    variance = raw / std::max(entries - shortfall(squares, rank, variance, m, n), entries / 2);
  }
  // Chance, and one component too weak to be seen (at most sqrt(m n) s2 of the energy).
  const double relative_error =
      std::hypot(1 / std::sqrt(2 * beta_of(singular) * entries), 1 / std::sqrt(12 * m * n));
  MatrixNoise noise = result(NoiseEstimator::edge, variance, relative_error, rank);
  remark_on_rank(noise, values);
  return noise;
}

MatrixNoise matrix_noise(const SingularValues& singular) {
  return checked(edge_noise(singular), median_noise, singular);
}

MatrixNoise matrix_noise(const SingularValues& singular, NoiseEstimator estimator) {
  switch (estimator) {
    case NoiseEstimator::automatic:
    case NoiseEstimator::edge:
      return matrix_noise(singular);
    case NoiseEstimator::median:
      return checked(median_noise(singular), edge_noise, singular);
    default:
      throw Error(fmt::format("{} is no estimator for matrices: choose auto, median or edge",
                              name(estimator)));
  }
}

}  // namespace pellucid
