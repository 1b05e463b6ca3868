// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <utility>

#include "model/sample_units.hpp"
#include "pellucid/base/monitor.hpp"
#include "pellucid/base/sample_source.hpp"

namespace pellucid::training {

/// Samples in model units as a network sees them: a column each, of complex ones all real parts,
/// then all imaginary ones.
struct TrainingSamples {
  Eigen::MatrixXf values;  ///< (entries, samples)
  bool complex = false;

  [[nodiscard]] Index count() const { return values.cols(); }
  [[nodiscard]] Index entries() const { return values.rows(); }
  /// A number that depends on every bit.
  [[nodiscard]] std::string fingerprint() const;
};

/// Reads the source once. The model has the samples' units, and no prior yet.
template <class T>
[[nodiscard]] std::pair<TrainingSamples, Model> read_samples(const SampleSource<T>& clean,
                                                             const SampleSpace& space,
                                                             Monitor* monitor);

}  // namespace pellucid::training
