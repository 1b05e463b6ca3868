// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/signal_estimator.hpp"

#include <fmt/format.h>

#include "model/framed.hpp"

namespace pellucid {

namespace {

// A seed of each signal's own, by the finaliser of SplitMix64 (Steele, Lea and Flood 2014), a
// bijection: vectors, which are numbered from 0 in every signal, share no numbers.
std::uint64_t seed_of(std::uint64_t seed, std::uint64_t signal) {
  std::uint64_t mixed = seed + (signal + 1) * 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

// One signal of several: its number among them, its noise, and who watches.
struct Turn {
  Index number = 0;
  double noise_std = 0.0;
  Index block_entries = 0;
  const EstimateOptions& options;
  Monitor* monitor = nullptr;
  double evaluations = 0.0;
};

template <class T, class V>
Vector<T> estimate_signal(const Estimator<V>& estimator, Eigen::Ref<const Vector<T>> signal,
                          const std::vector<Index>& shape, Turn& turn) {
  const Noise noise = Noise::std(turn.noise_std);
  EstimateOptions how = turn.options;
  how.seed = seed_of(how.seed, how.first_sample + static_cast<std::uint64_t>(turn.number));
  const auto denoise = [&](ConstBatch<V> vectors, Index first, Index count) {
    how.first_sample = static_cast<std::uint64_t>(first);
    const auto done = [&](Index vector) {
      return static_cast<double>(turn.number) +
             static_cast<double>(vector) / static_cast<double>(count);
    };
    PartMonitor part(turn.monitor, done(first), done(first + vectors.cols()), "");
    return estimator.denoise(vectors, noise, how, &part, &turn.evaluations);
  };
  return estimate_framed<T, V>(estimator.model().framing, shape, signal, turn.noise_std,
                               how.threads, turn.block_entries, denoise);
}

}  // namespace

template <class T>
SignalEstimator<T>::SignalEstimator(Model model, int threads, Index block_entries)
    : block_entries_(block_entries) {
  with_vector_type<T>(model.framing, [&]<class V>() {
    auto estimator = std::make_unique<const Estimator<V>>(std::move(model), threads);
    if constexpr (std::is_same_v<T, V>) {
      same_ = std::move(estimator);
    } else {
      spectral_ = std::move(estimator);
    }
  });
}

template <class T>
const Model& SignalEstimator<T>::model() const {
  return same_ ? same_->model() : spectral_->model();
}

template <class T>
Matrix<T> SignalEstimator<T>::denoise(ConstBatch<T> noisy, const std::vector<Index>& shape,
                                      const Noise& noise, const EstimateOptions& options,
                                      Monitor* monitor, double* evaluations) const {
  if (model().framing.is_none()) {
    return same_->denoise(noisy, noise, options, monitor, evaluations);
  }
  const std::vector<double> noise_std = noise.standard_deviations(model());
  const auto count = static_cast<Index>(noise_std.size());
  if (count != 1 && count != noisy.cols()) {
    throw Error(fmt::format("noise: {} levels for {} signals: give one, or one for each", count,
                            noisy.cols()));
  }
  Matrix<T> estimates(noisy.rows(), noisy.cols());
  const Task task(monitor, name(options.method), static_cast<double>(noisy.cols()));
  double total = 0;
  for (Index j = 0; j < noisy.cols(); ++j) {
    Turn turn{j, noise_std[count == 1 ? 0 : static_cast<std::size_t>(j)], block_entries_, options,
              monitor};
    estimates.col(j) = same_ ? estimate_signal<T>(*same_, noisy.col(j), shape, turn)
                             : estimate_signal<T>(*spectral_, noisy.col(j), shape, turn);
    total += turn.evaluations;
    task.update(static_cast<double>(j + 1));
  }
  if (evaluations != nullptr) *evaluations = total / static_cast<double>(noisy.cols());
  return estimates;
}

template class SignalEstimator<float>;
template class SignalEstimator<double>;
template class SignalEstimator<std::complex<float>>;
template class SignalEstimator<std::complex<double>>;

}  // namespace pellucid
