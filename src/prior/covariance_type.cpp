// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/covariance_type.hpp"

#include <array>
#include <utility>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

constexpr std::array<std::pair<CovarianceType, const char*>, 9> names{{
    {CovarianceType::full, "full"},
    {CovarianceType::tied, "tied"},
    {CovarianceType::diag, "diag"},
    {CovarianceType::spherical, "spherical"},
    {CovarianceType::circulant, "circulant"},
    {CovarianceType::block_circulant, "block-circulant"},
    {CovarianceType::toeplitz, "toeplitz"},
    {CovarianceType::block_toeplitz, "block-toeplitz"},
    {CovarianceType::low_rank, "low-rank"},
}};

}  // namespace

std::string name(CovarianceType type) {
  for (const auto& [known, text] : names) {
    if (known == type) return text;
  }
  return "unknown";
}

std::vector<std::string> covariance_type_names() {
  std::vector<std::string> list;
  list.reserve(std::size(names));
  for (const auto& [type, text] : names) list.emplace_back(text);
  return list;
}

bool has_blocks(CovarianceType type) {
  return type == CovarianceType::block_circulant || type == CovarianceType::block_toeplitz;
}

CovarianceType parse_covariance_type(const std::string& text) {
  std::string list;
  for (const auto& [type, known] : names) {
    if (text == known) return type;
    list += (list.empty() ? "" : ", ") + std::string(known);
  }
  throw Error("covariance type '" + text + "' is unknown: use one of " + list);
}

}  // namespace pellucid
