// SPDX-License-Identifier: BSD-3-Clause
#include "structure_arguments.hpp"

#include <fmt/format.h>

#include "checks.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid::app {

namespace {

CLI::Validator covariance_type() {
  const auto known = [](std::string& text) -> std::string {
    try {
      (void)parse_covariance_type(text);
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  };
  return CLI::Validator(known, "");
}

// All types in lines of a help text.
std::string list_of_types() {
  constexpr std::size_t width = 68;
  const std::vector<std::string> names = covariance_type_names();
  std::string text = "mixture:";
  std::size_t line = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string word = names[i] + (i + 2 < names.size()   ? ","
                                         : i + 1 < names.size() ? " or"
                                                                : "");
    const bool fits = text.size() - line + 1 + word.size() <= width;
    text += (fits ? " " : "\n") + word;
    if (!fits) line = text.size() - word.size();
  }
  return text;
}

}  // namespace

void add_structure_options(CLI::App& command, StructureArguments& arguments) {
  command.add_option("--covariance", arguments.covariance, list_of_types())
      ->check(covariance_type())
      ->type_name("TYPE")
      ->capture_default_str();
  command
      .add_option("--blocks", arguments.blocks,
                  "block types: lengths of a sample's two axes, as in 8,16 [its shape]")
      ->check(size_from_one())
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("N1,N2");
}

Structure structure_of(const StructureArguments& arguments, std::optional<Index> rank,
                       const std::vector<Index>& shape) {
  constexpr Index default_rank = 8;
  Structure structure;
  structure.covariance = parse_covariance_type(arguments.covariance);
  structure.blocks = arguments.blocks;
  if (has_blocks(structure.covariance) && structure.blocks.empty() && shape.size() == 2) {
    structure.blocks = shape;
  }
  if (structure.covariance != CovarianceType::low_rank) return structure;
  const Index entries = entries_of(shape);
  ComponentCount count = component_count("--rank", rank, default_rank, entries,
                                         fmt::format("samples of {} entries", entries));
  structure.rank = count.value;
  structure.note = std::move(count.note);
  return structure;
}

double numbers_per_entry(const Structure& structure, const std::vector<Index>& shape) {
  switch (structure.covariance) {
    case CovarianceType::full:
    case CovarianceType::toeplitz:
    case CovarianceType::block_toeplitz:
      return static_cast<double>(entries_of(shape));
    case CovarianceType::low_rank:
      return static_cast<double>(structure.rank + 2);
    default:
      return 2.0;  // one matrix in all where the covariance is tied
  }
}

}  // namespace pellucid::app
