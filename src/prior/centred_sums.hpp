// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/monitor.hpp"
#include "pellucid/base/sample_source.hpp"

namespace pellucid {

/// Samples `first ... first + out.cols() - 1` with `shift` taken off; `sum` receives the sum of
/// what is then in `out`. Pieces of fixed size are shared among the threads and their sums added in
/// order. Throws as `read_finite`.
template <class T>
void read_shifted(const SampleSource<T>& source, Index first, const Vector<T>& shift, int threads,
                  Batch<T> out, Vector<T>& sum);

/// The mean of the first samples: a shift near the mean keeps second moments from cancelling.
template <class T>
[[nodiscard]] Vector<T> rough_mean(const SampleSource<T>& source);

/// Lower triangle of `C = A A^H + C`, split over row panels; no result depends on the threads.
template <class T>
void add_gram_in_panels(ConstBatch<T> a, int threads, Batch<T> c);

template <class T>
struct MeanCovariance {
  Vector<T> mean;
  Matrix<T> covariance;  ///< `sum (x_j - m)(x_j - m)^H / n`, both triangles
};

/// In one pass, by a product of each block with itself.
template <class T>
[[nodiscard]] MeanCovariance<T> mean_and_covariance(const SampleSource<T>& source, int threads,
                                                    Monitor* monitor);

}  // namespace pellucid
