// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/baselines.hpp"

#include <algorithm>

#include "linalg/blas.hpp"
#include "model/framed.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/model/access.hpp"

namespace pellucid {

namespace {

bool knows_covariance(const NamedModel& named) { return named.model.kind() != "network"; }

const Model& reference_model(const std::vector<NamedModel>& models) {
  const auto full = std::find_if(models.begin(), models.end(), [](const NamedModel& named) {
    return knows_covariance(named) && named.model.kind() != "pca";
  });
  if (full != models.end()) return full->model;
  return std::find_if(models.begin(), models.end(), knows_covariance)->model;
}

}  // namespace

bool know_covariance(const std::vector<NamedModel>& models) {
  return std::any_of(models.begin(), models.end(), knows_covariance);
}

template <class V>
VectorBaselines<V>::VectorBaselines(const Model& model) : transform_(model.transform, model.shape) {
  const linalg::SingleThreadedBlas single_threaded;
  const Gaussian<Wide<V>> prior = moments<Wide<V>>(model);
  Matrix<Wide<V>> basis = prior.covariance;
  linalg::eigh<Wide<V>>(basis, eigenvalues_);
  eigenvalues_ = eigenvalues_.cwiseMax(0.0) * model.scale * model.scale;
  basis_ = basis.template cast<V>();
  Matrix<Wide<V>> mean = offset_as<Wide<V>>(model) + prior.mean * model.scale;
  SampleTransform<Wide<V>>(model.transform, model.shape).inverse(mean);
  mean_ = mean.col(0).template cast<V>();
}

template <class V>
Matrix<V> VectorBaselines<V>::estimate(LinearRule rule, ConstBatch<V> noisy, double s2,
                                       int threads) const {
  const auto variances = eigenvalues_.array();
  const Eigen::VectorXd gains = rule == LinearRule::wiener
                                    ? Eigen::VectorXd(variances / (variances + s2))
                                    : Eigen::VectorXd((variances > s2).template cast<double>());
  constexpr Index block = 256;
  const linalg::SingleThreadedBlas single_threaded;
  Matrix<V> estimates(noisy.rows(), noisy.cols());
  parallel_for((noisy.cols() + block - 1) / block, threads, [&](Index number, int) {
    const Index first = number * block, count = std::min(block, noisy.cols() - first);
    Matrix<V> centred = noisy.middleCols(first, count).colwise() - mean_;
    transform_.forward(centred);
    Matrix<V> rotated(basis_.cols(), count);
    linalg::multiply<V>(linalg::Op::adjoint, V(1), basis_, centred, V(0), rotated);
    rotated.array().colwise() *= gains.template cast<V>().array();
    auto out = estimates.middleCols(first, count);
    linalg::multiply<V>(linalg::Op::none, V(1), basis_, rotated, V(0), out);
    transform_.inverse(out);
    out.colwise() += mean_;
  });
  return estimates;
}

template <class T>
LinearBaselines<T>::LinearBaselines(const std::vector<NamedModel>& models, Index block_entries)
    : block_entries_(block_entries) {
  const Model& model = reference_model(models);
  framing_ = model.framing;
  with_vector_type<T>(framing_, [&]<class V>() {
    auto baselines = std::make_unique<const VectorBaselines<V>>(model);
    if constexpr (std::is_same_v<T, V>) {
      same_ = std::move(baselines);
    } else {
      spectral_ = std::move(baselines);
    }
  });
}

template <class T>
Matrix<T> LinearBaselines<T>::estimate(LinearRule rule, ConstBatch<T> noisy,
                                       const std::vector<Index>& shape, double noise_std,
                                       int threads) const {
  const double s2 = framing_.noise_gain() * noise_std * noise_std;
  if (framing_.is_none()) return same_->estimate(rule, noisy, s2, threads);
  Matrix<T> estimates(noisy.rows(), noisy.cols());
  const auto through = [&]<class V>(const VectorBaselines<V>& baselines) {
    for (Index j = 0; j < noisy.cols(); ++j) {
      estimates.col(j) =
          estimate_framed<T, V>(framing_, shape, noisy.col(j), noise_std, threads, block_entries_,
                                [&](ConstBatch<V> vectors, Index, Index) {
                                  return baselines.estimate(rule, vectors, s2, threads);
                                });
    }
  };
  same_ ? through(*same_) : through(*spectral_);
  return estimates;
}

template class LinearBaselines<float>;
template class LinearBaselines<double>;
template class LinearBaselines<std::complex<float>>;
template class LinearBaselines<std::complex<double>>;

}  // namespace pellucid
