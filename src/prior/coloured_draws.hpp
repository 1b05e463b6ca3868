// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>

#include "linalg/blas.hpp"
#include "pellucid/base/random.hpp"
#include "prior/blocks.hpp"

namespace pellucid {

/// `mean + F z` for draws `first ... first + count - 1` of a seed, `z` standard normal.
template <class T>
Matrix<T> coloured_draws(const Vector<T>& mean, const Matrix<T>& root, Index count,
                         std::uint64_t seed, Index first) {
  const linalg::SingleThreadedBlas blas;
  const RandomStream random(seed, Purpose::prior_draw);
  Matrix<T> samples(mean.size(), count), white(root.cols(), std::min(chunk_samples, count));
  for (Index start = 0; start < count; start += chunk_samples) {
    auto out = samples.middleCols(start, std::min(chunk_samples, count - start));
    auto z = white.leftCols(out.cols());
    random.normal<T>(static_cast<std::uint64_t>(first + start), 0, z);
    out.colwise() = mean;
    linalg::multiply<T>(linalg::Op::none, T(1.0), root, z, T(1.0), out);
  }
  return samples;
}

}  // namespace pellucid
