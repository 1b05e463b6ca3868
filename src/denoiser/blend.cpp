// SPDX-License-Identifier: BSD-3-Clause

// Conditional means, and what varies about them, from posterior weights.

#include <algorithm>

#include "denoiser/mixture_engine.hpp"

namespace pellucid {

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
    const Source source = gather(count);
    rotate(k, 0, bases_.padded_rank(), source, count, work_.z.data());
    component_means(k, source, count, nullptr);
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
    const Source source = gather(count);
    rotate(k, 0, bases_.padded_rank(), source, count, work_.z.data());
    work_.weight.head(linalg::padded(count, kernels.width)).setOnes();
    component_means(k, source, count, nullptr);
    const auto l = bases_.eigenvalues.col(k).array();
    for (Index i = 0; i < count; ++i) {
      const Index j = work_.columns[static_cast<std::size_t>(i)];
      const NoiseLevel& level = levels_[one_level() ? 0 : static_cast<std::size_t>(j)];
      // A complex entry is two real ones, each with half of its variance.
      const double within = (l * level.noise / (level.alpha_bar * l + level.noise)).sum() /
                            (2.0 * bases_.energy_factor);
      const double between =
          (work_.out.sample(i, bases_.padded_dim()).head(bases_.dim()).template cast<double>() -
           Eigen::Map<const Vector<Real>>(mean.entries + j * mean.stride, bases_.dim())
               .template cast<double>())
              .squaredNorm();
      variance(j) += work_.weights(j, k) * (within + between);
    }
  }
}

#define PELLUCID_INSTANTIATE(Real)                                                       \
  template void MixtureEngine<Real>::component_means(Index, Source, Index, const Real*); \
  template void MixtureEngine<Real>::blend(RealBatch<Real>);                             \
  template void MixtureEngine<Real>::variances(RealBatch<const Real>, Eigen::Ref<Eigen::VectorXd>);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
