// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "pellucid/base/types.hpp"

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
/// Of a model or weights to write.
[[nodiscard]] CLI::Validator model_file_name();

/// How many components are used, and what there is to say of it.
struct ComponentCount {
  Index value = 0;
  std::string note;
};
/// The components `asked` for by `option`, else `preferred` or, with a note, all there are where
/// they are fewer. Throws `Error` where more are asked for than the `possible` ones that `what`
/// carry.
[[nodiscard]] ComponentCount component_count(std::string_view option, std::optional<Index> asked,
                                             Index preferred, Index possible,
                                             const std::string& what);

/// Refuses the first of `options` that was given, since it only goes with `needs`: throws
/// `UsageError`.
void refuse_given(const CLI::App& command, std::initializer_list<const char*> options,
                  std::string_view needs);

}  // namespace pellucid::app
