// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/noise/automatic_noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <optional>
#include <utility>
#include <vector>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

// What every estimator tells, without what only some do.
NoiseEstimate common(const NoiseEstimate& estimate) { return estimate; }

template <class T>
using Map = Eigen::Map<const Matrix<T>>;

// Some estimators have nothing to say of some data: that is no error while choosing.
template <class Body>
std::optional<NoiseEstimate> attempt(const Body& body) {
  try {
    return body();
  } catch (const Error&) {
    return std::nullopt;
  }
}

void add_note(NoiseEstimate& noise, const std::string& note) {
  noise.note += (noise.note.empty() ? "" : "; ") + note;
}

// Of a matrix with more entries, evenly spread rows and columns will do: signal of low rank stays
// so in any of them, and white noise white. The longer side is cut first, at most to a square.
constexpr Index enough_entries = 6'000'000;

struct Sides {
  Index rows, columns;
};

Sides sides_read(Index rows, Index columns) {
  Index longer = std::max(rows, columns), shorter = std::min(rows, columns);
  const auto square = static_cast<Index>(std::sqrt(static_cast<double>(enough_entries)));
  longer = std::min(longer, std::max(square, enough_entries / std::max<Index>(shorter, 1)));
  shorter = std::min(shorter, std::max(square, enough_entries / longer));
  return rows >= columns ? Sides{longer, shorter} : Sides{shorter, longer};
}

std::vector<Index> spread(Index count, Index of) {
  std::vector<Index> chosen(static_cast<std::size_t>(count));
  for (Index i = 0; i < count; ++i) chosen[static_cast<std::size_t>(i)] = i * of / count;
  return chosen;
}

template <class T>
NoiseEstimate by_matrix(const NoiseSample<T>& sample, NoiseEstimator estimator) {
  const MatrixNoise found = matrix_noise(signal_singular_values(sample), estimator);
  NoiseEstimate noise = static_cast<const NoiseEstimate&>(found);
  const auto& first = sample.signals.front();
  const auto count = static_cast<Index>(sample.signals.size());
  const Index columns = count > 1 ? count : first.shape.back();
  const Index rows = count > 1 ? first.entries.size() : first.entries.size() / columns;
  Sides read = sides_read(rows, columns);
  if (count > 1) read.columns = columns;
  if (read.rows < rows || read.columns < columns) {
    add_note(noise, fmt::format("from {} x {} of {} x {} entries", read.rows, read.columns, rows,
                                columns));
  }
  return noise;
}

bool is_certain(const std::optional<NoiseEstimate>& noise, NoiseCertainty certainty) {
  return noise && noise->certainty == certainty;
}

// Where the model cannot say, and the data can.
template <class T>
NoiseEstimate with_model(const NoiseSample<T>& sample, NoiseEstimate by_model) {
  const auto wavelet = attempt([&] { return wavelet_noise(sample); });
  const bool is_weak =
      by_model.certainty == NoiseCertainty::doubtful || by_model.certainty == NoiseCertainty::bound;
  if (is_weak && is_certain(wavelet, NoiseCertainty::fair)) {
    NoiseEstimate chosen = *wavelet;
    add_note(chosen, fmt::format("the model says {:.4g}, {}", by_model.noise_std, by_model.note));
    return chosen;
  }
  // A prior that fits badly takes what it misses for noise: of two that hold, the smaller.
  const bool is_fair = by_model.certainty == NoiseCertainty::fair;
  if (is_fair && is_certain(wavelet, NoiseCertainty::fair) && wavelet->noise_std > 0 &&
      wavelet->noise_std < by_model.noise_std) {
    NoiseEstimate chosen = *wavelet;
    add_note(chosen, fmt::format("the model says {:.4g}", by_model.noise_std));
    return chosen;
  }
  constexpr double margin = 0.9;
  if (is_certain(wavelet, NoiseCertainty::fair) && wavelet->noise_std > 0 &&
      wavelet->interval[1] < margin * by_model.interval[0]) {
    by_model.certainty = NoiseCertainty::doubtful;
    add_note(by_model, fmt::format("the finest detail has less, {:.4g}: is the model theirs?",
                                   wavelet->noise_std));
  }
  return by_model;
}

