// SPDX-License-Identifier: BSD-3-Clause
#include "denoiser/mixture_workspace.hpp"

#include <algorithm>
#include <cmath>

#include "denoiser/mixture_engine.hpp"

namespace pellucid {

namespace {

// sum log s_i: one logarithm for all factors where their product is well inside the range.
double sum_of_logs(const Eigen::Array<double, linalg::block_rows, 1>& s) {
  const double product = s.prod();
  return product > 1e-280 && product < 1e280 ? std::log(product) : s.log().sum();
}

// Columns of a filter and the one of its shift, in whole panels.
template <class Real>
Index columns(const MixtureBases<Real>& bases) {
  return linalg::padded(bases.padded_dim() + 1, linalg::tile_kernels<Real>().width);
}

}  // namespace

template <class Real>
MixtureLevel<Real>::MixtureLevel(const MixtureBases<Real>& bases)
    : shift(bases.padded_rank(), bases.components()),
      precision(shift.rows(), shift.cols()),
      gain(shift.rows(), shift.cols()),
      log_peaks(bases.components()),
      largest_after(bases.components()) {}

template <class Real>
void MixtureLevel<Real>::prepare(const MixtureBases<Real>& bases, const NoiseLevel& level) {
  if (level.alpha_bar == alpha_bar && level.noise == noise) return;
  alpha_bar = level.alpha_bar;
  noise = level.noise;
  const double g = std::sqrt(alpha_bar);
  const Index screened = screened_rows(bases);
  information = 0.0;
  for (Index k = 0; k < bases.components(); ++k) {
    const auto l = bases.eigenvalues.col(k).array();
    double log_det = 0, largest = 0;
    for (Index first = 0; first < l.size(); first += linalg::block_rows) {
      const Eigen::Array<double, linalg::block_rows, 1> part =
          l.template segment<linalg::block_rows>(first);
      const Eigen::Array<double, linalg::block_rows, 1> s = alpha_bar * part + noise;
      const auto rows = [&](Matrix<Real>& table) {
        return table.col(k).template segment<linalg::block_rows>(first);
      };
      rows(precision) = s.inverse().template cast<Real>();
      rows(gain) = (g * part / s).template cast<Real>();
      log_det += sum_of_logs(s);
      if (first >= screened) largest = std::max(largest, s.maxCoeff());
    }
    shift.col(k) = static_cast<Real>(g) * bases.rotated_means.col(k);
    log_peaks(k) = bases.log_weights(k) - 0.5 * log_det;
    largest_after(k) = largest;
    information += std::exp(bases.log_weights(k)) * 0.5 *
                   (log_det - static_cast<double>(l.size()) * std::log(noise));
  }
}

template <class Real>
WienerBuffers<Real>::WienerBuffers(const MixtureBases<Real>& bases, bool wanted)
    : scaled(wanted ? bases.padded_rank() : 0, columns(bases)),
      product(wanted ? bases.padded_dim() : 0, columns(bases)) {
  if (!wanted) return;
  packed.setZero(bases.padded_dim() * bases.dim());
  shift.setZero(bases.padded_dim());
  centre.setZero(bases.padded_dim());
  ones.setOnes(columns(bases));
  zeros.setZero(bases.padded_dim());
}

template <class Real>
MixtureWorkspace<Real>::MixtureWorkspace(const MixtureBases<Real>& bases, Index samples)
    : capacity(linalg::padded(samples, linalg::tile_kernels<Real>().width)),
      level(bases),
      x(bases.dim(), capacity),
      gathered(bases.dim(), capacity),
      z(bases.padded_rank(), capacity),
      out(bases.padded_dim(), capacity),
      inner(linalg::padded(bases.components(), linalg::block_rows), capacity),
      wiener(bases, bases.components() > 1 && filtering_may_pay(bases, capacity)) {
  for (Vector<Real>* per_sample :
       {&roots, &alpha_bars, &noises, &gathered_roots, &gathered_alpha_bars, &gathered_noises}) {
    per_sample->setOnes(capacity);
  }
  for (Eigen::VectorXd* per_sample : {&squares, &energies, &plain, &log_dets, &largest, &sums}) {
    per_sample->setZero(capacity);
  }
  zeros.setZero(linalg::padded(bases.components(), linalg::block_rows));
  weight.setZero(capacity);
  keep.setZero(capacity);
  weights.setZero(capacity, bases.components());
  slack.setZero(capacity, bases.components());
  best.resize(static_cast<std::size_t>(capacity));
  columns.resize(static_cast<std::size_t>(capacity));
}

template struct MixtureLevel<float>;
template struct MixtureLevel<double>;
template struct WienerBuffers<float>;
template struct WienerBuffers<double>;
template struct MixtureWorkspace<float>;
template struct MixtureWorkspace<double>;

}  // namespace pellucid
