// SPDX-License-Identifier: BSD-3-Clause
#include "signal/hartley.hpp"

#include <array>

namespace pellucid {

namespace {

// FFTW transforms along each axis, `cas a cas b`; what is wanted is `cas(a + b)`, by
// 2 cas(a + b) = cas a cas b + cas(-a) cas b + cas a cas(-b) - cas(-a) cas(-b)
// (Bracewell et al., Fast two-dimensional Hartley transform, Proc. IEEE 74, 1986).
template <class Real>
void join_axes(Real* h, Index n1, Index n2) {
  for (Index a = 0; a <= n1 / 2; ++a) {
    const Index minus_a = (n1 - a) % n1;
    for (Index b = 0; b <= n2 / 2; ++b) {
      const Index minus_b = (n2 - b) % n2;
      if (minus_a == a || minus_b == b) continue;  // the sum is twice the product
      Real &pp = h[a * n2 + b], &mp = h[minus_a * n2 + b];
      Real &pm = h[a * n2 + minus_b], &mm = h[minus_a * n2 + minus_b];
      const Real move = (mp + pm - pp - mm) / 2;
      pp += move;
      mm += move;
      mp -= move;
      pm -= move;
    }
  }
}

}  // namespace

template <class Real>
HartleyTransform<Real>::HartleyTransform(Index n1, Index n2)
    : n1_(n1), n2_(n2), plan_([&] {
        Vector<Real> unused(n1 * n2);  // the planner wants an address
        const std::array<int, 2> lengths{static_cast<int>(n1), static_cast<int>(n2)};
        const std::array<fftw_r2r_kind, 2> kinds{FFTW_DHT, FFTW_DHT};
        const std::size_t skip = n1 == 1 ? 1 : 0;
        return Fftw<Real>::plan_r2r(static_cast<int>(2 - skip), lengths.data() + skip, 1,
                                    unused.data(), nullptr, 1, 1, unused.data(), nullptr, 1, 1,
                                    kinds.data() + skip, fftw_flags);
      }) {}

template <class Real>
void HartleyTransform<Real>::apply(Batch<Real> samples) const {
  const Real weight = 1 / std::sqrt(static_cast<Real>(n1_ * n2_));
  for (Index j = 0; j < samples.cols(); ++j) {
    Real* sample = samples.col(j).data();
    Fftw<Real>::execute_r2r(plan_.get(), sample, sample);
    if (n1_ > 1) join_axes(sample, n1_, n2_);
    samples.col(j) *= weight;
  }
}

template class HartleyTransform<float>;
template class HartleyTransform<double>;

}  // namespace pellucid
