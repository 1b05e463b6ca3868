// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <vector>

#include "denoiser/mixture_bases.hpp"
#include "pellucid/schedule/noise_level.hpp"

namespace pellucid {

/// Panels of up to `capacity` samples with `rows` entries (tile_kernels.hpp).
template <class Real>
class Panels {
 public:
  Panels(Index rows, Index capacity) : entries_(Vector<Real>::Zero(rows * capacity)) {}
  [[nodiscard]] Real* data() { return entries_.data(); }

  /// The entries of one sample, of panels with `rows` entries.
  [[nodiscard]] auto sample(Index j, Index rows) {
    const Index width = linalg::tile_kernels<Real>().width;
    return Eigen::Map<Vector<Real>, 0, Eigen::InnerStride<>>(
        data() + j / width * width * rows + j % width, rows, Eigen::InnerStride<>(width));
  }

 private:
  Vector<Real> entries_;
};

/// What the components' samples need at one noise level; kept from call to call, since a batch
/// often follows another at the same level.
template <class Real>
struct MixtureLevel {
  explicit MixtureLevel(const MixtureBases<Real>& bases);
  void prepare(const MixtureBases<Real>& bases, const NoiseLevel& level);
  [[nodiscard]] linalg::RowLevel<Real> rows(Index k, Index first = 0) const {
    return {shift.col(k).data() + first, precision.col(k).data() + first};
  }

  double alpha_bar = -1.0, noise = -1.0;  ///< of the tables
  Matrix<Real> shift;                     ///< g U^H m, padded rank x K
  Matrix<Real> precision;                 ///< 1 / s
  Matrix<Real> gain;                      ///< g l / s
  Eigen::VectorXd log_peaks;              ///< log w - 1/2 sum log s, K
  Eigen::VectorXd largest_after;          ///< greatest s of the rows that screening leaves out, K
  double information = 0.0;               ///< mean over k of log det(S_k / (1 - abar)) / 2, nats
};

/// A component's Wiener filter at one level, and what is needed to form it; empty where batches are
/// too small for that ever to pay.
template <class Real>
struct WienerBuffers {
  WienerBuffers(const MixtureBases<Real>& bases, bool wanted);

  Panels<Real> scaled, product;  ///< columns of gain U^T, and of U gain U^T
  Vector<Real> packed;           ///< the filter
  Vector<Real> shift, centre;    ///< filter times g m, and g m
  Vector<Real> ones, zeros;      ///< weights and a mean that change nothing
};

/// Buffers of one thread.
template <class Real>
struct MixtureWorkspace {
  MixtureWorkspace(const MixtureBases<Real>& bases, Index capacity);

  Index capacity;                          ///< samples, whole panels
  MixtureLevel<Real> level;                ///< where all samples share one
  Vector<Real> roots, alpha_bars, noises;  ///< g, abar, 1 - abar of each sample, where they differ
  Panels<Real> x;                          ///< the batch
  Panels<Real> gathered;                   ///< samples of one component
  Panels<Real> z, out;
  Panels<Real> inner;  ///< x . m_k, a component a row
  Vector<Real> gathered_roots, gathered_alpha_bars, gathered_noises;
  Eigen::VectorXd squares;                    ///< |x|^2
  Eigen::VectorXd energies, plain, log_dets;  ///< of one component's samples
  Eigen::MatrixXd weights;                    ///< log weights, then weights: capacity x K
  Eigen::MatrixXd slack;                      ///< capacity x K: log weight minus its upper bound
  WienerBuffers<Real> wiener;
  Eigen::VectorXd largest, sums;  ///< running softmax
  Vector<Real> weight, keep;
  Vector<Real> zeros;          ///< a component each
  std::vector<Index> best;     ///< the component whose bound is greatest
  std::vector<Index> columns;  ///< samples of one component
};

}  // namespace pellucid
