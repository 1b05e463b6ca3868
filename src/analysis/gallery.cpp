// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/gallery.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

namespace pellucid {

namespace {

constexpr std::size_t most_levels = 7;
constexpr Index most_sounds = 2;
constexpr double longest_clip = 3.0;   // seconds: a player's worth, at a page's weight
constexpr double shortest_clip = 1.0;  // shorter sounds are passed over where there are longer ones

// At most `most_levels` of the sweep's SNRs, ends included, evenly spread.
std::vector<int> levels_shown(std::size_t count) {
  std::vector<int> shown_as(count, -1);
  const std::size_t levels = std::min(count, most_levels);
  for (std::size_t i = 0; i < levels; ++i) {
    const double position =
        levels == 1 ? 0.0 : static_cast<double>(i) / static_cast<double>(levels - 1);
    const auto level = std::lround(position * static_cast<double>(count - 1));
    shown_as[static_cast<std::size_t>(level)] = static_cast<int>(i);
  }
  return shown_as;
}

}  // namespace

template <class T>
GalleryRecorder<T>::GalleryRecorder(const SignalSource<T>& source, Index samples,
                                    const std::vector<double>& snr_db) {
  if (samples == 0 || source.count() == 0) return;
  gallery_.magnitude = is_complex<T>;
  gallery_.sample_rate = source.sample_rate();
  source.is_sound() ? choose_sounds(source, samples) : choose_samples(source, samples);
  const auto shown = static_cast<Index>(chosen_.size());
  gallery_.clean.resize(entries_, shown);
  shown_as_ = levels_shown(snr_db.size());
  for (std::size_t i = 0; i < snr_db.size(); ++i) {
    if (shown_as_[i] < 0) continue;
    gallery_.levels.push_back({snr_db[i], Eigen::MatrixXf(entries_, shown), {}});
  }
}

template <class T>
void GalleryRecorder<T>::choose_samples(const SignalSource<T>& source, Index samples) {
  gallery_.shape = source.shape(0);
  entries_ = entries_of(gallery_.shape);
  for (Index i = 0; i < source.count() && std::ssize(chosen_) < samples; ++i) {
    if (source.shape(i) == gallery_.shape) chosen_.push_back(i);
  }
}

template <class T>
void GalleryRecorder<T>::choose_sounds(const SignalSource<T>& source, Index samples) {
  const auto length = [&](Index i) { return entries_of(source.shape(i)); };
  const auto wanted = static_cast<Index>(shortest_clip * source.sample_rate());
  entries_ = static_cast<Index>(longest_clip * source.sample_rate());
  for (Index i = 0; i < source.count() && std::ssize(chosen_) < std::min(samples, most_sounds);
       ++i) {
    if (length(i) >= wanted) chosen_.push_back(i);
  }
  if (chosen_.empty()) chosen_.push_back(0);
  for (const Index i : chosen_) entries_ = std::min(entries_, length(i));
  gallery_.shape = {entries_};
}

template <class T>
void GalleryRecorder<T>::store(ConstBatch<T> signals, Eigen::MatrixXf& into) const {
  for (std::size_t c = 0; c < chosen_.size(); ++c) {
    const Index j = chosen_[c] - block_.first;
    if (j < 0 || j >= block_.count) continue;
    const auto signal = signals.col(j).head(entries_);
    if constexpr (is_complex<T>) {
      into.col(static_cast<Index>(c)) = signal.cwiseAbs().template cast<float>();
    } else {
      into.col(static_cast<Index>(c)) = signal.template cast<float>();
    }
  }
}

template <class T>
void GalleryRecorder<T>::clean(ConstBatch<T> signals) {
  store(signals, gallery_.clean);
}

template <class T>
void GalleryRecorder<T>::enter_level(std::size_t level) {
  level_ = is_active() ? shown_as_[level] : -1;
}

template <class T>
void GalleryRecorder<T>::noisy(ConstBatch<T> signals) {
  if (level_ >= 0) store(signals, gallery_.levels[static_cast<std::size_t>(level_)].noisy);
}

template <class T>
void GalleryRecorder<T>::estimate(const std::string& method, const std::string& model,
                                  ConstBatch<T> signals) {
  if (level_ < 0) return;
  auto& estimates = gallery_.levels[static_cast<std::size_t>(level_)].estimates;
  auto found = std::find_if(estimates.begin(), estimates.end(), [&](const auto& known) {
    return known.method == method && known.model == model;
  });
  if (found == estimates.end()) {
    const auto shown = static_cast<Index>(chosen_.size());
    estimates.push_back({method, model, Eigen::MatrixXf(entries_, shown)});
    found = estimates.end() - 1;
  }
  store(signals, found->samples);
}

template <class T>
Index GalleryRecorder<T>::generated_wanted() const {
  return 2 * static_cast<Index>(chosen_.size());
}

template <class T>
void GalleryRecorder<T>::generated(ConstBatch<T> samples) {
  if constexpr (is_complex<T>) {
    gallery_.generated = samples.cwiseAbs().template cast<float>();
  } else {
    gallery_.generated = samples.template cast<float>();
  }
}

template class GalleryRecorder<float>;
template class GalleryRecorder<double>;
template class GalleryRecorder<std::complex<float>>;
template class GalleryRecorder<std::complex<double>>;

}  // namespace pellucid
