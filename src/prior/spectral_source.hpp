// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include "pellucid/base/sample_source.hpp"
#include "prior/eigenbasis.hpp"

namespace pellucid {

/// The samples of another source in the Fourier basis over `blocks`: transformed once and kept
/// where they take at most `most_bytes`, else at every reading.
template <class T>
class SpectralSource final : public SampleSource<T> {
 public:
  SpectralSource(const SampleSource<T>& source, const std::vector<Index>& blocks, double most_bytes,
                 int threads);
  [[nodiscard]] Index dim() const override { return source_.dim(); }
  [[nodiscard]] Index count() const override { return source_.count(); }
  void read(Index first, Batch<T> out) const override;
  [[nodiscard]] const Eigenbasis<T>& basis() const { return basis_; }

 private:
  void transform(Index first, Batch<T> out) const;

  const SampleSource<T>& source_;
  Eigenbasis<T> basis_;
  std::optional<Matrix<T>> kept_;
};

}  // namespace pellucid
