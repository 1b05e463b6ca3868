// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/linear_parts.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "pellucid/base/error.hpp"
#include "pellucid/io/array_file.hpp"

namespace pellucid::reproduce {

Measured mean_of(const std::vector<double>& values) {
  const Eigen::Map<const Eigen::VectorXd> all(values.data(), static_cast<Index>(values.size()));
  const auto n = static_cast<double>(values.size());
  if (n < 2) return {n < 1 ? 0 : values.front(), std::numeric_limits<double>::infinity(), 1};
  const double mean = all.mean();
  return {mean, std::sqrt((all.array() - mean).square().sum() / (n - 1) / n), all.size()};
}

Measured jackknife(double value, const std::vector<double>& left_out) {
  const auto n = static_cast<double>(left_out.size());
  const Measured mean = mean_of(left_out);
  return {value, (n - 1) * mean.error, mean.draws};
}

std::vector<double> geometric(double first, double last, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) {
    const double part = count < 2 ? 0.0 : static_cast<double>(i) / (count - 1);
    values.push_back(first * std::pow(last / first, part));
  }
  return values;
}

std::uint64_t seed_of(std::uint64_t seed, int number) {
  // Bijective (the finaliser of SplitMix64), so that different arguments stay different, and far
  // from the seeds that users name.
  std::uint64_t mixed = 1'000'003 * seed + static_cast<std::uint64_t>(number);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31);
}

Matrix<double> fashion_images(const std::filesystem::path& folder, ImageSet set, Index first,
                              Index count) {
  const auto path = folder / (set == ImageSet::training ? "train-images-idx3-ubyte.gz"
                                                        : "t10k-images-idx3-ubyte.gz");
  if (!std::filesystem::exists(path)) {
    throw Error(
        fmt::format("{}: there is no such file: install Debian's dataset-fashion-mnist, or "
                    "name the folder of its files with --images",
                    path.string()));
  }
  const auto reader = open_array(path.string());
  if (reader->samples() < first + count) {
    throw Error(fmt::format("{}: {} images, {} are needed: install Debian's dataset-fashion-mnist",
                            path.string(), reader->samples(), first + count));
  }
  return read_samples<double>(*reader, first, count) / 255.0;
}

}  // namespace pellucid::reproduce
