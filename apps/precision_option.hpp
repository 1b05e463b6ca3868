// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "pellucid/base/precision.hpp"

namespace pellucid::app {

/// `--precision auto|f32|bf16x3|bf16` of networks; `automatic` says what auto is.
void add_precision_option(CLI::App& command, std::string& precision, const char* automatic);

/// Nothing for "auto"; an unknown name is a usage error.
[[nodiscard]] std::optional<Precision> parse_precision_argument(const std::string& text);

}  // namespace pellucid::app
