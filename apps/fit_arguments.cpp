// SPDX-License-Identifier: BSD-3-Clause
#include "fit_arguments.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "arguments.hpp"

namespace pellucid::app {

namespace {

constexpr Index most_components = Index{1} << 24;

[[noreturn]] void fail(const std::string& text) {
  throw UsageError(fmt::format(
      "--components: '{}': give a number from 1, or a range start:step:stop, as in 4:4:64", text));
}

Index parse_count(std::string_view part, const std::string& text) {
  Index value = 0;
  const char* end = part.data() + part.size();
  const auto [stop, error] = std::from_chars(part.data(), end, value);
  if (error != std::errc{} || stop != end || value < 1 || value > most_components) fail(text);
  return value;
}

}  // namespace

std::vector<Index> FitArguments::component_range() const {
  constexpr Index most = 1000;
  const std::string_view text = components;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {parse_count(text, components)};
  const auto next = text.find(':', colon + 1);
  if (next == std::string_view::npos) fail(components);
  const Index least = parse_count(text.substr(0, colon), components);
  const Index step = parse_count(text.substr(colon + 1, next - colon - 1), components);
  const Index greatest = parse_count(text.substr(next + 1), components);
  if (greatest < least || (greatest - least) / step >= most) fail(components);
  std::vector<Index> range;
  for (Index k = least; k <= greatest; k += step) range.push_back(k);
  return range;
}

bool FitArguments::output_is_direct() const {
  std::error_code error;
  const auto status = std::filesystem::status(output, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

void warn_of_unfinished(const CheckpointFile& checkpoint, const FitArguments& arguments,
                        Console& console) {
  if (arguments.resume || !checkpoint.exists()) return;
  console.warn(
      fmt::format("{}: an unfinished fit is there, --resume would go on with it: it is replaced",
                  checkpoint.path().string()));
}

}  // namespace pellucid::app
