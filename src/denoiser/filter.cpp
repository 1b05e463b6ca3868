// SPDX-License-Identifier: BSD-3-Clause

// One product a component: its Wiener filter `F = U diag(g l / s) U^T` is formed for the level, and
// gives mean and energy together,
//
//     mu = m + F d,   energy = d^T (d - g F d) / (1 - abar),   d = x - g m.
//
// The difference loses digits at high SNR, so this is for levels where little can be lost.

#include <cmath>
#include <limits>

#include "denoiser/mixture_engine.hpp"

namespace pellucid {

template <class Real>
bool MixtureEngine<Real>::filtering_is_accurate() const {
  // Rounding of the energy in nats, for observations that the model explains: its terms have the
  // sizes of d^T d / (1 - abar).
  constexpr double most_nats = std::is_same_v<Real, float> ? 3e-5 : 1e-12;
  const double signal = bases_.mean_variance() * work_.level.alpha_bar / work_.level.noise;
  return static_cast<double>(std::numeric_limits<Real>::epsilon()) *
             static_cast<double>(bases_.dim()) * (1.0 + signal) <
         most_nats;
}

// The filter of component `k` as packed rows, and its product with `g m`.
template <class Real>
void MixtureEngine<Real>::form_filter(Index k) {
  const auto& kernels = linalg::tile_kernels<Real>();
  WienerBuffers<Real>& buffers = work_.wiener;
  const Index rank = bases_.padded_rank(), dim = bases_.padded_dim(), entries = bases_.dim();
  const auto back = bases_.back(k);
  const auto gain = work_.level.gain.col(k);
  // Columns of gain U^T, and last gain U^T g m, as samples of `rank` entries.
  const auto column = [&](Index c) { return buffers.scaled.sample(c, rank); };
  for (Index c = 0; c < entries; ++c) {
    auto to = column(c);
    for (Index i = 0; i < rank; ++i) to(i) = gain(i) * back(c, i);
  }
  column(entries) = gain.cwiseProduct(work_.level.shift.col(k));
  kernels.blend(back, buffers.scaled.data(), entries + 1, buffers.zeros.data(), buffers.ones.data(),
                nullptr, buffers.product.data());
  // The filter is symmetric: its columns, which now are samples, are its rows.
  for (Index row = 0; row < entries; ++row) {
    const auto from = buffers.product.sample(row, dim);
    Real* to = buffers.packed.data() + linalg::packed_at(row, 0, entries);
    for (Index c = 0; c < entries; ++c) to[c * linalg::block_rows] = from(c);
  }
  buffers.shift = buffers.product.sample(entries, dim);
  buffers.centre = static_cast<Real>(std::sqrt(work_.level.alpha_bar)) * bases_.means.col(k);
}

// Every component by its filter, its weight on the way. False as for `rotate_all`.
template <class Real>
bool MixtureEngine<Real>::filter_all(RealBatch<Real> x0) {
  const auto& kernels = linalg::tile_kernels<Real>();
  const Index samples = x_.samples;
  WienerBuffers<Real>& buffers = work_.wiener;
  const auto root = static_cast<Real>(std::sqrt(work_.level.alpha_bar));
  begin_softmax();
  for (Index k = 0; k < bases_.components(); ++k) {
    form_filter(k);
    work_.energies.setZero();
    kernels.filter({buffers.packed.data(), bases_.padded_dim(), bases_.dim()}, work_.x.data(),
                   samples, buffers.shift.data(), buffers.centre.data(), root, work_.z.data(),
                   work_.energies.data());
    work_.energies /= work_.level.noise;
    add_to_softmax(k);
    kernels.combine(bases_.padded_dim(), samples, work_.z.data(), bases_.means.col(k).data(),
                    work_.weight.data(), k == 0 ? nullptr : work_.keep.data(), work_.out.data());
  }
  return end_softmax(x0);
}

#define PELLUCID_INSTANTIATE(Real)                                  \
  template bool MixtureEngine<Real>::filtering_is_accurate() const; \
  template bool MixtureEngine<Real>::filter_all(RealBatch<Real>);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
