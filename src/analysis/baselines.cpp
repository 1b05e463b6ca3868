// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/baselines.hpp"

#include <algorithm>

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/model/access.hpp"

namespace pellucid {

namespace {

const Model& reference_model(const std::vector<NamedModel>& models) {
  const auto full = std::find_if(models.begin(), models.end(),
                                 [](const NamedModel& m) { return m.model.kind() != "pca"; });
  return full == models.end() ? models.front().model : full->model;
}

}  // namespace

template <class T>
LinearBaselines<T>::LinearBaselines(const std::vector<NamedModel>& models) {
  const linalg::SingleThreadedBlas single_threaded;
  const Model& model = reference_model(models);
  const Gaussian<Wide<T>> prior = moments<Wide<T>>(model);
  Matrix<Wide<T>> basis = prior.covariance;
  linalg::eigh<Wide<T>>(basis, eigenvalues_);
  eigenvalues_ = eigenvalues_.cwiseMax(0.0) * model.scale * model.scale;
  basis_ = basis.template cast<T>();
  mean_ = (offset_as<Wide<T>>(model) + prior.mean * model.scale).template cast<T>();
}

template <class T>
Matrix<T> LinearBaselines<T>::wiener(ConstBatch<T> noisy, double s2, int threads) const {
  return filter(noisy, (eigenvalues_.array() / (eigenvalues_.array() + s2)).matrix(), threads);
}

template <class T>
Matrix<T> LinearBaselines<T>::pca(ConstBatch<T> noisy, double s2, int threads) const {
  return filter(noisy, (eigenvalues_.array() > s2).template cast<double>().matrix(), threads);
}

template <class T>
Matrix<T> LinearBaselines<T>::filter(ConstBatch<T> noisy, const Eigen::VectorXd& gains,
                                     int threads) const {
  constexpr Index block = 256;
  const linalg::SingleThreadedBlas single_threaded;
  Matrix<T> estimates(noisy.rows(), noisy.cols());
  parallel_for((noisy.cols() + block - 1) / block, threads, [&](Index number, int) {
    const Index first = number * block, count = std::min(block, noisy.cols() - first);
    const Matrix<T> centred = noisy.middleCols(first, count).colwise() - mean_;
    Matrix<T> rotated(basis_.cols(), count);
    linalg::multiply<T>(linalg::Op::adjoint, T(1), basis_, centred, T(0), rotated);
    rotated.array().colwise() *= gains.template cast<T>().array();
    auto out = estimates.middleCols(first, count);
    out.colwise() = mean_;
    linalg::multiply<T>(linalg::Op::none, T(1), basis_, rotated, T(1), out);
  });
  return estimates;
}

template class LinearBaselines<float>;
template class LinearBaselines<double>;
template class LinearBaselines<std::complex<float>>;
template class LinearBaselines<std::complex<double>>;

}  // namespace pellucid
