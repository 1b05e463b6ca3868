// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "pellucid/base/monitor.hpp"
#include "pellucid/base/signal_source.hpp"
#include "pellucid/signal/framing.hpp"

namespace pellucid {

/// Vectors cut from signals to fit a prior to.
template <class V>
struct TrainingVectors {
  Matrix<V> vectors;          ///< one a column
  Index available = 0;        ///< how many there were to choose from
  Framing framing;            ///< with the statistics of the stft's real bins
  double signal_power = 0.0;  ///< of the signals, about their mean
};

/// At most `most` of all vectors that `framing` cuts from the signals, one drawn at random from
/// each of `most` stretches of equal length, so that all signals are represented. One signal is in
/// memory at a time; the source is read twice. `V` is `T`, or `complex<T>` for short-time spectra.
/// Throws `Error` where there are no signals or all are equal.
template <class T, class V>
[[nodiscard]] TrainingVectors<V> cut_training_vectors(const SignalSource<T>& signals,
                                                      const Framing& framing, Index most,
                                                      std::uint64_t seed,
                                                      Monitor* monitor = nullptr);

}  // namespace pellucid
