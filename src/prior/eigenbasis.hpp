// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <variant>
#include <vector>

#include "pellucid/base/types.hpp"
#include "pellucid/prior/diagonal_mixture.hpp"
#include "pellucid/signal/transform.hpp"
#include "signal/hartley.hpp"

namespace pellucid {

/// The unitary basis that the covariances of a `DiagonalMixture` share, made ready for samples in
/// the arithmetic `T`; const calls are safe from several threads.
template <class T>
class Eigenbasis {
 public:
  explicit Eigenbasis(const DiagonalMixture<Wide<T>>& prior);
  /// The Fourier basis over `blocks` (one or two of them); of real `T`, Hartley's.
  explicit Eigenbasis(const std::vector<Index>& blocks);

  /// `z = Q^H x` and `x = Q z`, one sample a column; the two may not overlap.
  void forward(ConstBatch<T> x, Batch<T> z) const;
  void inverse(ConstBatch<T> z, Batch<T> x) const;

 private:
  struct Identity {};
  using Fourier =
      std::conditional_t<is_complex<T>, SampleTransform<T>, HartleyTransform<RealOf<T>>>;
  using Basis = std::variant<Identity, Fourier, Matrix<T>>;
  static Basis make(const DiagonalMixture<Wide<T>>& prior);
  static Fourier fourier(const std::vector<Index>& blocks);

  Basis basis_;
};

/// `Q` itself, N x N.
template <class T>
[[nodiscard]] Matrix<T> eigenvector_matrix(const DiagonalMixture<T>& prior);

/// The DFT bin of minus the frequency of bin `i` over `blocks`.
[[nodiscard]] Index mirrored_bin(const std::vector<Index>& blocks, Index i);

}  // namespace pellucid
