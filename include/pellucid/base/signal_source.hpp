// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Entries of signals, or of vectors cut from them, that are in hand at a time unless told
/// otherwise: enough for all threads, little memory.
inline constexpr Index default_block_entries = Index{1} << 22;

/// Signals, not all of one shape, read block by block in arithmetic `T`, wherever they are stored:
/// what is denoised and evaluated. Reading is const and safe from several threads.
template <class T>
class SignalSource {
 public:
  virtual ~SignalSource() = default;
  [[nodiscard]] virtual Index count() const = 0;
  [[nodiscard]] virtual const std::vector<Index>& shape(Index signal) const = 0;
  /// Signals `first ... first + out.cols() - 1`, all of one shape, into the columns of `out`.
  virtual void read(Index first, Batch<T> out) const = 0;
  /// Sampling rate in Hz where signals are sound, else 0.
  [[nodiscard]] virtual double sample_rate() const { return 0.0; }
  [[nodiscard]] bool is_sound() const { return sample_rate() > 0.0; }
};

/// The columns of a matrix that outlives the source, each of `shape`. A temporary does not compile.
template <class T>
class MatrixSignals final : public SignalSource<T> {
 public:
  MatrixSignals(const Matrix<T>& signals, std::vector<Index> shape)
      : signals_(signals.data(), signals.rows(), signals.cols()), shape_(std::move(shape)) {}
  MatrixSignals(Matrix<T>&&, std::vector<Index>) = delete;
  [[nodiscard]] Index count() const override { return signals_.cols(); }
  [[nodiscard]] const std::vector<Index>& shape(Index) const override { return shape_; }
  void read(Index first, Batch<T> out) const override {
    out = signals_.middleCols(first, out.cols());
  }

 private:
  Eigen::Map<const Matrix<T>> signals_;
  std::vector<Index> shape_;
};

/// Product of a shape's lengths.
[[nodiscard]] inline Index entries_of(const std::vector<Index>& shape) {
  Index entries = 1;
  for (const Index length : shape) entries *= length;
  return entries;
}

/// Consecutive signals of one shape that are worked on together.
struct SignalBlock {
  Index first = 0, count = 0;
};

/// The block that starts at `first`: signals of its shape, at least one, together at most
/// `most_entries` entries.
template <class T>
[[nodiscard]] SignalBlock block_from(const SignalSource<T>& source, Index first,
                                     Index most_entries) {
  const std::vector<Index>& shape = source.shape(first);
  const Index most = std::max<Index>(1, most_entries / std::max<Index>(1, entries_of(shape)));
  SignalBlock block{first, 1};
  while (block.count < most && first + block.count < source.count() &&
         source.shape(first + block.count) == shape) {
    ++block.count;
  }
  return block;
}

}  // namespace pellucid
