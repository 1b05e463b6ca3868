// SPDX-License-Identifier: BSD-3-Clause

// Screening. A component may be left out where it is proved that its weight stays below the
// cutoff: the energy of a sample, `sum_i z_i^2 / s_i`, is a sum of terms that are not negative, and
// since the basis is orthonormal, what the rows not looked at can hold is known from the sample's
// distance to the component's mean:
//
//     energy >= sum_seen z_i^2 / s_i + (|x - g m|^2 - sum_seen z_i^2) / max_unseen s_i
//
// An exact log weight of any one component bounds the sample's greatest from below. Both are as
// exact as the log weights themselves, whose rounding grows with the energy.

#include <algorithm>
#include <cmath>
#include <limits>

#include "denoiser/mixture_engine.hpp"

namespace pellucid {

template <class Real>
Index screened_rows(const MixtureBases<Real>& bases) {
  // A quarter of a small basis, an eighth of a large one: with fewer rows more components survive,
  // with more the screen costs more than it saves.
  constexpr Index least = 16;
  const Index rows = linalg::padded(bases.rank() / 8, linalg::block_rows);
  const bool pays =
      bases.components() >= 4 && bases.rank() >= 2 * least && bases.rank() == bases.dim();
  return pays ? std::max(least, rows) : bases.padded_rank();
}

// Posterior weights of a batch of one level from part of every basis, the rest of it only for
// components that may count.
template <class Real>
double MixtureEngine<Real>::weigh_by_screening(Index samples) {
  screen(samples);
  finish_best(samples);
  return finish_survivors(samples);
}

// Log weights from the screened rows alone, and how much the rest takes from them at least.
template <class Real>
void MixtureEngine<Real>::screen(Index samples) {
  const auto& kernels = linalg::tile_kernels<Real>();
  const Index width = kernels.width, screened = screened_rows(bases_);
  const auto g = std::sqrt(work_.level.alpha_bar);
  // Rounding of |x - g m|^2, which is a difference of large numbers, and of the squares seen.
  const double rounding = 4.0 * static_cast<double>(bases_.dim()) *
                          static_cast<double>(std::numeric_limits<Real>::epsilon());
  const auto means = bases_.packed_means();
  work_.energies.setZero();
  kernels.rotate(means, work_.x.data(), samples, {work_.zeros.data(), work_.zeros.data()},
                 work_.inner.data(), work_.energies.data(), nullptr);
  for (Index j = 0; j < samples; ++j) {
    work_.squares(j) = Eigen::Map<const Vector<Real>>(x_.entries + j * x_.stride, bases_.dim())
                           .template cast<double>()
                           .squaredNorm();
  }
  for (Index k = 0; k < bases_.components(); ++k) {
    rotate(k, 0, screened, Source::batch, samples, nullptr);
    log_weights(k, samples, work_.weights.col(k).head(samples));
    const double mean_square = work_.level.alpha_bar * bases_.mean_squares(k);
    const double factor = bases_.energy_factor / work_.level.largest_after(k);
    const Real* inner = work_.inner.data() + k * width;
    for (Index j = 0; j < samples; ++j) {
      const double product = static_cast<double>(inner[j / width * width * means.rows + j % width]);
      const double sizes = work_.squares(j) + mean_square;
      const double unseen = sizes - 2 * g * product - work_.plain(j) - rounding * sizes;
      work_.slack(j, k) = factor * std::max(0.0, unseen);
    }
  }
}

// The exact log weight of the component whose bound is greatest, of every sample.
template <class Real>
void MixtureEngine<Real>::finish_best(Index samples) {
  auto& best = work_.best;
  work_.largest.setConstant(-std::numeric_limits<double>::infinity());
  std::fill_n(best.begin(), samples, Index{0});
  for (Index k = 0; k < bases_.components(); ++k) {
    for (Index j = 0; j < samples; ++j) {
      const double bound = work_.weights(j, k) - work_.slack(j, k);
      if (!(bound > work_.largest(j))) continue;
      work_.largest(j) = bound;
      best[static_cast<std::size_t>(j)] = k;
    }
  }
  for (Index k = 0; k < bases_.components(); ++k) {
    Index count = 0;
    for (Index j = 0; j < samples; ++j) {
      if (best[static_cast<std::size_t>(j)] != k) continue;
      work_.columns[static_cast<std::size_t>(count++)] = j;
    }
    finish(k, count);
    for (Index i = 0; i < count; ++i) {
      const Index j = work_.columns[static_cast<std::size_t>(i)];
      work_.largest(j) = work_.weights(j, k);
    }
  }
}

// Exact log weights of the components that may have a weight above the cutoff; the others get
// none. Returns their number per sample.
template <class Real>
double MixtureEngine<Real>::finish_survivors(Index samples) {
  const double margin = -std::log(cutoff_);
  Index survivors = samples;  // the best ones
  for (Index k = 0; k < bases_.components(); ++k) {
    Index count = 0;
    for (Index j = 0; j < samples; ++j) {
      if (work_.best[static_cast<std::size_t>(j)] == k) continue;
      const double bound = work_.weights(j, k) - work_.slack(j, k);
      if (bound < work_.largest(j) - margin) {
        work_.weights(j, k) = -std::numeric_limits<double>::infinity();
      } else {
        work_.columns[static_cast<std::size_t>(count++)] = j;
      }
    }
    finish(k, count);
    survivors += count;
  }
  return static_cast<double>(survivors) / static_cast<double>(samples);
}

// The rows of component `k` that screening left out, for the samples in `work_.columns`.
template <class Real>
void MixtureEngine<Real>::finish(Index k, Index count) {
  if (count == 0) return;
  rotate(k, screened_rows(bases_), bases_.padded_rank(), gather(count), count, nullptr);
  for (Index i = 0; i < count; ++i) {
    work_.weights(work_.columns[static_cast<std::size_t>(i)], k) -=
        bases_.energy_factor * work_.energies(i);
  }
}

#define PELLUCID_INSTANTIATE(Real)                         \
  template Index screened_rows(const MixtureBases<Real>&); \
  template double MixtureEngine<Real>::weigh_by_screening(Index);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
