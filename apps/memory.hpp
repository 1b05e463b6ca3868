// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>

#include "pellucid/base/types.hpp"

namespace pellucid::app {

/// How much memory a command may take for data, beside the model and the program: what `--memory`
/// says, in bytes, or 0 where it says nothing.
struct MemoryLimit {
  std::string text;

  [[nodiscard]] std::size_t bytes() const;
  /// Entries of `entry_bytes` that may be in hand when work needs `copies` of them. Without a
  /// limit, and at most, 4 Mi: more is no faster.
  [[nodiscard]] Index block_entries(std::size_t entry_bytes, int copies) const;
};

void add_memory_option(CLI::App& command, MemoryLimit& limit);

}  // namespace pellucid::app
