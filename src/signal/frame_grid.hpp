// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Where frames lie: frame `j` starts at `start(j)`. Starts are the multiples of `stride`, negative
/// ones too, whose frames touch the signal, so that weights which depend on the place in a frame
/// sum to the same at the ends as in the middle.
struct FrameGrid {
  FrameGrid(Index signal_length, Index frame_size, Index frame_stride)
      : length(signal_length), size(frame_size), stride(frame_stride) {}

  Index length;
  Index size;
  Index stride;

  [[nodiscard]] Index lead() const { return (size - 1) / stride; }  // frames that start before 0
  [[nodiscard]] Index count() const { return length == 0 ? 0 : lead() + (length - 1) / stride + 1; }
  [[nodiscard]] Index start(Index frame) const { return (frame - lead()) * stride; }
};

/// The signal beyond its ends, x[-i] = x[i] and likewise at the other end, again and again where it
/// is shorter than a frame.
inline Index reflected(Index i, Index length) {
  if (length == 1) return 0;
  const Index period = 2 * (length - 1);
  i %= period;
  if (i < 0) i += period;
  return i < length ? i : period - i;
}

template <class T>
void copy_frame(const FrameGrid& grid, const T* signal, Index frame, T* out) {
  const Index start = grid.start(frame);
  if (start >= 0 && start + grid.size <= grid.length) {
    std::copy_n(signal + start, grid.size, out);
    return;
  }
  for (Index i = 0; i < grid.size; ++i) out[i] = signal[reflected(start + i, grid.length)];
}

/// `sum[start + i] += weights[i] * values[i]` where the frame lies on the signal.
template <class T>
void overlap_add(const FrameGrid& grid, Index frame, const T* values,
                 const std::vector<double>& weights, Vector<Wide<T>>& sum) {
  const Index start = grid.start(frame);
  const Index end = std::min(grid.size, grid.length - start);
  for (Index i = std::max<Index>(0, -start); i < end; ++i) {
    sum[start + i] += weights[i] * Wide<T>(values[i]);
  }
}

/// `weights[i] / sum_k given[i + k stride] weights[i + k stride]`: overlap-add of frames that were
/// multiplied by `given` then returns the signal.
inline std::vector<double> balanced(std::vector<double> weights, const std::vector<double>& given,
                                    Index stride) {
  std::vector<double> sums(stride, 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i) sums[i % stride] += given[i] * weights[i];
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] /= sums[i % stride];
  return weights;
}

}  // namespace pellucid