template <class T>
NoiseEstimate without_model(const NoiseSample<T>& sample) {
  const auto wavelet = attempt([&] { return wavelet_noise(sample); });
  const auto edge = sample.is_sound
                        ? std::nullopt
                        : attempt([&] { return by_matrix(sample, NoiseEstimator::automatic); });
  if (!wavelet && !edge) return wavelet_noise(sample);  // says why
  const bool wavelet_holds = is_certain(wavelet, NoiseCertainty::fair);
  const bool edge_holds = is_certain(edge, NoiseCertainty::sure);
  if (edge_holds && (!wavelet || !wavelet_holds || edge->noise_std < wavelet->interval[0])) {
    return *edge;
  }
  if (wavelet_holds) {
    NoiseEstimate chosen = *wavelet;
    if (edge_holds && edge->interval[0] <= chosen.interval[1]) {
      chosen.certainty = NoiseCertainty::sure;
      add_note(chosen, fmt::format("the singular values agree, {:.4g}", edge->noise_std));
    }
    return chosen;
  }
  if (!wavelet || !edge) return wavelet ? *wavelet : *edge;
  return edge->noise_std < wavelet->noise_std && edge->noise_std > 0 ? *edge : *wavelet;
}

}  // namespace

template <class T>
SingularValues signal_singular_values(const NoiseSample<T>& sample) {
  constexpr Index most = 100'000'000;
  const auto& first = sample.signals.front();
  const auto count = static_cast<Index>(sample.signals.size());
  if (count == 1) {
    const Index columns = first.shape.empty() ? 1 : first.shape.back();
    if (first.shape.size() < 2 || sample.is_sound) {
      throw Error("one signal of one axis is no matrix: give several, or choose wavelet");
    }
    const Index rows = first.entries.size() / columns;
    const Map<T> matrix(first.entries.data(), columns, rows);
    const Sides read = sides_read(rows, columns);
    if (read.rows == rows && read.columns == columns) return singular_values<T>(matrix);
    const Matrix<T> part = matrix(spread(read.columns, columns), spread(read.rows, rows));
    return singular_values<T>(part);
  }
  const Index rows = first.entries.size();
  if (rows > most / count) throw Error("more than 1e8 entries: too large a matrix; choose wavelet");
  const Index kept = sides_read(rows, count).rows;
  const std::vector<Index> variables = spread(kept, rows);
  Matrix<T> matrix(kept, count);
  for (Index j = 0; j < count; ++j) {
    const auto& signal = sample.signals[static_cast<std::size_t>(j)];
    if (signal.shape != first.shape) {
      throw Error("signals of several shapes are no matrix: choose wavelet, or likelihood");
    }
    matrix.col(j) = signal.entries(variables);
  }
  return singular_values<T>(matrix, true);
}

template <class T>
NoiseEstimate estimate_noise(const NoiseSample<T>& sample, NoiseEstimator estimator,
                             const LikelihoodNoise<T>* likelihood, Monitor* monitor) {
  switch (estimator) {
    case NoiseEstimator::automatic:
      if (likelihood == nullptr) return without_model(sample);
      return with_model(sample, common(likelihood->estimate(sample, monitor)));
    case NoiseEstimator::wavelet:
      return wavelet_noise(sample);
    case NoiseEstimator::likelihood:
      if (likelihood == nullptr) throw Error("likelihood needs a model: give one");
      return common(likelihood->estimate(sample, monitor));
    default:
      return by_matrix(sample, estimator);
  }
}

#define PELLUCID_INSTANTIATE(T)                                                   \
  template SingularValues signal_singular_values<T>(const NoiseSample<T>&);       \
  template NoiseEstimate estimate_noise<T>(const NoiseSample<T>&, NoiseEstimator, \
                                           const LikelihoodNoise<T>*, Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
