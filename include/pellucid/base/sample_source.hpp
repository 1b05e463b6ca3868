// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Samples that a fit reads block by block, in double precision, wherever they are stored.
/// `T` is `double` or `std::complex<double>`. Reading is const and safe from several threads.
template <class T>
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  [[nodiscard]] virtual Index dim() const = 0;    ///< N, entries of a sample
  [[nodiscard]] virtual Index count() const = 0;  ///< n, number of samples
  /// Samples `first ... first + out.cols() - 1` into the columns of `out` (N rows).
  virtual void read(Index first, Batch<T> out) const = 0;
};

/// The columns of a matrix that outlives the source; `S` may be single precision. A temporary does
/// not compile.
template <class S>
class MatrixSource final : public SampleSource<Wide<S>> {
 public:
  explicit MatrixSource(const Matrix<S>& samples)
      : samples_(samples.data(), samples.rows(), samples.cols()) {}
  explicit MatrixSource(Matrix<S>&&) = delete;
  [[nodiscard]] Index dim() const override { return samples_.rows(); }
  [[nodiscard]] Index count() const override { return samples_.cols(); }
  void read(Index first, Batch<Wide<S>> out) const override {
    out = samples_.middleCols(first, out.cols()).template cast<Wide<S>>();
  }

 private:
  Eigen::Map<const Matrix<S>> samples_;
};

/// `(x - offset) / scale` of another source: data in model units.
template <class T>
class NormalisedSource final : public SampleSource<T> {
 public:
  NormalisedSource(const SampleSource<T>& source, Vector<T> offset, double scale)
      : source_(source), offset_(std::move(offset)), scale_(scale) {}
  [[nodiscard]] Index dim() const override { return source_.dim(); }
  [[nodiscard]] Index count() const override { return source_.count(); }
  void read(Index first, Batch<T> out) const override {
    source_.read(first, out);
    out.colwise() -= offset_;
    out /= scale_;
  }

 private:
  const SampleSource<T>& source_;
  Vector<T> offset_;
  double scale_;
};

/// Several sources of one dimension, one after the other, at most `limit` samples of them.
template <class T>
class JoinedSource final : public SampleSource<T> {
 public:
  JoinedSource(std::vector<const SampleSource<T>*> parts, Index limit) : parts_(std::move(parts)) {
    for (const auto* part : parts_) count_ += part->count();
    count_ = std::min(count_, limit);
  }
  [[nodiscard]] Index dim() const override { return parts_.front()->dim(); }
  [[nodiscard]] Index count() const override { return count_; }
  void read(Index first, Batch<T> out) const override {
    Index filled = 0;
    for (const auto* part : parts_) {
      const Index skipped = std::min(first, part->count());
      const Index take = std::min(part->count() - skipped, out.cols() - filled);
      if (take > 0) part->read(skipped, out.middleCols(filled, take));
      filled += take;
      first -= skipped;
      if (filled == out.cols()) return;
    }
  }

 private:
  std::vector<const SampleSource<T>*> parts_;
  Index count_ = 0;
};

}  // namespace pellucid
