// SPDX-License-Identifier: BSD-3-Clause
#include "prior/normal_density.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "prior/blocks.hpp"
#include "prior/covariance.hpp"

namespace pellucid {

template <class T>
double log_peak(const Matrix<T>& factor) {
  const double n = static_cast<double>(factor.rows());
  return -quadratic_weight<T> * (n * std::log(circle<T>) + log_det(factor));
}

template <class T>
void normal_log_density(const Vector<T>& mean, const Matrix<T>& covariance, double noise_variance,
                        ConstBatch<T> x, const std::string& what, Eigen::Ref<Eigen::VectorXd> out) {
  const linalg::SingleThreadedBlas blas;
  Matrix<T> factor = covariance;
  factor.diagonal().array() += T(noise_variance);
  if (!factorise(factor)) {
    throw Error(
        fmt::format("{}: singular with noise variance {:.3g}, so there is no density: give "
                    "a noise variance above 0",
                    what, noise_variance));
  }
  const double peak = log_peak(factor);
  Matrix<T> white(x.rows(), std::min(chunk_samples, x.cols()));
  for (Index first = 0; first < x.cols(); first += chunk_samples) {
    const Index count = std::min(chunk_samples, x.cols() - first);
    auto chunk = white.leftCols(count);
    chunk = x.middleCols(first, count).colwise() - mean;
    linalg::solve_lower<T>(factor, chunk);
    out.segment(first, count) =
        peak - quadratic_weight<T> * chunk.colwise().squaredNorm().transpose().array();
  }
}

template <class T>
void check_observation(Index dim, ConstBatch<T> x, double noise_variance) {
  if (x.rows() != dim) {
    throw Error(fmt::format(
        "samples have {} entries, the prior has {}: give vectors of that length", x.rows(), dim));
  }
  if (!(noise_variance >= 0.0) || !std::isfinite(noise_variance)) {
    throw Error(fmt::format("noise variance {}: must be finite and not negative", noise_variance));
  }
}

#define PELLUCID_INSTANTIATE(T)                                                                  \
  template double log_peak<T>(const Matrix<T>&);                                                 \
  template void normal_log_density<T>(const Vector<T>&, const Matrix<T>&, double, ConstBatch<T>, \
                                      const std::string&, Eigen::Ref<Eigen::VectorXd>);          \
  template void check_observation<T>(Index, ConstBatch<T>, double);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
