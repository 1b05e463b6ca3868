// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "pellucid/base/precision.hpp"
#include "pellucid/base/types.hpp"
#include "pellucid/schedule/schedule.hpp"

namespace pellucid {

/// SNRs in decibel, both ends included.
struct SnrRange {
  double lowest, highest;
};

/// An estimate of `E[x0 | x_t]`, where `x_t = sqrt(abar) x0 + sqrt(1 - abar) n` in model units
/// (zero mean, unit average variance). Noise prediction, score and Jacobian are affine in it. `T`
/// is the arithmetic: float, double or their complex types. Const objects are safe to share by
/// threads; each thread brings a workspace of its own.
template <class T>
class Denoiser {
 public:
  /// Buffers of one thread, made once; nothing is allocated while denoising. While one lives,
  /// OpenBLAS may be held to the calling thread in the whole process.
  class Workspace {
   public:
    virtual ~Workspace() = default;
  };

  virtual ~Denoiser() = default;

  /// N, entries of a sample.
  [[nodiscard]] virtual Index dim() const = 0;

  /// The most samples of one `denoise` call, chosen for speed; a property of the denoiser alone, so
  /// that results do not depend on the number of threads.
  [[nodiscard]] virtual Index batch() const = 0;

  [[nodiscard]] virtual std::unique_ptr<Workspace> workspace() const = 0;

  /// One whose samples several threads share, one sample after the other, where the denoiser can:
  /// for fewer samples than threads. Results do not depend on `threads`.
  [[nodiscard]] virtual std::unique_ptr<Workspace> workspace_of(int /*threads*/) const {
    return workspace();
  }

  /// Estimates into `x0` (N x b, b <= batch()) for the columns of `x_t`; `levels` has one entry for
  /// all columns or one for each. A level without noise returns `x_t`. `x0` and `x_t` may not
  /// overlap; `work` is from this denoiser's `workspace()`.
  virtual void denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
                       Workspace& work) const = 0;

  /// The same in another precision, made when first asked for; itself where the question does not
  /// arise, as it does for networks.
  [[nodiscard]] virtual const Denoiser& in(Precision /*precision*/) const { return *this; }

  /// The schedule whose steps alone this denoiser knows, or null where it takes any level.
  [[nodiscard]] virtual const Schedule* bound_schedule() const { return nullptr; }

  /// The levels that this denoiser was trained for, beyond which its estimates are those of another
  /// level; nothing where every level is as good.
  [[nodiscard]] virtual std::optional<SnrRange> trained_range() const {
    const Schedule* bound = bound_schedule();
    if (bound == nullptr) return std::nullopt;
    return SnrRange{bound->min_snr_db(), bound->max_snr_db()};
  }
};

}  // namespace pellucid
