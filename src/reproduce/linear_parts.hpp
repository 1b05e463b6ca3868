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

/// A value made of several independent groups, with the jackknife's standard error from the values
/// that leave one group out each: for what is no mean over groups, as the absolute value of one.
[[nodiscard]] Measured jackknife(double value, const std::vector<double>& left_out);

/// `count` numbers from `first` to `last`, each the same multiple of the one before.
[[nodiscard]] std::vector<double> geometric(double first, double last, int count);

/// A seed of its own for every repetition `number`, 0 ... 999'999, of a run: no repetition of one
/// seed is one of another seed (but for seeds beyond 10^13).
[[nodiscard]] std::uint64_t seed_of(std::uint64_t seed, int number);

/// Fashion-MNIST's images `first ... first + count - 1` as columns of 28 x 28 pixels from 0 to 1,
/// of the 60,000 training images or the 10,000 test images. Throws `Error`, first word the path,
/// where the folder does not have them.
enum class ImageSet { training, test };
[[nodiscard]] Matrix<double> fashion_images(const std::filesystem::path& folder, ImageSet set,
                                            Index first, Index count);

}  // namespace pellucid::reproduce
