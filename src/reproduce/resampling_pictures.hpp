// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/denoiser/denoiser.hpp"
#include "reproduce/fitted_mixture.hpp"

namespace pellucid::reproduce {

/// What `resampling` does with pictures.
struct PictureSizes {
  Index side = 28;           ///< of those that are shown
  Index measured_side = 14;  ///< of those whose moments are compared
  FitSizes fit;
  Index groups = 8, generated = 500;  ///< pictures of every group
  Index test = 10'000;                ///< test pictures, for their moments
  Index leading = 8;                  ///< principal components
  int steps = 100;                    ///< T
  double snr_db = 0;                  ///< of those that are denoised
};

/// Distances of pictures that a fitted mixture generates, re-sampling off (0) and on (1).
struct GeneratedPictures {
  FindingFigure figure;
  Measured on;           ///< to the test pictures, all pixels
  Measured on_over_off;  ///< ratio of the two
};
[[nodiscard]] GeneratedPictures generated_pictures(const ReproduceOptions& options,
                                                   const PictureSizes& sizes, Monitor* monitor);

/// Fashion-MNIST by a mixture: denoised and generated, each with the switch off and on.
[[nodiscard]] FindingPictures resampling_pictures(const ReproduceOptions& options,
                                                  const PictureSizes& sizes, Monitor* monitor);

/// `count` samples from pure noise, in model units, by the papers' schedule of T = `steps`.
[[nodiscard]] Matrix<double> generated_samples(const Denoiser<double>& denoiser, Index count,
                                               double strength, int steps,
                                               const ReproduceOptions& options, Monitor* monitor);

}  // namespace pellucid::reproduce
