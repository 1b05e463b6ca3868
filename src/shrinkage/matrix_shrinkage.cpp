// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/shrinkage/matrix_shrinkage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "noise/varying_part.hpp"
#include "pellucid/base/error.hpp"
#include "shrinkage/decomposition.hpp"

namespace pellucid {

namespace {

// The sides of the noise's matrix: the mean takes one sample with it.
struct Sides {
  Index rows, columns;
  [[nodiscard]] Index shorter() const { return std::min(rows, columns); }
};

template <class T>
Sides sides_of(ConstBatch<T> noisy, const MatrixShrinkageOptions& options) {
  Sides sides{noisy.rows(), noisy.cols()};
  if (options.centre) --(options.samples == SampleSide::columns ? sides.columns : sides.rows);
  return sides;
}

// The same of the part that carries noise.
template <class T>
Sides noisy_sides(ConstBatch<T> noisy, const MatrixShrinkageOptions& options) {
  const bool by_columns = options.samples == SampleSide::columns;
  const VaryingPart part = by_columns ? varying_part<T>(noisy, options.centre)
                                      : varying_part<T>(noisy.transpose().eval(), options.centre);
  if (part.rows.empty()) return sides_of<T>(noisy, options);
  const auto variables = static_cast<Index>(part.rows.size());
  const Index samples = static_cast<Index>(part.columns.size()) - (options.centre ? 1 : 0);
  const Sides sides = by_columns ? Sides{variables, samples} : Sides{samples, variables};
  if (!options.noise_std && sides.shorter() < 2) {
    throw Error(
        "only one variable or sample varies: the noise of a single vector cannot be told from its "
        "signal: give its standard deviation");
  }
  return sides;
}

template <class T>
void check(ConstBatch<T> noisy, const MatrixShrinkageOptions& options) {
  if (noisy.size() == 0) {
    throw Error(fmt::format("a {} x {} matrix has no entries: give one at least", noisy.rows(),
                            noisy.cols()));
  }
  if (!noisy.allFinite()) {
    throw Error("the matrix holds entries that are not finite: remove or replace them");
  }
  const Index shorter = sides_of<T>(noisy, options).shorter();
  if (shorter < 1) {
    throw Error("one sample less its mean is nothing: do not center, or give more samples");
  }
  if (!options.noise_std && shorter < 2) {
    throw Error(
        "the noise of a single vector cannot be told from its signal: give its standard deviation");
  }
}

// A power of two: dividing by it changes no digits and keeps squares in range.
template <class T>
double scale_of(ConstBatch<T> noisy) {
  double largest = 0.0;
  for (Index j = 0; j < noisy.cols(); ++j) {
    largest = std::max(largest, static_cast<double>(noisy.col(j).cwiseAbs().maxCoeff()));
  }
  return largest > 0.0 ? std::exp2(std::ilogb(largest)) : 1.0;
}

// Takes every variable's mean over the samples off, and returns it.
template <class T>
Vector<T> take_mean(SampleSide samples, Matrix<T>& data) {
  if (samples == SampleSide::columns) {
    Vector<T> mean = data.rowwise().mean();
    data.colwise() -= mean;
    return mean;
  }
  Vector<T> mean = data.colwise().mean().transpose();
  data.rowwise() -= mean.transpose();
  return mean;
}

template <class T>
void add_mean(SampleSide samples, const Vector<T>& mean, Matrix<T>& data) {
  if (samples == SampleSide::columns) {
    data.colwise() += mean;
  } else {
    data.rowwise() += mean.transpose();
  }
}

// Constant variables less their mean are rounding, not noise. Entries were below 2 before.
void forget_rounding(Index entries, Eigen::VectorXd& values) {
  const double rounding =
      2 * std::numeric_limits<double>::epsilon() * std::sqrt(static_cast<double>(entries));
  values = (values.array() > rounding).select(values, 0.0);
}

// Keeps the values that the rule leaves, in the order of the values.
template <class T>
void shrink_values(const SingularValueShrinkage& rule, MatrixEstimate<T>& estimate) {
  const Eigen::VectorXd& values = estimate.singular_values;
  estimate.shrunk.resize(values.size());
  std::transform(values.begin(), values.end(), estimate.shrunk.begin(), rule);
  estimate.rank = (estimate.shrunk.array() > 0.0).count();
}

// In units of the data from units of the scale.
template <class T>
void rescale(MatrixEstimate<T>& estimate, double scale) {
  estimate.noise_std *= scale;
  estimate.variance_removed *= scale * scale;
  estimate.predicted_error *= scale * scale;
  estimate.singular_values *= scale;
  estimate.shrunk *= scale;
  if (estimate.estimated_noise) {
    estimate.estimated_noise->noise_std *= scale;
    for (double& end : estimate.estimated_noise->interval) end *= scale;
  }
}

template <class T>
void measure(const SingularValueShrinkage& rule, double entries, MatrixEstimate<T>& estimate) {
  const double total = estimate.singular_values.squaredNorm();
  const double removed = (estimate.singular_values - estimate.shrunk).squaredNorm();
  estimate.variance_removed = removed / entries;
  estimate.fraction_removed = total > 0.0 ? removed / total : 0.0;
  std::vector<double> clean;
  for (const double value : estimate.singular_values) {
    clean.push_back(rule.clean_singular_value(value));
  }
  estimate.predicted_error = rule.predicted_loss(MatrixLoss::squared_frobenius, clean) / entries;
}

}  // namespace

template <class T>
MatrixEstimate<T> shrink_matrix(ConstBatch<T> noisy, const MatrixShrinkageOptions& options) {
  using W = Wide<T>;
  check<T>(noisy, options);
  const Sides sides = noisy_sides<T>(noisy, options);
  const auto rule_of = [&](double noise_std) {
    return SingularValueShrinkage(options.rule, static_cast<double>(sides.rows),
                                  static_cast<double>(sides.columns), noise_std);
  };
  if (options.noise_std) (void)rule_of(*options.noise_std);  // refuses nonsense in its own units
  const double scale = scale_of<T>(noisy);
  Matrix<W> data = noisy.template cast<W>() / W(scale);
  Vector<W> mean;
  if (options.centre) {
    mean = take_mean(options.samples, data);
    mean += take_mean(options.samples, data);  // what rounding left
  }
  const bool tall = noisy.rows() > noisy.cols();
  if (tall) data.adjointInPlace();

  // Values below the noise's do not matter; the median stands for it until it is estimated.
  const auto floor_of = [&](const Eigen::VectorXd& values) {
    return options.noise_std ? rule_of(*options.noise_std / scale).edge()
                             : values[sides.shorter() / 2];
  };
  const auto parts = shrinkage::decompose<W>(data, floor_of, options.threads);
  MatrixEstimate<T> estimate;
  estimate.singular_values = parts.values.head(sides_of<T>(noisy, options).shorter());
  if (options.centre) forget_rounding(noisy.size(), estimate.singular_values);
  if (options.noise_std) {
    estimate.noise_std = *options.noise_std / scale;
  } else {
    estimate.estimated_noise = matrix_noise(
        {estimate.singular_values.head(sides.shorter()), sides.rows, sides.columns, is_complex<T>});
    estimate.noise_std = estimate.estimated_noise->noise_std;
  }
  const SingularValueShrinkage rule = rule_of(estimate.noise_std);
  shrink_values(rule, estimate);
  measure(rule, static_cast<double>(noisy.size()), estimate);
  if (estimate.noise_std > 0.0) {
    data = shrinkage::recompose<W>(parts, data, estimate.shrunk, estimate.rank, options.threads);
    if (tall) data.adjointInPlace();
    if (options.centre) add_mean(options.samples, mean, data);
    estimate.matrix = (data * W(scale)).template cast<T>();
  } else {
    estimate.matrix = noisy;
  }
  rescale(estimate, scale);
  return estimate;
}

template MatrixEstimate<float> shrink_matrix<float>(ConstBatch<float>,
                                                    const MatrixShrinkageOptions&);
template MatrixEstimate<double> shrink_matrix<double>(ConstBatch<double>,
                                                      const MatrixShrinkageOptions&);
template MatrixEstimate<std::complex<float>> shrink_matrix<std::complex<float>>(
    ConstBatch<std::complex<float>>, const MatrixShrinkageOptions&);
template MatrixEstimate<std::complex<double>> shrink_matrix<std::complex<double>>(
    ConstBatch<std::complex<double>>, const MatrixShrinkageOptions&);

}  // namespace pellucid
