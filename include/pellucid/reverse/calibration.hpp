// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <vector>

#include "pellucid/base/precision.hpp"

namespace pellucid {

/// The number of steps found best on validation data, and the precision that suffices, over a range
/// of SNRs.
struct Calibration {
  struct Entry {
    double snr_db = 0.0;
    int steps = 1;
    Precision precision = Precision::f32;
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries;  ///< ascending in SNR

  /// The steps of the entry nearest in decibel; 1 for an empty table.
  [[nodiscard]] int steps(double snr_db) const { return nearest(snr_db).steps; }
  /// Its precision, f32 in place of bf16 where the processor has no products of it; nothing for an
  /// empty table.
  [[nodiscard]] std::optional<Precision> precision(double snr_db) const;
  bool operator==(const Calibration&) const = default;

 private:
  [[nodiscard]] Entry nearest(double snr_db) const;
};

}  // namespace pellucid
