// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include "pellucid/network/architecture.hpp"
#include "pellucid/prior/gaussian.hpp"

namespace pellucid {

/// A network and its weights. It knows signals of unit average variance and zero mean; of a complex
/// signal the real and the imaginary parts are its channels, the former ones first.
/// Copies share the weights. `T` is double or std::complex<double>.
template <class T>
struct NetworkPrior {
  NetworkArchitecture architecture;
  std::shared_ptr<const NamedTensors> tensors;

  /// N: channels times pixels, half of that for complex signals.
  [[nodiscard]] Index dim() const { return architecture.entries() / (is_complex<T> ? 2 : 1); }
  /// Throws `Error` naming what is wrong: the architecture's field, or tensors that do not fit it.
  void validate() const;
};

/// The model's units make it 1.
template <class T>
[[nodiscard]] double average_variance(const NetworkPrior<T>&) {
  return 1.0;
}

/// What a network cannot tell: these throw `Error`.
template <class T>
[[nodiscard]] Gaussian<T> moments(const NetworkPrior<T>& prior);
template <class T>
[[nodiscard]] Matrix<T> draw(const NetworkPrior<T>& prior, Index count, std::uint64_t seed,
                             Index first = 0);

}  // namespace pellucid
