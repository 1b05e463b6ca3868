// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pellucid/base/signal_source.hpp"
#include "pellucid/prior/covariance_type.hpp"

namespace pellucid::app {

/// What a mixture's covariances are restricted to, as typed.
struct StructureArguments {
  std::string covariance = "full";
  std::vector<Index> blocks;
};

void add_structure_options(CLI::App& command, StructureArguments& arguments);

/// What a mixture's covariances are restricted to, for samples of one shape.
struct Structure {
  CovarianceType covariance = CovarianceType::full;
  std::vector<Index> blocks;  ///< of block types: where none are given those of samples' two axes
  Index rank = 0;             ///< of low-rank ones: as `component_count`, 8 preferred
  std::string note;           ///< what there is to say of the rank
};
[[nodiscard]] Structure structure_of(const StructureArguments& arguments, std::optional<Index> rank,
                                     const std::vector<Index>& shape);

/// Numbers of N entries that a fit holds for each component, N of them with full covariances.
[[nodiscard]] double numbers_per_entry(const Structure& structure, const std::vector<Index>& shape);

}  // namespace pellucid::app
