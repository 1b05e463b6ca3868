// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/prior/covariance_type.hpp"
#include "prior/components.hpp"

namespace pellucid {

/// Components whose covariances are diagonal: `diag`, `spherical`, and, of data in the Fourier
/// basis, circulant ones. Densities and sums are matrix products with the samples and their
/// squares, `N K` multiplications each, about an origin near the samples' mean so that little
/// cancels.
template <class T>
class DiagonalComponents final : public Components<T> {
 public:
  /// Entries with the same number in `group` have one variance between them (empty: each its own).
  /// `ridge` is added to every variance.
  DiagonalComponents(Index dim, Index components, std::vector<Index> group = {},
                     double ridge = 0.0);

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
  void restored() override { prepare(); }

  [[nodiscard]] const Eigen::MatrixXd& variances() const { return variances_; }  ///< N x K

 protected:
  void fix_centre(const Clusters<T>& clusters, double variance_floor) override;
  void translate(const Vector<T>& offset) override;

 private:
  void share(Eigen::Ref<Eigen::VectorXd> variances) const;
  void prepare();

  std::vector<Index> group_;
  Index groups_;
  double ridge_;
  Vector<T> origin_;
  Eigen::VectorXd centre_;     ///< diagonal of C_0
  Eigen::MatrixXd variances_;  ///< v_k, N x K
  // What densities are computed from.
  Eigen::MatrixXd coefficients_;  ///< of a sample's numbers and squares in the log densities, by k
  Eigen::VectorXd peaks_;         ///< log N(origin; m_k, C_k)
  // Sums over samples about the origin.
  Eigen::VectorXd sum_weight_;
  Matrix<T> sum_first_;
  Eigen::MatrixXd sum_squares_;
};

}  // namespace pellucid
