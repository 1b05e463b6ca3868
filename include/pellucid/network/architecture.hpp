// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pellucid/network/tensor.hpp"

namespace pellucid {

/// The light convolutional network of Fesl et al., *Diffusion-based generative prior for
/// low-complexity MIMO channel estimation* (IEEE Wireless Communications Letters 2024):
/// convolutions with ReLU between them, one scale and shift of every channel, given by the step, in
/// the middle. Layer for layer the authors' `CNN`, whose tensor names it keeps.
struct CnnArchitecture {
  std::vector<Index> channels_pre{2, 32, 64};       ///< before the modulation; the last is linear
  std::vector<Index> channels_post{64, 43, 22, 2};  ///< after it; the last is linear
  Index time_channels = 16;                         ///< of the sinusoidal embedding of the step
  Index time_layers = 1;                            ///< linear layers from it to scale and shift
  bool batch_norm = false;                          ///< between convolutions and ReLUs
  Index kernel_size = 3;

  bool operator==(const CnnArchitecture&) const = default;
};

/// The U-Net of Fesl et al. (arXiv 2403.02957): residual blocks with batch normalisation and SiLU,
/// average pooling, nearest-neighbour upsampling; the step scales and shifts the channels inside
/// every block. Layer for layer the authors' `UNet` with `norm_type` "batch", whose names it keeps.
struct UnetArchitecture {
  Index channels = 1;                       ///< of the data
  Index channels_init = 16;                 ///< at full resolution
  std::vector<Index> multipliers{1, 2, 4};  ///< of `channels_init`, a resolution each
  Index blocks = 1;                         ///< residual blocks a resolution
  Index kernel_size = 3;

  bool operator==(const UnetArchitecture&) const = default;
};

/// What a network computes, without its weights. One step `t = 1..T` conditions it; the authors'
/// embedding takes `t - 1`.
struct NetworkArchitecture {
  std::vector<Index> data_shape;  ///< (channels, length) or (channels, height, width)
  std::variant<CnnArchitecture, UnetArchitecture> layers;

  [[nodiscard]] std::string_view kind() const { return layers.index() == 0 ? "cnn" : "unet"; }
  [[nodiscard]] Index spatial_axes() const { return static_cast<Index>(data_shape.size()) - 1; }
  /// Entries of one signal, channels included.
  [[nodiscard]] Index entries() const;
  /// Throws `Error` naming the field that is wrong.
  void validate() const;

  bool operator==(const NetworkArchitecture&) const = default;
};

/// Every tensor the architecture needs, and its shape.
[[nodiscard]] std::map<std::string, std::vector<Index>> tensor_shapes(
    const NetworkArchitecture& architecture);

/// Throws `Error` naming the tensors that are missing, not known, or of another shape, and the
/// first that has an entry that is not finite.
void check_tensors(const NetworkArchitecture& architecture, const NamedTensors& tensors);

}  // namespace pellucid
