// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/prior/covariance_type.hpp"

namespace pellucid::test {

/// The types of `DiagonalMixture`.
inline constexpr CovarianceType diagonal_types[] = {
    CovarianceType::tied, CovarianceType::diag, CovarianceType::spherical,
    CovarianceType::circulant, CovarianceType::block_circulant};

}  // namespace pellucid::test
