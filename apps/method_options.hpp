// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace pellucid::app {

/// What `--steps` makes of `methods` as given: where none of them takes steps, auto becomes
/// mean-forwarding. Throws `UsageError` for `--steps`, `--rule`, `--resampling` and `--draws` where
/// no method uses them.
void settle_methods(const CLI::App& command, std::vector<std::string>& methods,
                    const std::string& rule);

/// Refuses what a reverse process alone uses, for estimates that need none: `UsageError`.
void refuse_process_options(const CLI::App& command);

/// Refuses `--resampling` under a rule that has none: `UsageError`.
void check_resampling_rule(const CLI::App& command, const std::string& rule);

}  // namespace pellucid::app
