// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/prior/factor_mixture.hpp"
#include "prior/components.hpp"

namespace pellucid {

/// Components `C_k = W_k W_k^H + diag(d_k)`: mixtures of factor analysers, whose factors are hidden
/// as the components are (Ghahramani and Hinton, The EM algorithm for mixtures of factor analyzers,
/// 1996). With `u = E[f | x, k]`, a sample's factors, and `f~ = (f, 1)`, means and factors together
/// are the regression of the samples on them,
///
///     (W_k, m_k) = (sum p x u~^H) (sum p E[f~ f~^H])^-1,   d_k = diag(sum p x x^H - (W_k, m_k)
///                                                                 (sum p u~ x^H)) / n_k
///
/// `C_0 = W_0 W_0^H + diag(d_0)` enters as `kappa` samples about the mean. Never an N x N matrix.
template <class T>
class FactorComponents final : public Components<T> {
 public:
  /// `ridge` is added to every noise variance.
  FactorComponents(Index dim, Index rank, Index components, double ridge = 0.0);

  void start(const Clusters<T>& clusters, double regularisation, int threads) override;
  void joint_log_density(ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint, int threads) override;
  void reset_sums() override;
  void add(ConstBatch<T> x, const std::vector<Members>& members, int threads) override;
  void scale_sums(double factor) override;
  [[nodiscard]] std::vector<Index> maximise(double kappa, int threads) override;
  void reseed(Index k, const Vector<T>& sample, double count) override;
  [[nodiscard]] double log_prior() const override;
  [[nodiscard]] double parameter_count() const override;
  [[nodiscard]] std::vector<StateArray> state(bool sums) override;
  void restored() override;

  /// The present mixture.
  [[nodiscard]] FactorMixture<T> mixture() const;

 protected:
  void fix_centre(const Clusters<T>& clusters, double variance_floor) override;
  void translate(const Vector<T>& offset) override;

 private:
  struct Sums {
    double weight = 0.0;
    Vector<T> shift;          // c, near the mean
    Matrix<T> regression;     // sum p (x - c) u~^H, N x (r + 1)
    Matrix<T> factors;        // sum p E[f~ f~^H], (r + 1) x (r + 1)
    Eigen::VectorXd squares;  // sum p |x - c|^2
  };

  void prepare(Index k);
  void add_component(Index k, ConstBatch<T> x, const Members& members);
  [[nodiscard]] bool update(Index k, double kappa);
  void add_prior(Index k, double kappa, Matrix<T>& regression, Matrix<T>& factors,
                 Eigen::VectorXd& squares) const;

  Index rank_;
  double ridge_;
  std::vector<Matrix<T>> factors_;   ///< W_k, N x r
  Eigen::MatrixXd noise_variances_;  ///< d_k, N x K
  Matrix<T> centre_factors_;         ///< W_0
  Eigen::VectorXd centre_noise_;     ///< d_0
  double centre_log_det_ = 0.0;
  // What follows from the parameters.
  std::vector<Matrix<T>> gains_;               ///< E[f | x, k] = gain (x - m_k), r x N
  std::vector<Matrix<T>> factor_covariances_;  ///< Cov[f | x, k], r x r
  Eigen::VectorXd log_peaks_;                  ///< log N(m_k; m_k, C_k)
  Eigen::VectorXd log_priors_;                 ///< log p(C_k)
  std::vector<Sums> sums_;
};

}  // namespace pellucid
