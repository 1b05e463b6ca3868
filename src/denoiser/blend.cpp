// SPDX-License-Identifier: BSD-3-Clause

// Conditional means from posterior weights, and the choice of the algorithm.

#include <algorithm>
#include <cmath>
#include <limits>

#include "denoiser/mixture_engine.hpp"

namespace pellucid {

namespace {

// Cost of gathering a component's samples and of half-filled vectors, relative to the same products
// over the whole batch: measured (bench/kernel_bench.cpp).
constexpr double gathering = 1.6;

/// The cost model, in products of one component's basis with one sample: screening looks at a
/// fraction of every basis, finishes the survivors, and goes there and back for the active ones.
double cost_of_screening(double components, double seen, double survivors, double active) {
  return components * seen + gathering * (survivors * (1.0 - seen) + 2.0 * active);
}

/// There and back for every component, weights on the way.
double cost_of_rotating(double components) { return 2.0 * components; }

}  // namespace

// The samples where component `k` has weight, and that weight, into the workspace.
template <class Real>
Index MixtureEngine<Real>::collect_active(Index k) {
  Index count = 0;
  for (Index j = 0; j < x_.samples; ++j) {
    const double weight = work_.weights(j, k);
    if (!(weight > 0.0)) continue;
    work_.columns[static_cast<std::size_t>(count)] = j;
    work_.weight(count++) = static_cast<Real>(weight);
  }
  return count;
}

// `weight mu_k` of the samples, from their rotation in `z`, into `out` or added to it.
template <class Real>
void MixtureEngine<Real>::component_means(Index k, Source source, Index samples, const Real* keep) {
  const auto& kernels = linalg::tile_kernels<Real>();
  const Index rank = bases_.padded_rank();
  if (one_level()) {
    kernels.scale(rank, samples, work_.level.gain.col(k).data(), work_.z.data());
  } else {
    kernels.scale_each(rank, samples, sample_levels(k, source), work_.z.data());
  }
  kernels.blend(bases_.back(k), work_.z.data(), samples, bases_.means.col(k).data(),
                work_.weight.data(), keep, work_.out.data());
}

template <class Real>
void MixtureEngine<Real>::blend(RealBatch<Real> x0) {
  const auto& kernels = linalg::tile_kernels<Real>();
  for (Index j = 0; j < x0.samples; ++j) {
    std::fill_n(x0.entries + j * x0.stride, bases_.dim(), Real(0));
  }
  for (Index k = 0; k < bases_.components(); ++k) {
    const Index count = collect_active(k);
    if (count == 0) continue;
    gather(count);
    rotate(k, 0, bases_.padded_rank(), Source::gathered, count, work_.z.data());
    component_means(k, Source::gathered, count, nullptr);
    kernels.unpack(work_.out.data(), bases_.padded_dim(), work_.columns.data(), count, bases_.dim(),
                   true, x0.entries, x0.stride);
  }
}

template <class Real>
void MixtureEngine<Real>::variances(RealBatch<const Real> mean,
                                    Eigen::Ref<Eigen::VectorXd> variance) {
  const auto& kernels = linalg::tile_kernels<Real>();
  variance.setZero();
  for (Index k = 0; k < bases_.components(); ++k) {
    const Index count = collect_active(k);
    if (count == 0) continue;
    gather(count);
    rotate(k, 0, bases_.padded_rank(), Source::gathered, count, work_.z.data());
    work_.weight.head(linalg::padded(count, kernels.width)).setOnes();
    component_means(k, Source::gathered, count, nullptr);
    const auto l = bases_.eigenvalues.col(k).array();
    for (Index i = 0; i < count; ++i) {
      const Index j = work_.columns[static_cast<std::size_t>(i)];
      const NoiseLevel& level = levels_[one_level() ? 0 : static_cast<std::size_t>(j)];
      // A complex entry is two real ones, each with half of its variance.
      const double within = (l * level.noise / (level.alpha_bar * l + level.noise)).sum() /
                            (2.0 * bases_.energy_factor);
      double between = 0;
      for (Index c = 0; c < bases_.dim(); ++c) {
        const Index at =
            (i / kernels.width * bases_.padded_dim() + c) * kernels.width + i % kernels.width;
        const double d = static_cast<double>(work_.out.data()[at]) -
                         static_cast<double>(mean.entries[j * mean.stride + c]);
        between += d * d;
      }
      variance(j) += work_.weights(j, k) * (within + between);
    }
  }
}

// Every component there and back in one go, its weight on the way (a running softmax). False where
// a sample is so far off that every weight underflows.
template <class Real>
bool MixtureEngine<Real>::rotate_all(RealBatch<Real> x0) {
  const auto& kernels = linalg::tile_kernels<Real>();
  const Index samples = x_.samples;
  auto log_weight = work_.weights.col(0).head(samples);
  work_.largest.setConstant(-std::numeric_limits<double>::infinity());
  work_.sums.setZero();
  for (Index k = 0; k < bases_.components(); ++k) {
    rotate(k, 0, bases_.padded_rank(), Source::batch, samples, work_.z.data());
    log_weights(k, samples, log_weight);
    kernels.running_softmax(log_weight.data(), samples, work_.largest.data(), work_.sums.data(),
                            work_.weight.data(), work_.keep.data());
    component_means(k, Source::batch, samples, k == 0 ? nullptr : work_.keep.data());
  }
  kernels.unpack(work_.out.data(), bases_.padded_dim(), nullptr, samples, bases_.dim(), false,
                 x0.entries, x0.stride);
  for (Index j = 0; j < samples; ++j) {
    if (!(work_.sums(j) > 0.0)) return false;
    const auto share = static_cast<Real>(1.0 / work_.sums(j));
    Eigen::Map<Vector<Real>>(x0.entries + j * x0.stride, bases_.dim()) *= share;
  }
  return true;
}

template <class Real>
void MixtureEngine<Real>::estimate(RealBatch<Real> x0) {
  const Index samples = x_.samples;
  const Index pilot = std::min(samples, linalg::tile_kernels<Real>().lanes);
  const bool screens = bases_.components() > 1 && (pilot == samples || screening_pays(pilot));
  if (!screens && rotate_all(x0)) return;
  (void)weigh(samples);
  blend(x0);
}

// Weighs the first few samples, and compares the costs.
template <class Real>
bool MixtureEngine<Real>::screening_pays(Index pilot) {
  const auto components = static_cast<double>(bases_.components());
  const double survivors = weigh(pilot);
  const auto active = static_cast<double>((work_.weights.topRows(pilot).array() > 0.0).count());
  const double seen =
      static_cast<double>(screened_rows(bases_)) / static_cast<double>(bases_.padded_rank());
  return cost_of_screening(components, seen, survivors, active / static_cast<double>(pilot)) <
         cost_of_rotating(components);
}

template class MixtureEngine<float>;
template class MixtureEngine<double>;

}  // namespace pellucid
