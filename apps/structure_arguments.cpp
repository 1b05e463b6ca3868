// SPDX-License-Identifier: BSD-3-Clause
#include "structure_arguments.hpp"

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

}  // namespace

void add_structure_options(CLI::App& command, StructureArguments& arguments) {
  command
      .add_option("--covariance", arguments.covariance,
                  "mixture: full, tied, diag, spherical, circulant, block-circulant,\n"
                  "toeplitz, block-toeplitz or low-rank")
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

double numbers_per_entry(const StructureArguments& arguments, Index rank,
                         const std::vector<Index>& shape) {
  MixtureFitOptions<double> options;
  set_structure(arguments, rank, shape, options);
  switch (options.covariance) {
    case CovarianceType::full:
    case CovarianceType::toeplitz:
    case CovarianceType::block_toeplitz:
      return static_cast<double>(entries_of(shape));
    case CovarianceType::low_rank:
      return static_cast<double>(options.rank + 2);
    default:
      return 2.0;  // one matrix in all where the covariance is tied
  }
}

}  // namespace pellucid::app
