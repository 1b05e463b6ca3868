// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "pellucid/base/signal_source.hpp"
#include "pellucid/prior/fit_mixture.hpp"

namespace pellucid::app {

/// What a mixture's covariances are restricted to, as typed.
struct StructureArguments {
  std::string covariance = "full";
  std::vector<Index> blocks;
};

void add_structure_options(CLI::App& command, StructureArguments& arguments);

/// Sets type, blocks (where none are given those of samples with two axes) and rank (0: 8, fewer
/// for small data) for samples of `shape`.
template <class T>
void set_structure(const StructureArguments& arguments, Index rank, const std::vector<Index>& shape,
                   MixtureFitOptions<T>& options) {
  constexpr Index default_rank = 8;
  options.covariance = parse_covariance_type(arguments.covariance);
  options.blocks = arguments.blocks;
  const bool has_blocks = options.covariance == CovarianceType::block_circulant ||
                          options.covariance == CovarianceType::block_toeplitz;
  if (has_blocks && options.blocks.empty() && shape.size() == 2) options.blocks = shape;
  if (options.covariance == CovarianceType::low_rank) {
    options.rank = rank > 0 ? rank : std::min(default_rank, entries_of(shape));
  }
}

/// Numbers of N entries that a fit holds for each component, N of them with full covariances.
[[nodiscard]] double numbers_per_entry(const StructureArguments& arguments, Index rank,
                                       const std::vector<Index>& shape);

}  // namespace pellucid::app
