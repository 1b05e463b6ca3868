// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

namespace pellucid::app {

/// Checks of option values, made before they are converted: messages in a user's words, and numbers
/// that would wrap around or be cut are refused.
[[nodiscard]] CLI::Validator whole_number(std::int64_t least, std::int64_t most);
/// A count that fits an `int`.
[[nodiscard]] CLI::Validator count_from_one();
/// A count of samples or entries.
[[nodiscard]] CLI::Validator size_from_one();
[[nodiscard]] CLI::Validator seed_number();
[[nodiscard]] CLI::Validator not_negative();
[[nodiscard]] CLI::Validator file_name();

}  // namespace pellucid::app
