// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "prior/components.hpp"

namespace pellucid {

/// Components with one covariance between them, `C = (sum_k S_k + kappa C_0) / (n + kappa)`. A
/// sample is whitened once, for all components, and the scatter of all samples is one matrix.
template <class T>
class TiedComponents final : public Components<T> {
 public:
  /// `ridge` is added to the covariance's diagonal.
  TiedComponents(Index dim, Index components, double ridge = 0.0);

  void start(const Clusters<T>& clusters, double regularisation, int threads) override;
  void joint_log_density(ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint, int threads) override;
  void reset_sums() override;
  void add(ConstBatch<T> x, const std::vector<Members>& members, int threads) override;
  void scale_sums(double factor) override;
  /// Throws `Error` where the covariance is singular.
  [[nodiscard]] std::vector<Index> maximise(double kappa, int threads) override;
  void reseed(Index k, const Vector<T>& sample, double count) override;
  [[nodiscard]] double log_prior() const override;
  [[nodiscard]] double parameter_count() const override;
  [[nodiscard]] std::vector<StateArray> state(bool sums) override;
  void restored() override { prepare(); }

  [[nodiscard]] const Matrix<T>& covariance() const { return covariance_; }

 protected:
  void fix_centre(const Clusters<T>& clusters, double variance_floor) override;
  void translate(const Vector<T>& offset) override;

 private:
  void prepare();
  [[nodiscard]] Matrix<T> within() const;

  double ridge_;
  Vector<T> origin_;
  Matrix<T> centre_;       ///< C_0
  Matrix<T> covariance_;   ///< C
  Matrix<T> factor_;       ///< lower Cholesky factor L of C
  Matrix<T> white_means_;  ///< L^-1 (m_k - origin)
  double peak_ = 0.0;      ///< log N(m; m, C)
  // Sums over samples about the origin.
  Eigen::VectorXd sum_weight_;
  Matrix<T> sum_first_;
  Matrix<T> sum_second_;  ///< of all components, lower triangle
};

}  // namespace pellucid
