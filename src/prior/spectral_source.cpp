// SPDX-License-Identifier: BSD-3-Clause
#include "prior/spectral_source.hpp"

#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"

namespace pellucid {

template <class T>
SpectralSource<T>::SpectralSource(const SampleSource<T>& source, const std::vector<Index>& blocks,
                                  double most_bytes, int threads)
    : source_(source), basis_(blocks) {
  const double bytes = static_cast<double>(dim()) * static_cast<double>(count()) * sizeof(T);
  if (bytes > most_bytes) return;
  kept_.emplace(dim(), count());
  parallel_for(chunk_count(count()), threads, [&](Index task, int) {
    const Index first = task * chunk_samples, size = std::min(chunk_samples, count() - first);
    transform(first, kept_->middleCols(first, size));
  });
}

template <class T>
void SpectralSource<T>::transform(Index first, Batch<T> out) const {
  Matrix<T> samples(out.rows(), out.cols());
  source_.read(first, samples);
  basis_.forward(samples, out);
}

template <class T>
void SpectralSource<T>::read(Index first, Batch<T> out) const {
  if (kept_) {
    out = kept_->middleCols(first, out.cols());
  } else {
    transform(first, out);
  }
}

template class SpectralSource<double>;
template class SpectralSource<std::complex<double>>;

}  // namespace pellucid
