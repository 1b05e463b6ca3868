// SPDX-License-Identifier: BSD-3-Clause
#include "prior/blocks.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"

namespace pellucid {

template <class T>
void check_not_empty(const SampleSource<T>& source, const char* what) {
  if (source.count() > 0 && source.dim() > 0) return;
  throw Error(fmt::format("{}: {} samples of dimension {}: give at least one sample with one entry",
                          what, source.count(), source.dim()));
}

template <class T>
void read_finite(const SampleSource<T>& source, Index first, Batch<T> out) {
  source.read(first, out);
  for (Index j = 0; j < out.cols(); ++j) {
    if (out.col(j).allFinite()) continue;
    throw Error(fmt::format("sample {} (counted from 0) has an entry that is not finite: remove it",
                            first + j));
  }
}

#define PELLUCID_INSTANTIATE(T)                                          \
  template void check_not_empty<T>(const SampleSource<T>&, const char*); \
  template void read_finite<T>(const SampleSource<T>&, Index, Batch<T>);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
