// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/model/model.hpp"
#include "pellucid/model/sample_space.hpp"

namespace pellucid {

/// Mean and average variance per entry of samples.
template <class T>
struct SampleUnits {
  Vector<T> offset;
  double power = 0.0;
};

/// Finds them in one pass, with two sweeps' accuracy: sums are about the first sample, so a large
/// common offset cancels nothing.
template <class T>
class UnitSums {
 public:
  explicit UnitSums(Vector<T> shift);

  /// Takes `shift` off samples, the columns, and adds what is left to the sums.
  void add(Batch<T> samples);
  [[nodiscard]] SampleUnits<T> units() const;

 private:
  Vector<T> shift_, sum_;
  Eigen::VectorXd squares_;
  Index count_ = 0;
};

/// A model without a prior, in the units and the space of its samples. Throws `Error` where they
/// are all equal or their variance is not finite.
template <class T>
[[nodiscard]] Model model_with_units(const SampleUnits<T>& units, const SampleSpace& space,
                                     const std::string& kind, Index samples);

}  // namespace pellucid
