// SPDX-License-Identifier: BSD-3-Clause
#include "prior/tied_components.hpp"

#include <cmath>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"
#include "prior/covariance.hpp"
#include "prior/inverse_wishart.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {
constexpr Index panel_rows = 128;
}

template <class T>
TiedComponents<T>::TiedComponents(Index dim, Index components, double ridge)
    : Components<T>(dim, components),
      ridge_(ridge),
      origin_(Vector<T>::Zero(dim)),
      centre_(Matrix<T>::Identity(dim, dim)),
      covariance_(Matrix<T>::Identity(dim, dim)) {
  reset_sums();
}

template <class T>
void TiedComponents<T>::reset_sums() {
  sum_weight_ = Eigen::VectorXd::Zero(this->components());
  sum_first_ = Matrix<T>::Zero(this->dim(), this->components());
  sum_second_ = Matrix<T>::Zero(this->dim(), this->dim());
}

template <class T>
void TiedComponents<T>::start(const Clusters<T>& clusters, double regularisation, int threads) {
  origin_.setZero();  // of samples about the clusters' origin
  Components<T>::start(clusters, regularisation, threads);
}

template <class T>
void TiedComponents<T>::translate(const Vector<T>& offset) {
  this->means_.colwise() += offset;
  origin_ += offset;
}

// The scatter of the samples about their components' means.
template <class T>
Matrix<T> TiedComponents<T>::within() const {
  Matrix<T> scatter = sum_second_;
  for (Index k = 0; k < this->components(); ++k) {
    if (!(sum_weight_(k) > 0.0)) continue;
    scatter.template selfadjointView<Eigen::Lower>().rankUpdate(sum_first_.col(k),
                                                                -1.0 / sum_weight_(k));
  }
  linalg::fill_upper<T>(scatter);
  return scatter;
}

template <class T>
void TiedComponents<T>::fix_centre(const Clusters<T>& clusters, double variance_floor) {
  Matrix<T> all = sum_second_;
  linalg::fill_upper<T>(all);
  const double count = clusters.count();
  centre_ = (within() + T(static_cast<double>(this->components()) / count) * all) / T(count);
  centre_.diagonal().array() += T(variance_floor);
}

template <class T>
void TiedComponents<T>::prepare() {
  factor_ = covariance_;
  if (!factorise(factor_)) {
    throw Error(
        "mixture fit: the tied covariance is singular: raise the regularisation, or give samples "
        "that vary in every direction");
  }
  peak_ = log_peak(factor_);
  white_means_ = this->means_.colwise() - origin_;
  linalg::solve_lower<T>(factor_, white_means_);
}

template <class T>
void TiedComponents<T>::joint_log_density(ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint,
                                          int threads) {
  const linalg::SingleThreadedBlas blas;
  const Eigen::VectorXd constants = peak_ + this->weights_.array().log();
  std::vector<Matrix<T>> workspaces(static_cast<std::size_t>(thread_count(threads)));
  parallel_for(chunk_count(x.cols()), threads, [&](Index task, int worker) {
    const Index first = task * chunk_samples, count = std::min(chunk_samples, x.cols() - first);
    Matrix<T>& white = workspaces[static_cast<std::size_t>(worker)];
    white = x.middleCols(first, count).colwise() - origin_;
    linalg::solve_lower<T>(factor_, white);
    for (Index k = 0; k < this->components(); ++k) {
      joint.row(k).segment(first, count) =
          constants(k) -
          quadratic_weight<T> *
              (white.colwise() - white_means_.col(k)).colwise().squaredNorm().array();
    }
  });
}

// The second moments need a sample's weight over all components alone. Split over panels of rows,
// each summed by one thread in the samples' order.
template <class T>
void TiedComponents<T>::add(ConstBatch<T> x, const std::vector<Members>& members, int threads) {
  const linalg::SingleThreadedBlas blas;
  Matrix<T> z = x.colwise() - origin_;
  parallel_for(this->components(), threads, [&](Index k, int) {
    const Members& own = members[static_cast<std::size_t>(k)];
    for (std::size_t j = 0; j < own.columns.size(); ++j) {
      sum_weight_(k) += own.weights[j];
      sum_first_.col(k) += own.weights[j] * z.col(own.columns[j]);
    }
  });
  Eigen::VectorXd total = Eigen::VectorXd::Zero(x.cols());
  for (const Members& own : members) {
    for (std::size_t j = 0; j < own.columns.size(); ++j) total(own.columns[j]) += own.weights[j];
  }
  z *= total.cwiseSqrt().template cast<T>().asDiagonal();
  const Index panels = (this->dim() + panel_rows - 1) / panel_rows;
  parallel_for(panels, threads, [&](Index task, int) {
    const Index row = (panels - 1 - task) * panel_rows;  // the longest panels first
    const Index rows = std::min(panel_rows, this->dim() - row);
    linalg::add_gram<T>(z.middleRows(row, rows), sum_second_.block(row, row, rows, rows));
    linalg::add_outer<T>(z.middleRows(row, rows), z.topRows(row),
                         sum_second_.block(row, 0, rows, row));
  });
}

template <class T>
void TiedComponents<T>::scale_sums(double factor) {
  sum_weight_ *= factor;
  sum_first_ *= T(factor);
  sum_second_ *= T(factor);
}

template <class T>
std::vector<Index> TiedComponents<T>::maximise(double kappa, int) {
  const linalg::SingleThreadedBlas blas;
  const double count = sum_weight_.sum();
  this->weights_ = sum_weight_ / count;
  for (Index k = 0; k < this->components(); ++k) {
    if (sum_weight_(k) > 0.0) {
      this->means_.col(k) = origin_ + sum_first_.col(k) / T(sum_weight_(k));
    }
  }
  covariance_ = (within() + T(kappa) * centre_) / T(count + kappa);
  covariance_.diagonal().array() += T(ridge_);
  prepare();
  return {};
}

template <class T>
void TiedComponents<T>::reseed(Index k, const Vector<T>& sample, double count) {
  this->weights_(k) = 1.0 / count;
  this->means_.col(k) = sample;
  const Vector<T> old = sum_first_.col(k);
  if (sum_weight_(k) > 0.0) {
    sum_second_.template selfadjointView<Eigen::Lower>().rankUpdate(old, -1.0 / sum_weight_(k));
  }
  sum_weight_(k) = 1.0;
  sum_first_.col(k) = sample - origin_;
  sum_second_.template selfadjointView<Eigen::Lower>().rankUpdate(sum_first_.col(k), 1.0);
  prepare();
}

template <class T>
double TiedComponents<T>::log_prior() const {
  return InverseWishart<T>(this->kappa_, centre_).log_density(factor_);
}

template <class T>
double TiedComponents<T>::parameter_count() const {
  const auto k = static_cast<double>(this->components()), n = static_cast<double>(this->dim());
  return k - 1.0 + (is_complex<T> ? 2.0 * k * n + n * n : k * n + n * (n + 1.0) / 2.0);
}

template <class T>
std::vector<StateArray> TiedComponents<T>::state(bool sums) {
  std::vector<StateArray> arrays = this->common_state();
  arrays.push_back(state_array("origin", origin_));
  arrays.push_back(state_array("centre", centre_));
  arrays.push_back(state_array("covariance", covariance_));
  if (!sums) return arrays;
  arrays.push_back(state_array("sums.weight", sum_weight_));
  arrays.push_back(state_array("sums.first", sum_first_));
  arrays.push_back(state_array("sums.second", sum_second_));
  return arrays;
}

template class TiedComponents<double>;
template class TiedComponents<std::complex<double>>;

}  // namespace pellucid
