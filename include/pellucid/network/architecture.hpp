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

/// A residual multilayer perceptron, for signals without spatial structure: all `entries()` numbers
/// enter one linear layer; `blocks` times a gated unit is added (Shazeer, arXiv 2002.05202); then
/// one linear layer, beside a mixture of linear `experts` whose softmax sees quadratic forms of the
/// input, as the exact conditional mean of a Gaussian mixture has them. Formulas in
/// docs/networks.md.
struct MlpArchitecture {
  Index width = 256;         ///< of the hidden layers
  Index blocks = 1;          ///< residual blocks
  Index experts = 128;       ///< 0: none
  Index expert_rank = 24;    ///< of each expert's linear map
  Index time_channels = 64;  ///< of the embedding of the level, and of its features

  bool operator==(const MlpArchitecture&) const = default;
};

/// What the noise level enters a network as. Its sinusoidal embedding takes `t - 1` of a step
/// `t = 1..T`, which binds the network to its schedule, or the SNR in decibel, `10 log10(abar / (1
/// - abar))`: any level then.
enum class Conditioning { step, log_snr };

/// What a network's output estimates from `x_t = sqrt(abar) x0 + sqrt(1 - abar) n`: n, x0, the mean
/// of `q(x_{t-1} | x_t, x0)` (Ho et al., arXiv 2006.11239, eq. 7; x0 at t = 1; of steps only), or
/// `sqrt(abar) n - sqrt(1 - abar) x0` (Salimans and Ho, arXiv 2202.00512).
enum class Prediction { noise, clean, posterior_mean, velocity };

/// What a network computes, without its weights.
struct NetworkArchitecture {
  std::vector<Index> data_shape;  ///< (channels, length) or (channels, height, width)
  std::variant<CnnArchitecture, UnetArchitecture, MlpArchitecture> layers;
  Conditioning conditioning = Conditioning::step;
  Prediction prediction = Prediction::noise;
  /// The levels that `log_snr` was trained for, in decibel; beyond them the nearer end is asked.
  double lowest_snr_db = -30, highest_snr_db = 40;

  [[nodiscard]] std::string_view kind() const;  ///< "cnn", "unet", "mlp"
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

/// Names as they are written in files and on the command line.
[[nodiscard]] std::string_view name(Conditioning conditioning);  ///< "step", "log-snr"
[[nodiscard]] std::string_view name(
    Prediction prediction);  ///< "noise", "clean", "posterior-mean"...
[[nodiscard]] Conditioning parse_conditioning(std::string_view name);
[[nodiscard]] Prediction parse_prediction(std::string_view name);

/// Throws `Error` naming every tensor that is missing, not known, or of another shape, or else has
/// an entry that is not finite or a variance below 0.
void check_tensors(const NetworkArchitecture& architecture, const NamedTensors& tensors);

}  // namespace pellucid
