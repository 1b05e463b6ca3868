// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <vector>

#include "prior/components.hpp"
#include "prior/inverse_wishart.hpp"
#include "prior/scatter.hpp"
#include "prior/screened_density.hpp"

namespace pellucid {

/// Components with any covariance each. Holds two matrices `N x N` a component: the Cholesky factor
/// of its covariance, and its sum of squares.
template <class T>
class FullComponents : public Components<T> {
 public:
  /// `start`, where given, outlives the object and replaces the clusters as what the fit starts
  /// from; they fix `C_0` all the same, so that a fit goes on as it would have gone on. `ridge` is
  /// added to every covariance's diagonal.
  FullComponents(Index dim, Index components, const GaussianMixture<T>* start = nullptr,
                 double ridge = 0.0);

  void start(const Clusters<T>& clusters, double regularisation, int threads) override;
  void joint_log_density(ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint, int threads) override;
  void reset_sums() override { sums_.reset(this->means_); }
  void add(ConstBatch<T> x, const std::vector<Members>& members, int threads) override {
    sums_.add(x, members, threads);
  }
  void scale_sums(double factor) override { sums_.scale(factor); }
  [[nodiscard]] std::vector<Index> maximise(double kappa, int threads) override;
  void reseed(Index k, const Vector<T>& sample, double count) override;
  [[nodiscard]] double log_prior() const override { return log_priors_.sum(); }
  [[nodiscard]] double parameter_count() const override;
  [[nodiscard]] std::vector<StateArray> state(bool sums) override;
  void restored() override;

  [[nodiscard]] const Matrix<T>& centre() const { return centre_; }  ///< C_0
  /// The mixture that the sums give, as the latest `maximise`; ends the object's use.
  [[nodiscard]] GaussianMixture<T> result();

 protected:
  void fix_centre(const Clusters<T>& clusters, double variance_floor) override;
  void translate(const Vector<T>& offset) override;
  /// What a restricted type makes of component `k`'s covariance, or of `C_0`, as the update would
  /// have it; called from several threads.
  virtual void constrain(Index /*k*/, Matrix<T>& /*covariance*/) {}
  virtual void constrain_centre(Matrix<T>& /*covariance*/) {}

 private:
  void adopt(const GaussianMixture<T>& start, int threads);
  void covariance(Index k, double kappa, Matrix<T>& out) const;
  [[nodiscard]] bool factorise_component(Index k);

  const GaussianMixture<T>* given_start_;
  double ridge_;
  std::vector<Matrix<T>> factors_;  ///< lower Cholesky factors L_k of C_k
  Eigen::VectorXd log_peaks_;       ///< log N(m_k; m_k, C_k)
  Eigen::VectorXd log_priors_;      ///< log p(C_k)
  Matrix<T> centre_;                ///< C_0
  std::optional<InverseWishart<T>> regulariser_;
  ScatterSums<T> sums_;
  ScreenedDensity<T> density_;
};

}  // namespace pellucid
