// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Eigen/Core>
#include <complex>
#include <type_traits>

// Memory that one side allocates and the other frees must agree on its alignment, whatever
// instruction set each side was compiled for; the CMake target sets this for its users.
static_assert(
    EIGEN_DEFAULT_ALIGN_BYTES == 64,
    "compile with EIGEN_MAX_ALIGN_BYTES=64 (the CMake target Pellucid::pellucid does so)");

namespace pellucid {

using Index = Eigen::Index;

/// A batch of samples is `N x n`, one sample a column, which is the memory of a C-order
/// `(n, N)` array as NumPy stores it.
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// Views of a batch, no copy: any column-major matrix or block of whole columns binds to them.
template <class T>
using ConstBatch = Eigen::Ref<const Matrix<T>>;
template <class T>
using Batch = Eigen::Ref<Matrix<T>>;

/// The real type under `T`, and `T` in double precision.
template <class T>
using RealOf = typename Eigen::NumTraits<T>::Real;
template <class T>
inline constexpr bool is_complex = Eigen::NumTraits<T>::IsComplex != 0;
template <class T>
using Wide = std::conditional_t<is_complex<T>, std::complex<double>, double>;

}  // namespace pellucid
