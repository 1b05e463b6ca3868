// SPDX-License-Identifier: BSD-3-Clause
#include "prior/eigenbasis.hpp"

#include "linalg/blas.hpp"

namespace pellucid {

template <class T>
Eigenbasis<T>::Eigenbasis(const DiagonalMixture<Wide<T>>& prior) : basis_(make(prior)) {}

template <class T>
Eigenbasis<T>::Eigenbasis(const std::vector<Index>& blocks) : basis_(fourier(blocks)) {}

template <class T>
auto Eigenbasis<T>::make(const DiagonalMixture<Wide<T>>& prior) -> Basis {
  switch (prior.covariance) {
    case CovarianceType::circulant:
    case CovarianceType::block_circulant:
      return fourier(prior.blocks);
    case CovarianceType::tied:
      return Matrix<T>(prior.eigenvectors.template cast<T>());
    default:
      return Identity{};
  }
}

template <class T>
auto Eigenbasis<T>::fourier(const std::vector<Index>& blocks) -> Fourier {
  if constexpr (is_complex<T>) {
    return SampleTransform<T>(Transform::dft, blocks);
  } else {
    return HartleyTransform<RealOf<T>>(blocks.size() == 2 ? blocks.front() : 1, blocks.back());
  }
}

template <class T>
void Eigenbasis<T>::forward(ConstBatch<T> x, Batch<T> z) const {
  if (const auto* vectors = std::get_if<Matrix<T>>(&basis_)) {
    linalg::multiply<T>(linalg::Op::adjoint, T(1), *vectors, x, T(0), z);
    return;
  }
  z = x;
  if (const auto* fourier = std::get_if<Fourier>(&basis_)) {
    if constexpr (is_complex<T>) {
      fourier->forward(z);
    } else {
      fourier->apply(z);
    }
  }
}

template <class T>
void Eigenbasis<T>::inverse(ConstBatch<T> z, Batch<T> x) const {
  if (const auto* vectors = std::get_if<Matrix<T>>(&basis_)) {
    linalg::multiply<T>(linalg::Op::none, T(1), *vectors, z, T(0), x);
    return;
  }
  x = z;
  if (const auto* fourier = std::get_if<Fourier>(&basis_)) {
    if constexpr (is_complex<T>) {
      fourier->inverse(x);
    } else {
      fourier->apply(x);
    }
  }
}

template <class T>
Matrix<T> eigenvector_matrix(const DiagonalMixture<T>& prior) {
  const Matrix<T> identity = Matrix<T>::Identity(prior.dim(), prior.dim());
  Matrix<T> vectors(prior.dim(), prior.dim());
  Eigenbasis<T>(prior).inverse(identity, vectors);
  return vectors;
}

Index mirrored_bin(const std::vector<Index>& blocks, Index i) {
  Index mirrored = 0, stride = 1;
  for (auto length = blocks.rbegin(); length != blocks.rend(); ++length) {
    mirrored += (*length - i % *length) % *length * stride;
    i /= *length;
    stride *= *length;
  }
  return mirrored;
}

template class Eigenbasis<float>;
template class Eigenbasis<double>;
template class Eigenbasis<std::complex<float>>;
template class Eigenbasis<std::complex<double>>;
template Matrix<double> eigenvector_matrix<double>(const DiagonalMixture<double>&);
template Matrix<std::complex<double>> eigenvector_matrix<std::complex<double>>(
    const DiagonalMixture<std::complex<double>>&);

}  // namespace pellucid
