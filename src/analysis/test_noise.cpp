// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/test_noise.hpp"

#include "pellucid/base/random.hpp"

namespace pellucid {

template <class T>
Matrix<T> unit_noise(Index dim, Index count, std::uint64_t seed, Index first) {
  Matrix<T> noise(dim, count);
  RandomStream(seed, Purpose::observation_noise)
      .normal<T>(static_cast<std::uint64_t>(first), 0, noise);
  return noise;
}

#define PELLUCID_INSTANTIATE(T) \
  template Matrix<T> unit_noise<T>(Index, Index, std::uint64_t, Index);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
