// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pellucid/base/types.hpp"
#include "pellucid/reproduce/findings.hpp"

namespace pellucid::reproduce {

/// Mean of independent values, and its standard error: infinite for one value alone.
[[nodiscard]] Measured mean_of(const std::vector<double>& values);

/// `count` numbers from `first` to `last`, each the same multiple of the one before.
[[nodiscard]] std::vector<double> geometric(double first, double last, int count);

/// A seed of its own for every repetition `number` of a run.
[[nodiscard]] std::uint64_t seed_of(std::uint64_t seed, int number);

/// Fashion-MNIST's images `first ... first + count - 1` as columns of 28 x 28 pixels from 0 to 1,
/// of the 60,000 training images or the 10,000 test images. Throws `Error`, first word the path,
/// where the folder does not have them.
enum class ImageSet { training, test };
[[nodiscard]] Matrix<double> fashion_images(const std::filesystem::path& folder, ImageSet set,
                                            Index first, Index count);

}  // namespace pellucid::reproduce
