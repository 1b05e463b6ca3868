// SPDX-License-Identifier: BSD-3-Clause
#include "precision_option.hpp"

#include <fmt/format.h>

#include "arguments.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid::app {

void add_precision_option(CLI::App& command, std::string& precision, const char* automatic) {
  command
      .add_option("--precision", precision,
                  fmt::format("Of networks: f32, bf16x3, bf16, or auto, {}", automatic))
      ->type_name("NAME")
      ->capture_default_str();
}

std::optional<Precision> parse_precision_argument(const std::string& text) {
  if (text == "auto") return std::nullopt;
  try {
    return parse_precision(text);
  } catch (const Error&) {
    throw UsageError(
        fmt::format("--precision: '{}' is not known: choose auto, f32, bf16x3 or bf16", text));
  }
}

}  // namespace pellucid::app
