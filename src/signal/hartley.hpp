// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"
#include "signal/fftw.hpp"

namespace pellucid {

/// The orthonormal Hartley transform over `n1 x n2` (C order), `h = Re F x - Im F x` with the
/// orthonormal DFT `F`; it is its own inverse. `n1 = 1` is the one-dimensional one. Const calls are
/// safe from several threads.
template <class Real>
class HartleyTransform {
 public:
  HartleyTransform(Index n1, Index n2);
  /// In place, one sample of `n1 n2` entries a column.
  void apply(Batch<Real> samples) const;

 private:
  Index n1_, n2_;
  FftwPlan<Real> plan_;
};

}  // namespace pellucid
