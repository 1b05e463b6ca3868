// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "pellucid/model/sample_space.hpp"

namespace pellucid::app {

/// How a fit cuts and transforms signals, as typed.
struct FramingArguments {
  std::string transform = "none", patch;
  Index frame = 0, hop = 0, stride = 0;  // 0: not given
};

void add_framing_options(CLI::App& command, FramingArguments& arguments);

/// Throws `UsageError` for options that do not go together.
[[nodiscard]] Framing framing_of(const FramingArguments& arguments);
[[nodiscard]] Transform transform_of(const FramingArguments& arguments);

}  // namespace pellucid::app
