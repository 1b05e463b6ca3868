// SPDX-License-Identifier: BSD-3-Clause
#include "prior/diagonal_components.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/real_parts.hpp"
#include "linalg/blas.hpp"
#include "linalg/diagonal_kernels.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {

constexpr Index panel_rows = 128;

// A variance below this share of the mean square about the origin is rounding.
constexpr double rounding = 4 * std::numeric_limits<double>::epsilon();

// Columns in hand at a time: their numbers and squares stay in the cache.
constexpr Index columns_in_hand = 64;

// Rows of samples about an origin as real numbers, and below them their squares.
template <class T>
void stack_squares(ConstBatch<T> x, const T* origin, Eigen::MatrixXd& stacked) {
  const auto& kernels = linalg::diagonal_kernels<double>();
  const auto centre = is_complex<T> ? kernels.centre_and_square_pairs : kernels.centre_and_square;
  const Index n = x.rows();
  stacked.resize((real_parts<T> + 1) * n, x.cols());
  for (Index j = 0; j < x.cols(); ++j) {
    double* column = stacked.col(j).data();
    centre(reals(x.col(j).data()), reals(origin), column, column + real_parts<T> * n, n);
  }
}

// Posterior weights of samples `first ... first + count - 1` as a matrix, K x count.
Eigen::MatrixXd dense_weights(const std::vector<Members>& members, Index first, Index count,
                              std::vector<std::size_t>& next) {
  Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(static_cast<Index>(members.size()), count);
  for (std::size_t k = 0; k < members.size(); ++k) {
    const auto& columns = members[k].columns;
    for (; next[k] < columns.size() && columns[next[k]] < first + count; ++next[k]) {
      weights(static_cast<Index>(k), columns[next[k]] - first) = members[k].weights[next[k]];
    }
  }
  return weights;
}

}  // namespace

template <class T>
DiagonalComponents<T>::DiagonalComponents(Index dim, Index components, std::vector<Index> group,
                                          double ridge)
    : Components<T>(dim, components),
      group_(std::move(group)),
      groups_(dim),
      ridge_(ridge),
      origin_(Vector<T>::Zero(dim)),
      centre_(Eigen::VectorXd::Zero(dim)),
      variances_(Eigen::MatrixXd::Ones(dim, components)) {
  if (!group_.empty()) groups_ = *std::max_element(group_.begin(), group_.end()) + 1;
  reset_sums();
}

template <class T>
void DiagonalComponents<T>::reset_sums() {
  sum_weight_ = Eigen::VectorXd::Zero(this->components());
  sum_first_ = Matrix<T>::Zero(this->dim(), this->components());
  sum_squares_ = Eigen::MatrixXd::Zero(this->dim(), this->components());
}

// The prior's strength is in proportion to the numbers of a covariance: 2 N of them where a full
// one has N (N + 1).
template <class T>
void DiagonalComponents<T>::start(const Clusters<T>& clusters, double regularisation, int threads) {
  origin_.setZero();  // of samples about the clusters' origin
  Components<T>::start(clusters, 2 * regularisation / static_cast<double>(this->dim()), threads);
}

template <class T>
void DiagonalComponents<T>::translate(const Vector<T>& offset) {
  this->means_.colwise() += offset;
  origin_ += offset;
}

template <class T>
void DiagonalComponents<T>::fix_centre(const Clusters<T>& clusters, double variance_floor) {
  const double count = clusters.count(),
               share_of_all = static_cast<double>(this->components()) / count;
  const Eigen::VectorXd all = sum_squares_.rowwise().sum();
  Eigen::VectorXd within = all;
  for (Index k = 0; k < this->components(); ++k) {
    if (sum_weight_(k) > 0) within -= sum_first_.col(k).cwiseAbs2() / sum_weight_(k);
  }
  centre_ = (within.cwiseMax(0.0) + share_of_all * all) / count;
  centre_.array() += variance_floor;
  share(centre_);
}

// One variance for each group of entries, the average of theirs.
template <class T>
void DiagonalComponents<T>::share(Eigen::Ref<Eigen::VectorXd> variances) const {
  if (group_.empty()) return;
  Eigen::VectorXd sums = Eigen::VectorXd::Zero(groups_), sizes = sums;
  for (Index i = 0; i < variances.size(); ++i) {
    const Index g = group_[static_cast<std::size_t>(i)];
    sums(g) += variances(i);
    sizes(g) += 1;
  }
  for (Index i = 0; i < variances.size(); ++i) {
    const Index g = group_[static_cast<std::size_t>(i)];
    variances(i) = sums(g) / sizes(g);
  }
}

/// `|x - m|^2 / v` summed is `|x|^2 . 1/v - 2 Re (m/v)^H x + |m|^2 . 1/v`.
template <class T>
void DiagonalComponents<T>::prepare() {
  const Matrix<T> means = this->means_.colwise() - origin_;
  const Eigen::MatrixXd precisions = variances_.cwiseInverse();
  const Matrix<T> slopes = means.cwiseProduct(precisions.template cast<T>());
  const Eigen::Map<const Eigen::MatrixXd> linear(reals(slopes.data()), real_parts<T> * this->dim(),
                                                 slopes.cols());
  coefficients_.resize((real_parts<T> + 1) * this->dim(), this->components());
  coefficients_ << 2 * quadratic_weight<T> * linear, -quadratic_weight<T> * precisions;
  peaks_ = -quadratic_weight<T> *
           ((circle<T> * variances_.array()).log() + means.array().abs2() * precisions.array())
               .colwise()
               .sum()
               .transpose();
}

