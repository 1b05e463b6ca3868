// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

namespace pellucid {

inline double from_db(double db) { return std::pow(10.0, db / 10.0); }
inline double to_db(double ratio) { return 10.0 * std::log10(ratio); }

/// A noise level of the variance-preserving process `x_t = sqrt(abar) x0 + sqrt(1 - abar) n`, for a
/// signal of unit average variance. Both parts are stored, so that neither a nearly clean nor a
/// nearly empty level loses digits: `alpha_bar + noise = 1`, `SNR = alpha_bar / noise`.
struct NoiseLevel {
  double alpha_bar = 1.0;  ///< signal part, abar
  double noise = 0.0;      ///< noise part, 1 - abar

  [[nodiscard]] double snr() const { return alpha_bar / noise; }
  [[nodiscard]] double snr_db() const { return to_db(snr()); }
  [[nodiscard]] bool is_clean() const { return noise == 0.0; }

  /// The level of `y = x0 + n` with noise variance `v` once divided by `sqrt(1 + v)`.
  static NoiseLevel from_variance(double v) { return {1.0 / (1.0 + v), v / (1.0 + v)}; }
  static NoiseLevel from_snr(double snr) { return {snr / (1.0 + snr), 1.0 / (1.0 + snr)}; }
  static NoiseLevel from_snr_db(double db) { return from_snr(from_db(db)); }
  static NoiseLevel clean() { return {1.0, 0.0}; }

  /// `v` of `from_variance`: the noise variance relative to the unscaled signal, `1 / SNR`.
  [[nodiscard]] double variance() const { return noise / alpha_bar; }
};

}  // namespace pellucid
