// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "prior/full_components.hpp"
#include "prior/toeplitz.hpp"

namespace pellucid {

/// Components with Toeplitz covariances, of one axis or of two. Densities and sums are those of
/// full ones; the update raises the likelihood over the covariances of `ToeplitzFamily` by a few
/// steps from where it stands, which expectation-maximisation allows (Dempster, Laird and Rubin
/// 1977, a generalised one).
template <class T>
class ToeplitzComponents final : public FullComponents<T> {
 public:
  ToeplitzComponents(Index n1, Index n2, Index components, double ridge = 0.0);

  void start(const Clusters<T>& clusters, double regularisation, int threads) override;
  void reseed(Index k, const Vector<T>& sample, double count) override;
  [[nodiscard]] double parameter_count() const override;
  [[nodiscard]] std::vector<StateArray> state(bool sums) override;

  /// The present mixture.
  [[nodiscard]] GaussianMixture<T> mixture() const;

 protected:
  void constrain(Index k, Matrix<T>& covariance) override;
  void constrain_centre(Matrix<T>& covariance) override;

 private:
  ToeplitzFamily<T> family_;
  Index n1_, n2_;
  double ridge_;
  Eigen::VectorXd centre_bins_;  ///< of C_0
  Eigen::MatrixXd bins_;         ///< c_k, M x K
};

}  // namespace pellucid
