// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Joint log densities `log w_k + log N(x_j; m_k, C_k)` of a block of samples, without those that
/// provably do not matter.
///
/// The density's quadratic form is `|z|^2`, `z = L_k^-1 (x - m_k)`, a sum of terms that are not
/// negative and come one after the other by forward substitution. So after the first `r` rows, a
/// cost of `r^2` of `N^2`, `peak_k - sum_{i < r} |z_i|^2 / 2` bounds the joint density from above.
/// Where that lies more than `log(K / eps)` below the exact joint density of some component (the
/// most likely one by the first rows, evaluated in full), the posterior weight is below `eps / K`,
/// the epsilon of double precision, and all weights so left out together are below `eps`. Such
/// entries become minus infinity; the substitution goes on for the others, screened anew every
/// `N / 8` rows.
template <class T>
class ScreenedDensity {
 public:
  /// Views of a mixture that outlive the call: means `m_k` (N x K), lower Cholesky factors of the
  /// covariances, and `peak_k = log w_k + log N(m_k; m_k, C_k)`.
  struct Mixture {
    const Matrix<T>& means;
    const std::vector<Matrix<T>>& factors;
    const Eigen::VectorXd& peaks;
    const Eigen::VectorXd& weights;
  };

  /// Fills `joint`, K x b. Work is divided in fixed tasks: no result depends on `threads`.
  void evaluate(const Mixture& mixture, ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint,
                int threads);

 private:
  /// Some columns of the block under one component.
  struct Work {
    Index component;
    const Index* columns;
    Index count;
  };
  struct Workspace {
    Matrix<T> white;             ///< L_k^-1 (x - m_k), N x chunk
    std::vector<Index> columns;  ///< of the block, of the samples still in the running
    Eigen::VectorXd energy;      ///< |z|^2 so far, of each of them
  };

  void prepare(Index dim, int threads);
  void bound(const Mixture& mixture, ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint);
  void choose_candidates(const Mixture& mixture, Eigen::Ref<const Eigen::MatrixXd> bounds);
  [[nodiscard]] Index choose_survivors(Eigen::Ref<const Eigen::MatrixXd> bounds);
  void finish(const Mixture& mixture, ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint,
              bool screen);
  void finish(const Mixture& mixture, ConstBatch<T> x, const Work& work, bool screen,
              Workspace& space, Eigen::Ref<Eigen::MatrixXd> joint) const;
  void drop(double peak, Workspace& space) const;

  Index step_ = 0;  ///< rows from one screening to the next
  int threads_ = 1;
  double margin_ = 0.0;                      ///< log(K / eps)
  Eigen::VectorXd least_;                    ///< joint densities below this do not matter, b
  std::vector<Index> candidates_;            ///< the component evaluated in full, b
  std::vector<std::vector<Index>> columns_;  ///< of every component, the samples to be finished
  std::vector<Workspace> spaces_;
};

}  // namespace pellucid
