// SPDX-License-Identifier: BSD-3-Clause
#include "checks.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "arguments.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid::app {

CLI::Validator whole_number(std::int64_t least, std::int64_t most) {
  const auto check = [least, most](std::string& text) -> std::string {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    const bool whole = stop == end && !text.empty();
    if (error == std::errc{} && whole && value >= least && value <= most) return {};
    const bool too_large = whole && (error == std::errc::result_out_of_range || value > most);
    if (too_large) return fmt::format("'{}': give {} at most", text, most);
    return fmt::format("'{}': give a whole number from {}", text, least);
  };
  return CLI::Validator(check, "");
}

CLI::Validator count_from_one() { return whole_number(1, std::numeric_limits<int>::max()); }

CLI::Validator size_from_one() { return whole_number(1, std::int64_t{1} << 40); }

CLI::Validator seed_number() { return whole_number(0, std::numeric_limits<std::int64_t>::max()); }

CLI::Validator not_negative() {
  const auto check = [](std::string& text) -> std::string {
    const auto value = read_number(text);
    if (value && std::isfinite(*value) && *value >= 0) return {};
    return fmt::format("'{}': give a finite number, 0 or more", text);
  };
  return CLI::Validator(check, "");
}

CLI::Validator file_name() {
  const auto check = [](std::string& text) -> std::string {
    return text.empty() ? "'': name a file" : "";
  };
  return CLI::Validator(check, "");
}

CLI::Validator model_file_name() {
  const auto check = [](std::string& text) -> std::string {
    constexpr std::string_view extension = ".safetensors";
    const bool is_device = text.starts_with("/dev/");
    if (is_device || (text.size() > extension.size() && text.ends_with(extension))) return {};
    return fmt::format("'{}': name a .safetensors file", text);
  };
  return CLI::Validator(check, "");
}

ComponentCount component_count(std::string_view option, std::optional<Index> asked, Index preferred,
                               Index possible, const std::string& what) {
  if (asked && *asked > possible) {
    throw Error(
        fmt::format("{} {}: {} carry {} components at most: ask for fewer, or give more "
                    "samples",
                    option, *asked, what, possible));
  }
  if (asked || preferred <= possible) return {asked.value_or(preferred), {}};
  return {possible, fmt::format("{} in place of {} components: all that {} carry", possible,
                                preferred, what)};
}

void refuse_given(const CLI::App& command, std::initializer_list<const char*> options,
                  std::string_view needs) {
  for (const char* option : options) {
    if (command.count(option) == 0) continue;
    throw UsageError(
        fmt::format("{} goes with {}: add that, or leave {} out", option, needs, option));
  }
}

}  // namespace pellucid::app
