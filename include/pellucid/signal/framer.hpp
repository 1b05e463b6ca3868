// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "pellucid/signal/framing.hpp"

namespace pellucid {

/// One signal being cut into vectors and put together again from their estimates. `T` is the
/// signal's arithmetic, `V` the vectors': `T` for frames and patches, `complex<T>` for the stft of
/// real signals. Vectors are numbered 0 ... count() - 1 and cover the whole signal, whose length is
/// kept; unchanged vectors give it back to rounding.
///
/// Frames and stft start at all multiples of the stride, negative ones too, whose frames touch the
/// signal; beyond its ends it is reflected (`x[-i] = x[i]`), so a sound may be shorter than one
/// frame. Frames are put together with the weights `sin^2(pi (i + 1/2) / size)`, since their ends
/// are estimated worst; stft by the window again; each divided by what weights sum to at a sample.
/// Patches start at the multiples of the stride along every axis, the last ones moved back to its
/// end, and are averaged. Sums are in double precision.
template <class T, class V>
class Framer {
 public:
  virtual ~Framer() = default;
  [[nodiscard]] virtual Index dim() const = 0;    ///< entries of a vector
  [[nodiscard]] virtual Index count() const = 0;  ///< vectors of the signal
  /// Vectors `first ...` into the columns of `out`. Const and safe from several threads.
  virtual void cut(Index first, Batch<V> out) const = 0;
  /// Overlap-add of the estimates of vectors `first ...`; every vector once, in any blocks and in
  /// rising order. `noise_std` is that of the signal (the stft's real bins are filtered with it).
  virtual void add(Index first, ConstBatch<V> estimates, double noise_std) = 0;
  /// The estimate of the signal; all vectors have been added.
  [[nodiscard]] virtual Vector<T> finish() const = 0;
};

/// `signal` has `shape` in C order and outlives the framer, which reads it where it is: give a
/// vector or a column, not an expression or a row. Throws
/// `Error` for a signal with too few axes, or smaller than one patch, and where `T` and `V` are not
/// those of the framing: complex signals under stft, `V` other than `T` elsewhere.
template <class T, class V>
[[nodiscard]] std::unique_ptr<Framer<T, V>> make_framer(const Framing& framing,
                                                        const std::vector<Index>& shape,
                                                        Eigen::Ref<const Vector<T>> signal);

/// stft: `edge_mean` and `edge_variance` from the real bins of clean signals, gathered one by one.
/// `T` is float or double. Throws `Error` for other framings.
template <class T>
class EdgeStatistics {
 public:
  explicit EdgeStatistics(const Framing& framing);
  void gather(Eigen::Ref<const Vector<T>> signal);
  /// Writes them into `framing`; throws `Error` when nothing was gathered.
  void store(Framing& framing) const;

 private:
  Framing framing_;
  std::array<double, 2> mean_{}, squares_{};  // squares about the mean
  double count_ = 0.0;
};

}  // namespace pellucid
