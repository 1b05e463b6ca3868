// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/reverse/process.hpp"
#include "pellucid/signal/transform.hpp"

namespace pellucid {

/// Bands of spatial or temporal frequency for signals of one shape. A bin of the orthonormal
/// discrete Fourier transform along all axes (colour, a third axis of length 3, is not one) has the
/// frequency `sqrt(sum_a f_a^2)`, `f_a = min(k_a, n_a - k_a) / n_a` cycles per sample: 0 to 1/2
/// along an axis. The bands are equally wide from 0 to 1/2; the last one takes the corners beyond
/// 1/2 too. `T` is double or std::complex<double>.
template <class T>
class FrequencyBands {
 public:
  /// At most one band a frequency of the longest axis: fewer than `bands` where there are no more.
  /// Throws `Error` for no bands.
  FrequencyBands(const std::vector<Index>& shape, Index bands);

  [[nodiscard]] Index bands() const { return static_cast<Index>(edges_.size()) - 1; }
  /// Ends of the bands in cycles per sample, one more than bands; the last one is the highest
  /// frequency there is.
  [[nodiscard]] const std::vector<double>& edges() const { return edges_; }

  /// Energy of every column by band, bands x n: each column sums to `|x|^2`.
  [[nodiscard]] Eigen::MatrixXd energy(ConstBatch<T> signals) const;

 private:
  SampleTransform<std::complex<double>> transform_;
  std::vector<double> edges_;
  std::vector<Index> band_of_;  // of every entry's bin
};

/// Energies by band of what a reverse process estimates, step by step, whatever its denoiser: an
/// `Observer` of `estimate`, `generate` and `ReverseProcess`.
///
///     BandRecorder<double> recorder({{28, 28}, 8}, count, steps, clean);
///     estimate(denoiser, ..., recorder.observer());
///     const Eigen::MatrixXd energies = recorder.energy();  // bands x steps
template <class T>
class BandRecorder {
 public:
  /// For signals numbered 0 ... signals - 1 and processes of at most `steps` steps. `clean` (N x
  /// signals, in the process's units) may have no columns: then errors are zero.
  BandRecorder(FrequencyBands<T> bands, Index signals, int steps, ConstBatch<T> clean);

  /// Refers to the recorder, which has to stay where it is. Safe to call from several threads.
  [[nodiscard]] Observer<T> observer();
  void record(const StepView<T>& view);

  [[nodiscard]] const FrequencyBands<T>& bands() const { return bands_; }
  /// Mean over the signals of the energy of x0hat, and of `x0hat - x`: bands x steps. The same for
  /// any number of threads.
  [[nodiscard]] Eigen::MatrixXd energy() const { return mean(energy_); }
  [[nodiscard]] Eigen::MatrixXd error() const { return mean(error_); }

 private:
  [[nodiscard]] Eigen::MatrixXd mean(const std::vector<Eigen::MatrixXd>& steps) const;

  FrequencyBands<T> bands_;
  Matrix<T> clean_;
  std::vector<Eigen::MatrixXd> energy_, error_;  // of every step, bands x signals
};

}  // namespace pellucid
