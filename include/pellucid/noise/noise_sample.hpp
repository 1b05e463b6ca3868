// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/base/signal_source.hpp"

namespace pellucid {

/// Signals that a noise level is estimated from, held in memory: not all of a large file are
/// needed. `T` is `double` or `std::complex<double>`.
template <class T>
struct NoiseSample {
  struct Signal {
    std::vector<Index> shape;
    Vector<T> entries;  ///< in C order
  };
  std::vector<Signal> signals;
  Index available = 0;  ///< signals of the source
  bool is_sound = false;

  [[nodiscard]] bool is_whole() const { return static_cast<Index>(signals.size()) == available; }
  [[nodiscard]] Index entries() const {
    Index total = 0;
    for (const Signal& signal : signals) total += signal.entries.size();
    return total;
  }
};

/// Entries that are used unless told otherwise: their chance error is below 0.1 %.
inline constexpr Index default_noise_entries = Index{1} << 22;

/// Signals spread evenly over the source, at least one, together about `most_entries` entries; all
/// of them where they are fewer. Throws `Error` for a source without signals or signals without
/// entries, and for entries that are not finite, naming the signal.
template <class T>
[[nodiscard]] NoiseSample<T> sample_for_noise(const SignalSource<T>& source,
                                              Index most_entries = default_noise_entries);

}  // namespace pellucid
