// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <complex>

#include "pellucid/base/parallel.hpp"
#include "pellucid/signal/framer.hpp"

namespace pellucid {

/// The estimate of one signal through its vectors: cut, given block by block to
/// `estimate(vectors, first, count)`, the last the signal's number of vectors, which returns their
/// estimates, and put together. A block has about `block_entries` entries.
template <class T, class V, class Estimate>
Vector<T> estimate_framed(const Framing& framing, const std::vector<Index>& shape,
                          Eigen::Ref<const Vector<T>> signal, double noise_std, int threads,
                          Index block_entries, const Estimate& estimate) {
  constexpr Index cut_together = 256;
  const auto framer = make_framer<T, V>(framing, shape, signal);
  const Index block = std::max(cut_together, block_entries / framer->dim());
  Matrix<V> vectors(framer->dim(), std::min(block, framer->count()));
  for (Index first = 0; first < framer->count(); first += block) {
    auto part = vectors.leftCols(std::min(block, framer->count() - first));
    parallel_for((part.cols() + cut_together - 1) / cut_together, threads, [&](Index task, int) {
      const Index from = task * cut_together, count = std::min(cut_together, part.cols() - from);
      framer->cut(first + from, part.middleCols(from, count));
    });
    framer->add(first, estimate(part, first, framer->count()), noise_std);
  }
  return framer->finish();
}

/// Calls `body.template operator()<V>()` with the arithmetic of the vectors of signals in `T`.
template <class T, class Body>
decltype(auto) with_vector_type(const Framing& framing, const Body& body) {
  if constexpr (!is_complex<T>) {
    if (framing.kind == Framing::Kind::stft) return body.template operator()<std::complex<T>>();
  }
  return body.template operator()<T>();
}

}  // namespace pellucid
