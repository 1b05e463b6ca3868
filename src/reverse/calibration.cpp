// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reverse/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace pellucid {

Calibration::Entry Calibration::nearest(double snr_db) const {
  const auto found =
      std::min_element(entries.begin(), entries.end(), [snr_db](const Entry& a, const Entry& b) {
        return std::abs(a.snr_db - snr_db) < std::abs(b.snr_db - snr_db);
      });
  return found == entries.end() ? Entry() : *found;
}

std::optional<Precision> Calibration::precision(double snr_db) const {
  if (entries.empty()) return std::nullopt;
  const Precision stored = nearest(snr_db).precision;
  return stored == Precision::bf16 && !has_bf16_products() ? Precision::f32 : stored;
}

}  // namespace pellucid
