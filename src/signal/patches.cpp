// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <complex>

#include "signal/checked_framer.hpp"

namespace pellucid {

namespace {

Index product(const std::vector<Index>& lengths) {
  Index result = 1;
  for (const Index length : lengths) result *= length;
  return result;
}

// 0, stride, 2 stride, ... and the last one that fits, wherever it is.
std::vector<Index> starts_along(Index length, Index size, Index stride) {
  std::vector<Index> starts;
  for (Index at = 0; at < length - size; at += stride) starts.push_back(at);
  starts.push_back(length - size);
  return starts;
}

// Where patches lie in the memory of a signal in C order. Entries along the last cut axis and the
// axes behind it lie side by side: a patch is `rows` such runs of `run` entries.
struct PatchGrid {
  PatchGrid(const Framing& framing, const std::vector<Index>& shape);

  [[nodiscard]] Index count() const;
  [[nodiscard]] Index dim() const { return run * static_cast<Index>(rows.size()); }
  // The signal's entry that a patch starts with.
  [[nodiscard]] Index start(Index patch) const;
  // By how many patches each point of the cut axes is covered.
  [[nodiscard]] std::vector<double> cover() const;

  std::vector<Index> size, lengths;        // of the cut axes
  std::vector<std::vector<Index>> starts;  // along each of them
  std::vector<Index> steps;                // entries from one index of such an axis to the next
  Index inner = 1;                         // entries of the axes taken whole
  Index run = 1;
  std::vector<Index> rows;  // first entries of a patch's runs, counted from its start
};

PatchGrid::PatchGrid(const Framing& framing, const std::vector<Index>& shape)
    : size(framing.size), steps(framing.size.size()) {
  const std::size_t axes = size.size();
  for (std::size_t a = 0; a < axes; ++a) {
    if (shape[a] < size[a]) {
      throw Error(fmt::format("signal of ({}): is smaller than a patch of {}: use smaller patches",
                              fmt::join(shape, ", "), fmt::join(size, " x ")));
    }
    lengths.push_back(shape[a]);
    starts.push_back(starts_along(shape[a], size[a], framing.stride));
  }
  for (std::size_t a = axes; a < shape.size(); ++a) inner *= shape[a];
  Index step = inner;
  for (std::size_t a = axes; a-- > 0;) {
    steps[a] = step;
    step *= shape[a];
  }
  run = size.back() * inner;
  rows = {0};
  for (std::size_t a = 0; a + 1 < axes; ++a) {
    std::vector<Index> finer;
    for (const Index row : rows) {
      for (Index i = 0; i < size[a]; ++i) finer.push_back(row + i * steps[a]);
    }
    rows = std::move(finer);
  }
}

Index PatchGrid::count() const {
  Index count = 1;
  for (const auto& along : starts) count *= static_cast<Index>(along.size());
  return count;
}

Index PatchGrid::start(Index patch) const {
  Index entry = 0;
  for (std::size_t a = starts.size(); a-- > 0;) {
    const auto count = static_cast<Index>(starts[a].size());
    entry += starts[a][patch % count] * steps[a];
    patch /= count;
  }
  return entry;
}

std::vector<double> PatchGrid::cover() const {
  std::vector<double> cover{1.0};
  for (std::size_t a = 0; a < starts.size(); ++a) {
    std::vector<double> along(lengths[a], 0.0);
    for (const Index start : starts[a]) {
      for (Index i = 0; i < size[a]; ++i) along[start + i] += 1.0;
    }
    std::vector<double> finer;
    finer.reserve(cover.size() * along.size());
    for (const double outer : cover) {
      for (const double here : along) finer.push_back(outer * here);
    }
    cover = std::move(finer);
  }
  return cover;
}

// Estimates that overlap are averaged with equal weights: sums in double precision, divided by
// their number.
template <class T>
class Patches final : public CheckedFramer<T, T> {
 public:
  Patches(const PatchGrid& grid, const std::vector<Index>& shape, const T* signal)
      : CheckedFramer<T, T>(grid.dim(), grid.count()),
        grid_(grid),
        signal_(signal),
        sum_(Vector<Wide<T>>::Zero(product(shape))) {}

 private:
  void cut_block(Index first, Batch<T> out) const override {
    for (Index j = 0; j < out.cols(); ++j) {
      const T* patch = signal_ + grid_.start(first + j);
      T* entry = out.col(j).data();
      for (const Index row : grid_.rows) entry = std::copy_n(patch + row, grid_.run, entry);
    }
  }

  void add_block(Index first, const ConstBatch<T>& estimates, double) override {
    for (Index j = 0; j < estimates.cols(); ++j) {
      Wide<T>* patch = sum_.data() + grid_.start(first + j);
      const T* entry = estimates.col(j).data();
      for (const Index row : grid_.rows) {
        for (Index i = 0; i < grid_.run; ++i) patch[row + i] += Wide<T>(entry[i]);
        entry += grid_.run;
      }
    }
  }

  [[nodiscard]] Vector<T> assemble() const override {
    Vector<T> signal(sum_.size());
    Index entry = 0;
    for (const double count : grid_.cover()) {
      for (Index i = 0; i < grid_.inner; ++i, ++entry) signal[entry] = T(sum_[entry] / count);
    }
    return signal;
  }

  PatchGrid grid_;
  const T* signal_;
  Vector<Wide<T>> sum_;
};

}  // namespace

template <class T>
std::unique_ptr<Framer<T, T>> make_patches(const Framing& framing, const std::vector<Index>& shape,
                                           const T* signal) {
  return std::make_unique<Patches<T>>(PatchGrid(framing, shape), shape, signal);
}

template std::unique_ptr<Framer<float, float>> make_patches(const Framing&,
                                                            const std::vector<Index>&,
                                                            const float*);
template std::unique_ptr<Framer<double, double>> make_patches(const Framing&,
                                                              const std::vector<Index>&,
                                                              const double*);
template std::unique_ptr<Framer<std::complex<float>, std::complex<float>>> make_patches(
    const Framing&, const std::vector<Index>&, const std::complex<float>*);
template std::unique_ptr<Framer<std::complex<double>, std::complex<double>>> make_patches(
    const Framing&, const std::vector<Index>&, const std::complex<double>*);

}  // namespace pellucid
