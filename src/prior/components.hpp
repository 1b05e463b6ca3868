// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "pellucid/prior/fit_checkpoint.hpp"
#include "prior/clusters.hpp"
#include "prior/members.hpp"

namespace pellucid {

/// The `K` components of a mixture under expectation-maximisation, whatever their covariances are
/// restricted to: the parameters in the form that densities are evaluated from, and the sums over
/// the samples that their update needs. Everything has its final size from construction on.
///
/// The covariances are drawn towards `C_0`, a covariance of the same type fixed once from the
/// clusters of the start, as if `kappa` samples of it belonged to every component.
template <class T>
class Components {
 public:
  Components(Index dim, Index components);
  Components(const Components&) = delete;
  Components& operator=(const Components&) = delete;
  virtual ~Components() = default;

  [[nodiscard]] Index dim() const { return means_.rows(); }
  [[nodiscard]] Index components() const { return means_.cols(); }
  [[nodiscard]] const Eigen::VectorXd& weights() const { return weights_; }  ///< w, K
  [[nodiscard]] const Matrix<T>& means() const { return means_; }            ///< m_k, N x K
  /// Strength of `C_0` in samples a component, 0 for maximum likelihood.
  [[nodiscard]] double kappa() const { return kappa_; }

  /// Fixes `C_0` and `kappa`, and makes the first parameters: each cluster's share, mean and
  /// covariance, drawn towards `C_0` with the weight of `N` samples so that small clusters are
  /// usable. By default through the functions below; a type whose update needs earlier parameters
  /// makes its own. Throws `Error` where the samples do not vary.
  virtual void start(const Clusters<T>& clusters, double regularisation, int threads);

  /// `log w_k + log N(x_j; m_k, C_k)` in nats into `joint`, K x b. Entries so far below the
  /// greatest of their column that their posterior weight is below the epsilon of double precision
  /// may be minus infinity.
  virtual void joint_log_density(ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint,
                                 int threads) = 0;

  /// Sets the sums to zero; they will be about the present means.
  virtual void reset_sums() = 0;
  /// Adds columns of `x` to the sums, `members[k]` those of component `k`.
  virtual void add(ConstBatch<T> x, const std::vector<Members>& members, int threads) = 0;
  /// Multiplies all sums by `factor` (stepwise expectation-maximisation). Throws `Error` where the
  /// type has no such sums.
  virtual void scale_sums(double factor) = 0;

  /// Weights, means and covariances from the sums, which stay as they are; `kappa` as given here.
  /// A component without samples keeps its mean. Returns the components whose covariance came out
  /// singular: they are unusable until `reseed`.
  [[nodiscard]] virtual std::vector<Index> maximise(double kappa, int threads) = 0;
  /// Component `k` becomes `N(sample, C_0)` with the weight of one sample of `count` (the other
  /// weights are for the caller to normalise), and so do its sums.
  virtual void reseed(Index k, const Vector<T>& sample, double count) = 0;
  /// Scales the weights to sum 1, after `reseed` has changed some.
  void normalise_weights() { weights_ /= weights_.sum(); }

  /// `sum_k log p(C_k)` up to a constant: minus `kappa` times the Kullback-Leibler divergence of
  /// `N(0, C_k)` from `N(0, C_0)`; 0 with `kappa = 0`.
  [[nodiscard]] virtual double log_prior() const = 0;
  /// Free real parameters, weights included.
  [[nodiscard]] virtual double parameter_count() const = 0;

  /// All that the next pass depends on, `C_0` included, and with `sums` the sums too.
  [[nodiscard]] virtual std::vector<StateArray> state(bool sums) = 0;
  /// Called after a checkpoint was read into `state`: makes what follows from it.
  virtual void restored() = 0;

 protected:
  /// Sets `C_0` from the sums over the clusters: the covariance within clusters, plus a share
  /// `K / n` of the covariance of all clustered samples for the degrees of freedom that the means
  /// took, plus `variance_floor` on the diagonal.
  virtual void fix_centre(const Clusters<T>& clusters, double variance_floor) = 0;
  /// Moves the origin of means and sums: adds `offset` to every mean and to what sums are about.
  virtual void translate(const Vector<T>& offset) = 0;
  /// Weights, means and `kappa` for `state`, to be followed by the type's own.
  [[nodiscard]] std::vector<StateArray> common_state();

  Eigen::VectorXd weights_;
  Matrix<T> means_;
  double kappa_ = 0.0;
};

/// A matrix of real or complex numbers as numbers of a state.
template <class Derived>
[[nodiscard]] StateArray state_array(std::string name, Eigen::PlainObjectBase<Derived>& numbers) {
  using T = typename Derived::Scalar;
  return {std::move(name), reinterpret_cast<double*>(numbers.data()),
          numbers.size() * (is_complex<T> ? 2 : 1)};
}

}  // namespace pellucid
