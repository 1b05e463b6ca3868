// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

namespace pellucid {

/// The number of steps found best on validation data, over a range of SNRs.
struct Calibration {
  struct Entry {
    double snr_db = 0.0;
    int steps = 1;
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries;  ///< ascending in SNR

  /// The steps of the entry nearest in decibel; 1 for an empty table.
  [[nodiscard]] int steps(double snr_db) const;
  bool operator==(const Calibration&) const = default;
};

}  // namespace pellucid