template <class T>
void DiagonalComponents<T>::joint_log_density(ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint,
                                              int threads) {
  const linalg::SingleThreadedBlas blas;
  const Eigen::VectorXd constants = peaks_.array() + this->weights_.array().log();
  std::vector<Eigen::MatrixXd> stacked(static_cast<std::size_t>(thread_count(threads)));
  const Index tasks = (x.cols() + columns_in_hand - 1) / columns_in_hand;
  parallel_for(tasks, threads, [&](Index task, int worker) {
    const Index first = task * columns_in_hand;
    const Index count = std::min(columns_in_hand, x.cols() - first);
    Eigen::MatrixXd& samples = stacked[static_cast<std::size_t>(worker)];
    stack_squares<T>(x.middleCols(first, count), origin_.data(), samples);
    auto out = joint.middleCols(first, count);
    out.colwise() = constants;
    linalg::multiply<double>(linalg::Op::adjoint, 1.0, coefficients_, samples, 1.0, out);
  });
}

// Split over panels of entries, so that each number is summed by one thread in the samples' order.
template <class T>
void DiagonalComponents<T>::add(ConstBatch<T> x, const std::vector<Members>& members, int threads) {
  const linalg::SingleThreadedBlas blas;
  std::vector<Eigen::MatrixXd> weights;
  std::vector<std::size_t> next(members.size(), 0);
  for (Index first = 0; first < x.cols(); first += chunk_samples) {
    weights.push_back(
        dense_weights(members, first, std::min(chunk_samples, x.cols() - first), next));
    sum_weight_ += weights.back().rowwise().sum();
  }
  const Index panels = (this->dim() + panel_rows - 1) / panel_rows;
  parallel_for(panels, threads, [&](Index panel, int) {
    const Index row = panel * panel_rows, rows = std::min(panel_rows, this->dim() - row);
    Eigen::MatrixXd samples;
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero((real_parts<T> + 1) * rows, this->components());
    for (std::size_t chunk = 0; chunk < weights.size(); ++chunk) {
      const Index first = static_cast<Index>(chunk) * chunk_samples;
      stack_squares<T>(x.block(row, first, rows, weights[chunk].cols()), origin_.data() + row,
                       samples);
      linalg::add_outer<double>(samples, weights[chunk], sum);
    }
    for (Index k = 0; k < this->components(); ++k) {
      const Eigen::Map<const Vector<T>> first_sum(reinterpret_cast<const T*>(sum.col(k).data()),
                                                  rows);
      sum_first_.col(k).segment(row, rows) += first_sum;
      sum_squares_.col(k).segment(row, rows) += sum.col(k).tail(rows);
    }
  });
}

template <class T>
void DiagonalComponents<T>::scale_sums(double factor) {
  sum_weight_ *= factor;
  sum_first_ *= T(factor);
  sum_squares_ *= factor;
}

template <class T>
std::vector<Index> DiagonalComponents<T>::maximise(double kappa, int) {
  std::vector<Index> singular;
  this->weights_ = sum_weight_ / sum_weight_.sum();
  for (Index k = 0; k < this->components(); ++k) {
    const double weight = sum_weight_(k);
    if (!(weight + kappa > 0.0)) {
      variances_.col(k) = centre_;
      continue;
    }
    Eigen::VectorXd scatter = sum_squares_.col(k), size = scatter / std::max(weight, 1e-300);
    if (weight > 0.0) {
      const Vector<T> mean = sum_first_.col(k) / T(weight);
      this->means_.col(k) = origin_ + mean;
      scatter -= weight * mean.cwiseAbs2();
    }
    share(scatter);
    share(size);
    variances_.col(k) = (scatter + kappa * centre_) / (weight + kappa);
    variances_.col(k).array() += ridge_;
    if (!(variances_.col(k).array() > rounding * size.array()).all()) singular.push_back(k);
  }
  prepare();
  return singular;
}

template <class T>
void DiagonalComponents<T>::reseed(Index k, const Vector<T>& sample, double count) {
  this->weights_(k) = 1.0 / count;
  this->means_.col(k) = sample;
  variances_.col(k) = centre_;
  sum_weight_(k) = 1.0;
  sum_first_.col(k) = sample - origin_;
  sum_squares_.col(k) = sum_first_.col(k).cwiseAbs2() + centre_;
  prepare();
}

template <class T>
double DiagonalComponents<T>::log_prior() const {
  if (this->kappa_ == 0.0) return 0.0;
  const Eigen::ArrayXXd ratio = variances_.array().inverse().colwise() * centre_.array();
  return -this->kappa_ * quadratic_weight<T> * (ratio - 1.0 - ratio.log()).sum();
}

template <class T>
double DiagonalComponents<T>::parameter_count() const {
  const auto k = static_cast<double>(this->components()), n = static_cast<double>(this->dim());
  return k - 1.0 + k * ((is_complex<T> ? 2.0 : 1.0) * n + static_cast<double>(groups_));
}

template <class T>
std::vector<StateArray> DiagonalComponents<T>::state(bool sums) {
  std::vector<StateArray> arrays = this->common_state();
  arrays.push_back(state_array("origin", origin_));
  arrays.push_back(state_array("centre", centre_));
  arrays.push_back(state_array("variances", variances_));
  if (!sums) return arrays;
  arrays.push_back(state_array("sums.weight", sum_weight_));
  arrays.push_back(state_array("sums.first", sum_first_));
  arrays.push_back(state_array("sums.squares", sum_squares_));
  return arrays;
}

template class DiagonalComponents<double>;
template class DiagonalComponents<std::complex<double>>;

}  // namespace pellucid
