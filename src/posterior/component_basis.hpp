// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "posterior/observation_space.hpp"

namespace pellucid {

/// A component `u ~ N(m, C)` seen through `B` (r x n): `B C B^H = V diag(l) V^H` and directions `D`
/// with `D D^H = C`, `B D = V diag(sqrt(l))`. `T` is double or std::complex<double>.
template <class T>
struct ComponentBasis {
  Matrix<T> observed;           ///< V, r x r, unitary
  Eigen::VectorXd eigenvalues;  ///< l, r, descending; those that are zero to rounding are 0
  Matrix<T> directions;         ///< D, n x n: r columns for l, then those that B does not see
};

/// `what` names the covariance in errors: one with a clearly negative eigenvalue.
template <class T>
[[nodiscard]] ComponentBasis<T> component_basis(const ObservationSpace<T>& space,
                                                const Matrix<T>& covariance,
                                                const std::string& what);

}  // namespace pellucid
