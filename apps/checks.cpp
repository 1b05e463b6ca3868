// SPDX-License-Identifier: BSD-3-Clause
#include "checks.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "arguments.hpp"

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

}  // namespace pellucid::app
