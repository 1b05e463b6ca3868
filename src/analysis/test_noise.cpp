// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/test_noise.hpp"

#include "pellucid/base/random.hpp"

namespace pellucid {

template <class T>
Eigen::VectorXd centred_powers(ConstBatch<T> samples) {
  Vector<Wide<T>> mean = Vector<Wide<T>>::Zero(samples.rows());
  for (Index j = 0; j < samples.cols(); ++j) mean += samples.col(j).template cast<Wide<T>>();
  mean /= static_cast<double>(samples.cols());
  Eigen::VectorXd powers(samples.cols());
  for (Index j = 0; j < samples.cols(); ++j) {
    powers(j) = (samples.col(j).template cast<Wide<T>>() - mean).squaredNorm();
  }
  return powers;
}

template <class T>
double average_power(ConstBatch<T> samples) {
  return centred_powers<T>(samples).sum() / static_cast<double>(samples.size());
}

template <class T>
Matrix<T> unit_noise(Index dim, Index count, std::uint64_t seed) {
  Matrix<T> noise(dim, count);
  RandomStream(seed, Purpose::observation_noise).normal<T>(0, 0, noise);
  return noise;
}

#define PELLUCID_INSTANTIATE(T)                              \
  template Eigen::VectorXd centred_powers<T>(ConstBatch<T>); \
  template double average_power<T>(ConstBatch<T>);           \
  template Matrix<T> unit_noise<T>(Index, Index, std::uint64_t);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
