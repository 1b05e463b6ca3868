// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/base/sample_source.hpp"

namespace pellucid {

/// An order of the entries in which each has the most variance left, given those before it (the
/// pivots of the Cholesky factor of the covariance of some samples, spread evenly). Screening
/// (screened_density.hpp) looks at the first entries of a sample: these tell the most about the
/// others, where neighbouring entries would repeat one another. Throws `Error` for entries that are
/// not finite.
template <class T>
[[nodiscard]] std::vector<Index> telling_order(const SampleSource<T>& source);

/// Another source with the entries in a given order: entry `i` is the other's `order[i]`.
template <class T>
class ReorderedSource final : public SampleSource<T> {
 public:
  ReorderedSource(const SampleSource<T>& source, const std::vector<Index>& order)
      : source_(source), order_(order) {}
  [[nodiscard]] Index dim() const override { return source_.dim(); }
  [[nodiscard]] Index count() const override { return source_.count(); }
  void read(Index first, Batch<T> out) const override {
    source_.read(first, out);
    Vector<T> sample(dim());
    for (Index j = 0; j < out.cols(); ++j) {
      sample = out.col(j);
      out.col(j) = sample(order_);
    }
  }

 private:
  const SampleSource<T>& source_;
  const std::vector<Index>& order_;
};

}  // namespace pellucid
