// SPDX-License-Identifier: BSD-3-Clause
#include "method_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "arguments.hpp"
#include "checks.hpp"

namespace pellucid::app {

void check_resampling_rule(const CLI::App& command, const std::string& rule) {
  if (parse_rule_argument(rule) == Rule::posterior) return;
  refuse_given(command, {"--resampling"}, "--rule posterior");
}

void refuse_process_options(const CLI::App& command) {
  for (const char* option : {"--steps", "--schedule", "--rule", "--resampling", "--precision"}) {
    if (command.count(option) == 0) continue;
    throw UsageError(fmt::format(
        "{}: estimates with --operator are exact and have no reverse process: leave {} out", option,
        option));
  }
}

void settle_methods(const CLI::App& command, std::vector<std::string>& methods,
                    const std::string& rule) {
  const auto has = [&methods](std::initializer_list<Method> wanted) {
    return std::any_of(methods.begin(), methods.end(), [&](const std::string& name) {
      return std::ranges::find(wanted, parse_method_argument(name)) != wanted.end();
    });
  };
  const bool draws = has({Method::average, Method::sample});
  if (command.count("--steps") > 0 && !draws && !has({Method::mean_forwarding})) {
    if (!has({Method::automatic})) {
      refuse_given(command, {"--steps"}, "--method mean-forwarding, average or sample");
    }
    std::replace(methods.begin(), methods.end(), std::string("auto"),
                 std::string("mean-forwarding"));
  }
  if (!draws && !has({Method::mean_forwarding, Method::automatic})) {
    refuse_given(command, {"--rule"}, "--method mean-forwarding, average, sample or auto");
  }
  if (!draws) refuse_given(command, {"--resampling"}, "--method average or sample");
  if (!has({Method::average})) refuse_given(command, {"--draws"}, "--method average");
  check_resampling_rule(command, rule);
}

}  // namespace pellucid::app
