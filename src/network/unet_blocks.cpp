// SPDX-License-Identifier: BSD-3-Clause
#include "network/unet_blocks.hpp"

namespace pellucid::network {

std::vector<UnetBlock> unet_blocks(const UnetArchitecture& unet) {
  using Kind = UnetBlock::Kind;
  std::vector<UnetBlock> blocks;
  std::vector<Index> stack{unet.channels_init};
  Index current = unet.channels_init;
  auto name = [&blocks, part = std::string(),
               first = std::size_t{0}](const std::string& of) mutable {
    if (of != part) first = blocks.size();
    part = of;
    return of + "." + std::to_string(blocks.size() - first);
  };

  const std::size_t levels = unet.multipliers.size();
  for (std::size_t level = 0; level < levels; ++level) {
    const Index width = unet.channels_init * unet.multipliers[level];
    for (Index i = 0; i < unet.blocks; ++i) {
      blocks.push_back({Kind::residual, name("downs"), current, 0, width, true});
      stack.push_back(current = width);
    }
    if (level + 1 < levels) {
      blocks.push_back({Kind::pool, name("downs"), current, 0, current, true});
      stack.push_back(current);
    }
  }
  blocks.push_back({Kind::residual, "mid_resnet", current, 0, current, false});
  for (std::size_t level = levels; level-- > 0;) {
    const Index width = unet.channels_init * unet.multipliers[level];
    for (Index i = 0; i <= unet.blocks; ++i) {
      blocks.push_back({Kind::residual, name("ups"), current, stack.back(), width, false});
      stack.pop_back();
      current = width;
    }
    if (level > 0) blocks.push_back({Kind::upsample, name("ups"), current, 0, current, false});
  }
  return blocks;
}

}  // namespace pellucid::network
