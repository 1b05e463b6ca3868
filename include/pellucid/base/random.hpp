// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// What random numbers are for; streams of different purposes never share numbers.
enum class Purpose : std::uint32_t {
  observation_noise = 0,  ///< the noise `n` of `y = x + n`
  reverse_noise = 1,      ///< the re-sampling noise `z` of a reverse process
  start_noise = 2,        ///< the pure noise that generation starts from
  prior_draw = 3,         ///< closed-form draws from a prior
  component_draw = 4,     ///< which component of a mixture a draw comes from
  fit_start = 5,          ///< starts of fits, such as k-means++
  probe = 6,              ///< random directions of matrix-free analysis
  training_choice = 7,    ///< which of many vectors a prior is fitted to
  posterior_draw = 8,     ///< closed-form draws from a posterior
  training_order = 9,     ///< the order in which a training takes its samples
  training_level = 10,    ///< noise levels of training
  training_noise = 11,    ///< noise of training
};

/// Counter-based random numbers (Philox 4x32-10, Salmon et al. 2011, by Random123), keyed by seed,
/// purpose and draw, addressed by (sample, step, entry): the same numbers for any number of
/// threads, any batch size and any precision.
class RandomStream {
 public:
  /// `draw` tells repetitions apart, such as the `M` posterior draws of one observation.
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t draw = 0);

  /// Standard normal numbers at one step for samples `first, first + 1, ...`, one a column of
  /// `out`; complex entries are circularly symmetric with variance 1, 1/2 per part.
  template <class T>
  void normal(std::uint64_t first, std::uint32_t step, Batch<T> out) const;

  /// A number uniform on [0, 1) with 53 bits.
  [[nodiscard]] double uniform(std::uint64_t sample, std::uint32_t step, std::uint32_t entry) const;

 private:
  std::uint32_t key_[2];
  std::uint32_t tag_;
};

}  // namespace pellucid
