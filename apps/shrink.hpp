// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

#include "commands.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid::app {

/// What `pellucid shrink` was told.
struct ShrinkArguments {
  std::string matrix, output, json;
  std::string loss = "frobenius";
  std::optional<std::string> noise_std;
  std::string samples;  ///< "first", "last", or empty: first for a matrix, last for more axes
  bool center = false;
  std::string patch;  ///< windows along every axis but the last; empty: the whole array
  std::string noise_map, rank_map, removed_map;
};

/// An error of the library with the options that mend it.
[[nodiscard]] Error shrink_error(const Error& error);

/// The whole array as one matrix.
void run_shrink_matrix(const ShrinkArguments& arguments, const Common& common);
/// Window by window.
void run_shrink_patches(const ShrinkArguments& arguments, const Common& common);

}  // namespace pellucid::app
