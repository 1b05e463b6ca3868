// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reverse/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace pellucid {

int Calibration::steps(double snr_db) const {
  const auto nearest =
      std::min_element(entries.begin(), entries.end(), [snr_db](const Entry& a, const Entry& b) {
        return std::abs(a.snr_db - snr_db) < std::abs(b.snr_db - snr_db);
      });
  return nearest == entries.end() ? 1 : nearest->steps;
}

}  // namespace pellucid
