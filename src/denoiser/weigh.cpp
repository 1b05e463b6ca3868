// SPDX-License-Identifier: BSD-3-Clause

// Posterior weights. A component may be left out where it is proved that its weight stays below the
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

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

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
  work_.largest.setConstant(-infinity);
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
        work_.weights(j, k) = -infinity;
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

template <class Real>
double MixtureEngine<Real>::weigh(Index samples) {
  auto survivors = static_cast<double>(bases_.components());
  if (one_level() && screened_rows(bases_) < bases_.padded_rank()) {
    screen(samples);
    finish_best(samples);
    survivors = finish_survivors(samples);
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

// An observation so far off that its squares overflow: the component with the least energy, found
// on the observation divided by its size, outweighs all others.
template <class Real>
void MixtureEngine<Real>::weigh_far_observation(Index j) {
  const Eigen::VectorXd x = Eigen::Map<const Vector<Real>>(x_.entries + j * x_.stride, bases_.dim())
                                .template cast<double>();
  const double size = x.cwiseAbs().maxCoeff();
  const NoiseLevel& level = levels_[one_level() ? 0 : static_cast<std::size_t>(j)];
  const double g = std::sqrt(level.alpha_bar);
  Index nearest = 0;
  double least = infinity;
  for (Index k = 0; k < bases_.components(); ++k) {
    if (bases_.log_weights(k) == -infinity) continue;
    const auto rows = bases_.forward(k);
    double energy = 0;
    for (Index i = 0; i < bases_.rank(); ++i) {
      double z = -g * static_cast<double>(bases_.rotated_means(i, k)) / size;
      for (Index c = 0; c < bases_.dim(); ++c)
        z += static_cast<double>(rows(i, c)) * (static_cast<double>(x(c)) / size);
      energy += z * z / (level.alpha_bar * bases_.eigenvalues(i, k) + level.noise);
    }
    if (energy < least) {
      least = energy;
      nearest = k;
    }
  }
  work_.weights.row(j).setZero();
  work_.weights(j, nearest) = 1.0;
}

#define PELLUCID_INSTANTIATE(Real)                                                                 \
  template Index screened_rows(const MixtureBases<Real>&);                                         \
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
