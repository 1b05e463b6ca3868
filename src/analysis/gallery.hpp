// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/analysis/evaluation.hpp"
#include "pellucid/base/signal_source.hpp"

namespace pellucid {

/// Collects what a report shows while an evaluation runs: the first signals of the first one's
/// shape, or the first seconds of a few sounds, at SNRs spread over the sweep.
template <class T>
class GalleryRecorder {
 public:
  /// `samples` signals at most; 0 records nothing.
  GalleryRecorder(const SignalSource<T>& source, Index samples, const std::vector<double>& snr_db);

  [[nodiscard]] bool is_active() const { return !chosen_.empty(); }
  /// The signals in hand from now on are those of `block`.
  void enter(SignalBlock block) { block_ = block; }
  void clean(ConstBatch<T> signals);
  /// The SNR in hand from now on; nothing is recorded at one that is not shown.
  void enter_level(std::size_t level);
  void noisy(ConstBatch<T> signals);
  void estimate(const std::string& method, const std::string& model, ConstBatch<T> signals);
  void generated(ConstBatch<T> samples);

  /// How many generated samples are worth showing.
  [[nodiscard]] Index generated_wanted() const;
  [[nodiscard]] Gallery take() { return std::move(gallery_); }

 private:
  void choose_sounds(const SignalSource<T>& source, Index samples);
  void choose_samples(const SignalSource<T>& source, Index samples);
  void store(ConstBatch<T> signals, Eigen::MatrixXf& into) const;

  Index entries_ = 0;          // of a signal that are shown
  std::vector<Index> chosen_;  // numbers of the signals shown, rising
  std::vector<int> shown_as_;  // of every SNR: its place in `gallery_.levels`, or -1
  SignalBlock block_;
  int level_ = -1;
  Gallery gallery_;
};

}  // namespace pellucid
