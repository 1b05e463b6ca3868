// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/model/model.hpp"
#include "pellucid/reproduce/experiment.hpp"

namespace pellucid::reproduce {

inline constexpr Index image_side = 28;

/// How many of Fashion-MNIST's images the models of images are fitted to, and how.
struct ImageModelSizes {
  Index images = 0;            ///< of the Gaussian and of networks
  Index mixture_images = 0;    ///< of the mixture
  Index components = 0;        ///< of the mixture
  int passes = 0;              ///< of EM
  Index channels = 0;          ///< of the U-Net at full resolution
  int epochs = 0;              ///< of its training
  double average_decay = 0.0;  ///< of its weights' moving average
};
[[nodiscard]] ImageModelSizes image_model_sizes(const ReproduceOptions& options);
/// "Fashion-MNIST, pixels from 0 to 1", and the folder where it is not the usual one.
[[nodiscard]] std::string images_text(const ReproduceOptions& options);
/// "unet, 16 channels, 6 epochs of 20000 images, -30 to 30 dB, weights averaged by 0.998", for
/// settings.
[[nodiscard]] std::string network_text(const ImageModelSizes& sizes);
/// "16 components, 20000 images, 20 passes".
[[nodiscard]] std::string mixture_text(const ImageModelSizes& sizes);

/// What networks that did not learn images learnt, for settings.
[[nodiscard]] std::string control_text(const ImageModelSizes& sizes);

/// What a network learns from, or that it learns nothing.
enum class Learning {
  images,
  white_noise,  ///< half as many arrays of independent normal entries, of the images' variance
  nothing,      ///< its weights stay as they started
};

/// Pixels are from 0 to 1. Models are kept in `options.models` and used again.
[[nodiscard]] Model image_gaussian(const ReproduceOptions& options);
[[nodiscard]] Model image_mixture(const ReproduceOptions& options, Monitor* monitor);
/// A U-Net conditioned on the SNR from -30 to 30 dB, which predicts the velocity.
[[nodiscard]] Model image_network(const ReproduceOptions& options, Learning learning,
                                  Monitor* monitor);

}  // namespace pellucid::reproduce
