// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pellucid/base/types.hpp"
#include "pellucid/io/array.hpp"
#include "pellucid/io/output_file.hpp"
#include "pellucid/io/output_folder.hpp"

namespace pellucid::app {

/// Where samples are written: a `.npy` file, or a folder of 8-bit PNG for a path without extension
/// and samples that are pictures. Opened before the work, so that a path that cannot be written
/// fails early; appears whole or not at all.
class SampleOutput {
 public:
  SampleOutput(const std::string& path, const std::vector<Index>& sample_shape);

  /// Writes. Returns what should be said of it: values that were clipped to 0..255.
  std::string write(const Array& samples);
  /// Makes what was written appear.
  void commit();

 private:
  std::optional<OutputFile> file_;
  std::optional<OutputFolder> folder_;
};

}  // namespace pellucid::app
