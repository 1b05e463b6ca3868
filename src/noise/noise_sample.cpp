// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/noise/noise_sample.hpp"

#include <fmt/format.h>

#include <cmath>
#include <complex>

#include "pellucid/base/error.hpp"

namespace pellucid {

template <class T>
NoiseSample<T> sample_for_noise(const SignalSource<T>& source, Index most_entries) {
  NoiseSample<T> sample;
  sample.available = source.count();
  sample.is_sound = source.is_sound();
  if (sample.available < 1) throw Error("no signals: give one at least");
  double total = 0;
  for (Index i = 0; i < sample.available; ++i) {
    total += static_cast<double>(entries_of(source.shape(i)));
  }
  const double share = std::min(1.0, static_cast<double>(most_entries) / std::max(total, 1.0));
  const double wanted = std::ceil(share * static_cast<double>(sample.available));
  const Index count = std::max<Index>(1, static_cast<Index>(wanted));
  for (Index i = 0; i < count; ++i) {
    const Index number = i * sample.available / count;
    auto& signal = sample.signals.emplace_back();
    signal.shape = source.shape(number);
    Matrix<T> column(entries_of(signal.shape), 1);
    source.read(number, column);
    signal.entries = column.col(0);
    if (signal.entries.size() == 0) throw Error(fmt::format("signal {} is empty", number));
    if (!signal.entries.allFinite()) {
      throw Error(fmt::format("signal {} holds entries that are not finite: remove it", number));
    }
  }
  return sample;
}

template NoiseSample<double> sample_for_noise<double>(const SignalSource<double>&, Index);
template NoiseSample<std::complex<double>> sample_for_noise<std::complex<double>>(
    const SignalSource<std::complex<double>>&, Index);

}  // namespace pellucid
