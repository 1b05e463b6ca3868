// SPDX-License-Identifier: BSD-3-Clause

// A batch in hand, its rotation into the components' bases, and the weights that follow.

#include <algorithm>
#include <cmath>
#include <limits>

#include "denoiser/batch.hpp"
#include "denoiser/mixture_engine.hpp"
#include "prior/posterior_weights.hpp"

namespace pellucid {

template <class Real>
void MixtureEngine<Real>::load(RealBatch<const Real> x, Levels levels) {
  const auto& kernels = linalg::tile_kernels<Real>();
  x_ = x;
  levels_ = levels;
  kernels.pack(x.entries, x.stride, nullptr, x.samples, bases_.dim(), work_.x.data());
  if (one_level()) {
    work_.level.prepare(bases_, levels[0]);
    return;
  }
  for (Index j = 0; j < x.samples; ++j) {
    const NoiseLevel& level = levels[static_cast<std::size_t>(j)];
    work_.roots(j) = static_cast<Real>(std::sqrt(level.alpha_bar));
    work_.alpha_bars(j) = static_cast<Real>(level.alpha_bar);
    // A sample without noise is not computed here, but must not disturb the others.
    work_.noises(j) = level.is_clean() ? Real(1)
                                       : std::max(static_cast<Real>(level.noise),
                                                  std::numeric_limits<Real>::min());
  }
}

// The samples numbered in `work_.columns`, and their levels, beside one another; nothing to do
// where they are all.
template <class Real>
auto MixtureEngine<Real>::gather(Index samples) -> Source {
  if (samples == x_.samples) return Source::batch;
  linalg::tile_kernels<Real>().pack(x_.entries, x_.stride, work_.columns.data(), samples,
                                    bases_.dim(), work_.gathered.data());
  if (one_level()) return Source::gathered;
  for (Index i = 0; i < samples; ++i) {
    const Index j = work_.columns[static_cast<std::size_t>(i)];
    work_.gathered_roots(i) = work_.roots(j);
    work_.gathered_alpha_bars(i) = work_.alpha_bars(j);
    work_.gathered_noises(i) = work_.noises(j);
  }
  return Source::gathered;
}

template <class Real>
linalg::SampleLevels<Real> MixtureEngine<Real>::sample_levels(Index k, Source source) const {
  const bool all = source == Source::batch;
  return {bases_.rotated_means.col(k).data(), bases_.real_eigenvalues.col(k).data(),
          (all ? work_.roots : work_.gathered_roots).data(),
          (all ? work_.alpha_bars : work_.gathered_alpha_bars).data(),
          (all ? work_.noises : work_.gathered_noises).data()};
}

// Rows of component `k` by samples: energies, plain squares and log-determinants into the
// workspace, z where asked for.
template <class Real>
void MixtureEngine<Real>::rotate(Index k, Index first, Index last, Source source, Index samples,
                                 Real* z) {
  const auto& kernels = linalg::tile_kernels<Real>();
  const auto rows = bases_.forward(k).slice(first, last);
  const Real* x = source == Source::batch ? work_.x.data() : work_.gathered.data();
  const Index used = linalg::padded(samples, kernels.lanes);
  work_.energies.head(used).setZero();
  if (one_level()) {
    work_.plain.head(used).setZero();
    kernels.rotate(rows, x, samples, work_.level.rows(k, first), z, work_.energies.data(),
                   work_.plain.data());
  } else {
    work_.log_dets.head(used).setZero();
    kernels.rotate_each(rows, x, samples, sample_levels(k, source), z, work_.energies.data(),
                        work_.log_dets.data());
  }
}

// What `rotate` of all rows makes of component k's log weights.
template <class Real>
void MixtureEngine<Real>::log_weights(Index k, Index samples,
                                      Eigen::Ref<Eigen::VectorXd> out) const {
  out = -bases_.energy_factor * work_.energies.head(samples);
  if (one_level()) {
    out.array() += work_.level.log_peaks(k);
  } else {
    out += -0.5 * work_.log_dets.head(samples);
    out.array() += bases_.log_weights(k);
  }
}

template <class Real>
void MixtureEngine<Real>::weigh_fully(Index samples) {
  for (Index k = 0; k < bases_.components(); ++k) {
    rotate(k, 0, bases_.padded_rank(), Source::batch, samples, nullptr);
    log_weights(k, samples, work_.weights.col(k).head(samples));
  }
}

template <class Real>
double MixtureEngine<Real>::weigh(Index samples) {
  auto survivors = static_cast<double>(bases_.components());
  if (one_level() && screened_rows(bases_) < bases_.padded_rank()) {
    survivors = weigh_by_screening(samples);
  } else {
    weigh_fully(samples);
  }
  linalg::tile_kernels<Real>().softmax(work_.weights.data(), bases_.components(),
                                       work_.weights.outerStride(), samples, cutoff_);
  for (Index j = 0; j < samples; ++j) {
    if (std::isnan(work_.weights(j, 0)) && is_finite(j)) weigh_far_observation(j);
  }
  return survivors;
}

template <class Real>
bool MixtureEngine<Real>::is_finite(Index j) const {
  return Eigen::Map<const Vector<Real>>(x_.entries + j * x_.stride, bases_.dim()).allFinite();
}

// All weight to the component nearest to an observation so far off that its squares overflow.
template <class Real>
void MixtureEngine<Real>::weigh_far_observation(Index j) {
  const Eigen::VectorXd x = Eigen::Map<const Vector<Real>>(x_.entries + j * x_.stride, bases_.dim())
                                .template cast<double>();
  const double size = x.cwiseAbs().maxCoeff();
  const NoiseLevel& level = level_of(levels_, j);
  const double g = std::sqrt(level.alpha_bar);
  const Index nearest = nearest_component(bases_.log_weights, [&](Index k) {
    const auto rows = bases_.forward(k);
    double energy = 0;
    for (Index i = 0; i < bases_.rank(); ++i) {
      double z = -g * static_cast<double>(bases_.rotated_means(i, k)) / size;
      for (Index c = 0; c < bases_.dim(); ++c) z += static_cast<double>(rows(i, c)) * (x(c) / size);
      energy += z * z / (level.alpha_bar * bases_.eigenvalues(i, k) + level.noise);
    }
    return energy;
  });
  work_.weights.row(j).setZero();
  work_.weights(j, nearest) = 1.0;
}

#define PELLUCID_INSTANTIATE(Real)                                                                 \
  template void MixtureEngine<Real>::load(RealBatch<const Real>, Levels);                          \
  template auto MixtureEngine<Real>::gather(Index)->Source;                                        \
  template linalg::SampleLevels<Real> MixtureEngine<Real>::sample_levels(Index, Source) const;     \
  template void MixtureEngine<Real>::rotate(Index, Index, Index, Source, Index, Entries);          \
  template void MixtureEngine<Real>::log_weights(Index, Index, Eigen::Ref<Eigen::VectorXd>) const; \
  template bool MixtureEngine<Real>::is_finite(Index) const;                                       \
  template double MixtureEngine<Real>::weigh(Index);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
