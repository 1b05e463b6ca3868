// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "pellucid/network/architecture.hpp"

namespace pellucid::network {

/// One module of a U-Net's way down and up again.
struct UnetBlock {
  enum class Kind { residual, pool, upsample };
  Kind kind;
  std::string name;    ///< the authors', "downs.0"
  Index current = 0;   ///< channels that come from the module before
  Index skipped = 0;   ///< channels taken from the stack of kept ones, appended to them
  Index out = 0;       ///< channels it gives
  bool keeps = false;  ///< whether its output goes onto the stack

  [[nodiscard]] Index in() const { return current + skipped; }
};

/// The modules between the first and the last convolution, in order. The first convolution's output
/// is on the stack before they begin.
[[nodiscard]] std::vector<UnetBlock> unet_blocks(const UnetArchitecture& unet);

}  // namespace pellucid::network
