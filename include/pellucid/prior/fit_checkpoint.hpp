// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>
#include <variant>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Numbers of a fit's state: saved from and restored into where they live.
struct StateArray {
  std::string name;
  std::variant<double*, float*> data;
  Index size;
};

/// Where a fit keeps its state after every pass, so that it can go on after it was killed. What a
/// saved state belongs to, data and options, is told by a fingerprint: a line of text, or a JSON
/// object, whose fields can be named where they differ.
class FitCheckpoint {
 public:
  virtual ~FitCheckpoint() = default;
  /// Replaces what was saved before, whole or not at all. `progress` is text for the fit itself.
  virtual void save(const std::string& fingerprint, const std::string& progress,
                    std::span<const StateArray> state) = 0;
  /// Restores the state and `progress`; false where nothing was saved or the fit should start
  /// anew. Throws `Error` where the saved state has another fingerprint, or is damaged.
  [[nodiscard]] virtual bool load(const std::string& fingerprint, std::string& progress,
                                  std::span<const StateArray> state) = 0;
};

}  // namespace pellucid
