// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/sample_source.hpp"
#include "pellucid/signal/transform.hpp"

namespace pellucid {

/// Samples of another source under a unitary transform.
template <class T>
class TransformedSource final : public SampleSource<T> {
 public:
  TransformedSource(const SampleSource<T>& source, Transform transform,
                    const std::vector<Index>& shape)
      : source_(source), transform_(transform, shape) {}
  [[nodiscard]] Index dim() const override { return source_.dim(); }
  [[nodiscard]] Index count() const override { return source_.count(); }
  void read(Index first, Batch<T> out) const override {
    source_.read(first, out);
    transform_.forward(out);
  }

 private:
  const SampleSource<T>& source_;
  SampleTransform<T> transform_;
};

}  // namespace pellucid
