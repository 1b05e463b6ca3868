// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "pellucid/analysis/evaluation.hpp"

namespace pellucid {

/// A picture for a paper: a complete SVG document, 88 mm wide (one column of two), with its styles
/// inside and a white background.
struct FigureFile {
  std::string name;  ///< of the file, without an extension: "nmse"
  std::string svg;
};

/// The plots and pictures of a report, a file each: "nmse"; "segmental_snr" and "excess" where
/// known; "samples_-10dB", ..., clean, noisy and estimated samples for each SNR of the gallery;
/// "generated". Curves differ in markers and dashes, not in colours alone.
[[nodiscard]] std::vector<FigureFile> figures(const Evaluation& evaluation);

}  // namespace pellucid
