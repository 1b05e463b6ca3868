// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pellucid/analysis/evaluation.hpp"
#include "report/series.hpp"

namespace pellucid::report {

/// Samples of one kind at one SNR, named: a row of a gallery.
struct Strip {
  std::string name;                   ///< "clean", "noisy", or the method's label
  std::string measure;                ///< "NMSE 0.100", empty where unknown
  std::optional<std::size_t> series;  ///< number of the method's series
  const Eigen::MatrixXf* samples = nullptr;
};

struct ShownLevel {
  double snr_db = 0.0;
  std::optional<double> noise_std;
  std::vector<Strip> strips;  ///< noisy first, then the estimates
};

/// A gallery's samples with their names and errors. Points into the gallery; throws `Error` where
/// samples do not have the gallery's shape.
[[nodiscard]] std::vector<ShownLevel> shown_levels(const Gallery& gallery,
                                                   const std::vector<Series>& series);

}  // namespace pellucid::report
