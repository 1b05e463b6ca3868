// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace pellucid {

/// What the covariances of a mixture's components are restricted to.
enum class CovarianceType {
  full,             ///< any
  tied,             ///< any, the same in every component
  diag,             ///< diagonal
  spherical,        ///< a multiple of the identity
  circulant,        ///< `F^H diag(s) F` with the unitary DFT `F`
  block_circulant,  ///< the same with the DFT of two axes
  toeplitz,         ///< constant along diagonals
  block_toeplitz,   ///< constant along diagonals of blocks, and Toeplitz blocks
  low_rank,         ///< `W W^H + D`, `D` diagonal: a mixture of factor analysers
};

/// `full`, `block-circulant`, ...: the enumerators' names with hyphens.
[[nodiscard]] std::string name(CovarianceType type);
/// All names, in the enumerators' order.
[[nodiscard]] std::vector<std::string> covariance_type_names();
/// Whether the type is of signals with two axes, in blocks.
[[nodiscard]] bool has_blocks(CovarianceType type);
/// Throws `Error` listing the names that there are.
[[nodiscard]] CovarianceType parse_covariance_type(const std::string& text);

}  // namespace pellucid
