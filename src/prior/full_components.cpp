// SPDX-License-Identifier: BSD-3-Clause
#include "prior/full_components.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/covariance.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

template <class T>
FullComponents<T>::FullComponents(Index dim, Index components, const GaussianMixture<T>* start,
                                  double ridge)
    : Components<T>(dim, components),
      given_start_(start),
      ridge_(ridge),
      factors_(static_cast<std::size_t>(components), Matrix<T>::Zero(dim, dim)),
      log_peaks_(Eigen::VectorXd::Zero(components)),
      log_priors_(Eigen::VectorXd::Zero(components)),
      centre_(Matrix<T>::Zero(dim, dim)) {
  sums_.reset(this->means_);
}

template <class T>
void FullComponents<T>::start(const Clusters<T>& clusters, double regularisation, int threads) {
  Components<T>::start(clusters, regularisation, threads);
  if (given_start_ != nullptr) adopt(*given_start_, threads);
}

template <class T>
void FullComponents<T>::adopt(const GaussianMixture<T>& start, int threads) {
  const double count = sums_.weight.sum();
  this->weights_ = start.weights;
  this->means_ = start.means;
  // The sums over as many samples as the clusters', if they were as this mixture says.
  sums_.reset(start.means);
  sums_.weight = count * start.weights;
  for (std::size_t k = 0; k < factors_.size(); ++k) {
    sums_.second[k] = T(sums_.weight(static_cast<Index>(k))) * start.covariances[k];
  }
  parallel_for(this->components(), threads, [&](Index k, int) {
    factors_[static_cast<std::size_t>(k)] = start.covariances[static_cast<std::size_t>(k)];
    if (factorise_component(k)) return;
    throw Error(
        fmt::format("mixture fit: start: component {} of {} has a singular covariance: raise the "
                    "regularisation of the fit that it comes from",
                    k, this->components()));
  });
}

template <class T>
void FullComponents<T>::fix_centre(const Clusters<T>& clusters, double variance_floor) {
  // With the sums about the clusters' means, Q_k, the samples' scatter about their own mean, the
  // origin, is sum_k Q_k + n_k m_k m_k^H.
  centre_.setZero();
  for (Index k = 0; k < this->components(); ++k) {
    centre_ += sums_.second[static_cast<std::size_t>(k)];
  }
  const double count = clusters.count(), share = static_cast<double>(this->components()) / count;
  centre_ *= T(1.0 + share);
  for (Index k = 0; k < this->components(); ++k) {
    centre_.template selfadjointView<Eigen::Lower>().rankUpdate(clusters.means.col(k),
                                                                share * clusters.size(k));
  }
  centre_ /= T(count);
  centre_.diagonal().array() += T(variance_floor);
  linalg::fill_upper<T>(centre_);
  constrain_centre(centre_);
  regulariser_.emplace(this->kappa(), centre_);
}

template <class T>
void FullComponents<T>::joint_log_density(ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint,
                                          int threads) {
  const Eigen::VectorXd peaks = log_peaks_.array() + this->weights_.array().log();
  density_.evaluate({this->means_, factors_, peaks, this->weights_}, x, joint, threads);
}

template <class T>
std::vector<Index> FullComponents<T>::maximise(double kappa, int threads) {
  const linalg::SingleThreadedBlas blas;
  std::vector<char> good(static_cast<std::size_t>(this->components()));
  parallel_for(this->components(), threads, [&](Index k, int) {
    if (sums_.weight(k) > 0.0) this->means_.col(k) = sums_.mean(k);
    covariance(k, kappa, factors_[static_cast<std::size_t>(k)]);
    constrain(k, factors_[static_cast<std::size_t>(k)]);
    good[static_cast<std::size_t>(k)] = factorise_component(k);
  });
  this->weights_ = sums_.weight / sums_.weight.sum();
  std::vector<Index> singular;
  for (Index k = 0; k < this->components(); ++k) {
    if (!good[static_cast<std::size_t>(k)]) singular.push_back(k);
  }
  return singular;
}

/// `(S_k + kappa C_0) / (n_k + kappa)`, or `C_0` where there is nothing to divide by.
template <class T>
void FullComponents<T>::covariance(Index k, double kappa, Matrix<T>& out) const {
  const double weight = sums_.weight(k) + kappa;
  if (!(weight > 0.0)) {
    out = centre_;
    return;
  }
  sums_.centred(k, out);
  if (kappa > 0.0) out += T(kappa) * centre_;
  out /= T(weight);
  if (ridge_ > 0.0) out.diagonal().array() += T(ridge_);
}

template <class T>
bool FullComponents<T>::factorise_component(Index k) {
  Matrix<T>& factor = factors_[static_cast<std::size_t>(k)];
  if (!factorise(factor)) return false;
  log_peaks_(k) = log_peak(factor);
  log_priors_(k) = regulariser_->log_density(factor);
  return true;
}

template <class T>
void FullComponents<T>::reseed(Index k, const Vector<T>& sample, double count) {
  this->weights_(k) = 1.0 / count;
  this->means_.col(k) = sample;
  factors_[static_cast<std::size_t>(k)] = regulariser_->factor();
  log_peaks_(k) = log_peak(factors_[static_cast<std::size_t>(k)]);
  log_priors_(k) = 0.0;
  sums_.weight(k) = 1.0;
  sums_.shift.col(k) = sample;
  sums_.first.col(k).setZero();
  sums_.second[static_cast<std::size_t>(k)] = centre_;
}

template <class T>
double FullComponents<T>::parameter_count() const {
  return mixture_parameter_count<T>(this->dim(), this->components());
}

template <class T>
std::vector<StateArray> FullComponents<T>::state(bool sums) {
  std::vector<StateArray> arrays = this->common_state();
  arrays.push_back(state_array("centre", centre_));
  for (std::size_t k = 0; k < factors_.size(); ++k) {
    arrays.push_back(state_array(fmt::format("factor.{}", k), factors_[k]));
  }
  if (!sums) return arrays;
  arrays.push_back(state_array("sums.weight", sums_.weight));
  arrays.push_back(state_array("sums.shift", sums_.shift));
  arrays.push_back(state_array("sums.first", sums_.first));
  for (std::size_t k = 0; k < factors_.size(); ++k) {
    arrays.push_back(state_array(fmt::format("sums.second.{}", k), sums_.second[k]));
  }
  return arrays;
}

template <class T>
void FullComponents<T>::restored() {
  regulariser_.emplace(this->kappa(), centre_);
  for (Index k = 0; k < this->components(); ++k) {
    const Matrix<T>& factor = factors_[static_cast<std::size_t>(k)];
    log_peaks_(k) = log_peak(factor);
    log_priors_(k) = regulariser_->log_density(factor);
  }
}

template <class T>
GaussianMixture<T> FullComponents<T>::result() {
  for (Index k = 0; k < this->components(); ++k) {
    covariance(k, this->kappa(), factors_[static_cast<std::size_t>(k)]);
  }
  return {std::move(this->weights_), std::move(this->means_), std::move(factors_)};
}

template <class T>
void FullComponents<T>::translate(const Vector<T>& offset) {
  this->means_.colwise() += offset;
  sums_.shift.colwise() += offset;
}

template class FullComponents<double>;
template class FullComponents<std::complex<double>>;

}  // namespace pellucid
