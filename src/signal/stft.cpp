// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "signal/checked_framer.hpp"
#include "signal/fftw.hpp"
#include "signal/frame_grid.hpp"

namespace pellucid {

namespace {

// The square root of the periodic Hann window: `w[n]^2 = (1 - cos(2 pi n / size)) / 2`.
std::vector<double> root_hann(Index size) {
  std::vector<double> window(size);
  for (Index n = 0; n < size; ++n) {
    window[n] = std::sin(std::numbers::pi * double(n) / double(size));
  }
  return window;
}

// The bins 0 and size/2 of a windowed frame: `sum w[n] x[n]` and `sum (-1)^n w[n] x[n]`.
template <class T>
std::array<double, 2> real_bins(const std::vector<double>& window, const std::vector<T>& frame) {
  double even = 0.0, odd = 0.0;
  for (std::size_t n = 0; n < window.size(); n += 2) {
    even += window[n] * double(frame[n]);
    odd += window[n + 1] * double(frame[n + 1]);
  }
  return {even + odd, even - odd};
}

// E[clean bin | noisy bin] of a Gaussian one. Without noise the bin is what it is, also where clean
// signals were never seen to vary.
double wiener(double bin, double mean, double variance, double noise_variance) {
  if (noise_variance == 0) return bin;
  return mean + variance / (variance + noise_variance) * (bin - mean);
}

template <class T>
class Stft final : public CheckedFramer<T, std::complex<T>> {
  using Complex = std::complex<T>;

 public:
  Stft(const Framing& framing, const FrameGrid& grid, const T* signal)
      : CheckedFramer<T, Complex>(grid.size / 2 - 1, grid.count()),
        framing_(framing),
        grid_(grid),
        signal_(signal),
        window_(root_hann(grid.size)),
        weights_(synthesis_weights()),
        frame_(grid.size),
        bins_(grid.size / 2 + 1),
        forward_([this] {
          return Fftw<T>::plan_r2c(int(grid_.size), frame_.data(), fftw_cast(bins_.data()),
                                   fftw_flags);
        }),
        inverse_([this] {
          return Fftw<T>::plan_c2r(int(grid_.size), fftw_cast(bins_.data()), frame_.data(),
                                   fftw_flags);
        }),
        sum_(Vector<double>::Zero(grid.length)) {}

 private:
  // FFTW's way there and back multiplies by `size`.
  [[nodiscard]] std::vector<double> synthesis_weights() const {
    std::vector<double> weights = balanced(window_, window_, grid_.stride);
    for (double& weight : weights) weight /= double(grid_.size);
    return weights;
  }

  void cut_block(Index first, Batch<Complex> out) const override {
    std::vector<T> frame(grid_.size);
    std::vector<Complex> bins(grid_.size / 2 + 1);
    for (Index j = 0; j < out.cols(); ++j) {
      copy_frame(grid_, signal_, first + j, frame.data());
      for (Index n = 0; n < grid_.size; ++n) frame[n] = T(window_[n] * double(frame[n]));
      Fftw<T>::execute_r2c(forward_.get(), frame.data(), fftw_cast(bins.data()));
      std::copy(bins.begin() + 1, bins.end() - 1, out.col(j).data());
    }
  }

  // The real bins are computed again from the signal, which is cheaper than keeping them and leaves
  // `cut` const.
  void add_block(Index first, const ConstBatch<Complex>& estimates, double noise_std) override {
    const double noise_variance = noise_std * noise_std * framing_.noise_gain();
    for (Index j = 0; j < estimates.cols(); ++j) {
      copy_frame(grid_, signal_, first + j, frame_.data());
      const auto noisy = real_bins(window_, frame_);
      std::array<T, 2> edges;
      for (std::size_t e = 0; e < 2; ++e) {
        edges[e] =
            T(wiener(noisy[e], framing_.edge_mean[e], framing_.edge_variance[e], noise_variance));
      }
      bins_.front() = edges[0];
      std::copy_n(estimates.col(j).data(), estimates.rows(), bins_.begin() + 1);
      bins_.back() = edges[1];
      Fftw<T>::execute_c2r(inverse_.get(), fftw_cast(bins_.data()), frame_.data());
      overlap_add(grid_, first + j, frame_.data(), weights_, sum_);
    }
  }

  [[nodiscard]] Vector<T> assemble() const override { return sum_.template cast<T>(); }

  Framing framing_;
  FrameGrid grid_;
  const T* signal_;
  std::vector<double> window_, weights_;
  std::vector<T> frame_;  // workspace of `add`, as are the bins
  std::vector<Complex> bins_;
  FftwPlan<T> forward_, inverse_;
  Vector<double> sum_;
};

}  // namespace

template <class T>
std::unique_ptr<Framer<T, std::complex<T>>> make_stft(const Framing& framing, const T* signal,
                                                      Index length) {
  return std::make_unique<Stft<T>>(framing, FrameGrid(length, framing.size[0], framing.stride),
                                   signal);
}

template std::unique_ptr<Framer<float, std::complex<float>>> make_stft(const Framing&, const float*,
                                                                       Index);
template std::unique_ptr<Framer<double, std::complex<double>>> make_stft(const Framing&,
                                                                         const double*, Index);

template <class T>
EdgeStatistics<T>::EdgeStatistics(const Framing& framing) : framing_(framing) {
  framing.validate();
  if (framing.kind != Framing::Kind::stft) {
    throw Error("framing: real bins are gathered for stft only");
  }
}

template <class T>
void EdgeStatistics<T>::gather(Eigen::Ref<const Vector<T>> signal) {
  const FrameGrid grid(signal.size(), framing_.size[0], framing_.stride);
  const std::vector<double> window = root_hann(grid.size);
  std::vector<T> frame(grid.size);
  for (Index j = 0; j < grid.count(); ++j) {
    copy_frame(grid, signal.data(), j, frame.data());
    const auto bins = real_bins(window, frame);
    ++count_;
    // Welford's update: a constant that is large beside the variance does not cancel it.
    for (std::size_t e = 0; e < 2; ++e) {
      const double before = bins[e] - mean_[e];
      mean_[e] += before / count_;
      squares_[e] += before * (bins[e] - mean_[e]);
    }
  }
}

template <class T>
void EdgeStatistics<T>::store(Framing& framing) const {
  if (count_ == 0) throw Error("framing: no clean signal to gather real bins from: give one");
  framing.edge_mean = mean_;
  framing.edge_variance = {squares_[0] / count_, squares_[1] / count_};
}

template class EdgeStatistics<float>;
template class EdgeStatistics<double>;

}  // namespace pellucid
