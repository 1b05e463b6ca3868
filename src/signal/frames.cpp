// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <complex>
#include <numbers>

#include "signal/checked_framer.hpp"
#include "signal/frame_grid.hpp"

namespace pellucid {

namespace {

// A Hann window sampled between its zeros. An estimator sees least of a sample's surroundings at
// the ends of a frame, so the middle counts most and seams fade; every sample keeps some weight.
std::vector<double> synthesis_weights(Index size) {
  std::vector<double> weights(size);
  for (Index i = 0; i < size; ++i) {
    const double s = std::sin(std::numbers::pi * (double(i) + 0.5) / double(size));
    weights[i] = s * s;
  }
  return weights;
}

// Frames are cut as they are, so that white noise stays white, and weighted when put together.
template <class T>
class Frames final : public CheckedFramer<T, T> {
 public:
  Frames(const FrameGrid& grid, const T* signal)
      : CheckedFramer<T, T>(grid.size, grid.count()),
        grid_(grid),
        signal_(signal),
        weights_(balanced(synthesis_weights(grid.size), std::vector<double>(grid.size, 1.0),
                          grid.stride)),
        sum_(Vector<Wide<T>>::Zero(grid.length)) {}

 private:
  void cut_block(Index first, Batch<T> out) const override {
    for (Index j = 0; j < out.cols(); ++j) copy_frame(grid_, signal_, first + j, out.col(j).data());
  }

  void add_block(Index first, const ConstBatch<T>& estimates, double) override {
    for (Index j = 0; j < estimates.cols(); ++j) {
      overlap_add(grid_, first + j, estimates.col(j).data(), weights_, sum_);
    }
  }

  [[nodiscard]] Vector<T> assemble() const override { return sum_.template cast<T>(); }

  FrameGrid grid_;
  const T* signal_;
  std::vector<double> weights_;
  Vector<Wide<T>> sum_;
};

}  // namespace

template <class T>
std::unique_ptr<Framer<T, T>> make_frames(const Framing& framing, const T* signal, Index length) {
  return std::make_unique<Frames<T>>(FrameGrid(length, framing.size[0], framing.stride), signal);
}

template std::unique_ptr<Framer<float, float>> make_frames(const Framing&, const float*, Index);
template std::unique_ptr<Framer<double, double>> make_frames(const Framing&, const double*, Index);
template std::unique_ptr<Framer<std::complex<float>, std::complex<float>>> make_frames(
    const Framing&, const std::complex<float>*, Index);
template std::unique_ptr<Framer<std::complex<double>, std::complex<double>>> make_frames(
    const Framing&, const std::complex<double>*, Index);

}  // namespace pellucid
