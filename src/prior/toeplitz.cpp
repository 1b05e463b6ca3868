// SPDX-License-Identifier: BSD-3-Clause
#include "prior/toeplitz.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "linalg/blas.hpp"
#include "prior/covariance.hpp"

namespace pellucid {

namespace {

// Of the average power: what a start has at least in every bin.
constexpr double start_floor = 1e-3;

constexpr double most_power = 8.0;  // the greatest exponent tried

auto plan(Index m1, Index m2, int sign) {
  return [=] {
    Vector<std::complex<double>> unused(m1 * m2);  // the planner wants an address
    const std::array<int, 2> lengths{static_cast<int>(m1), static_cast<int>(m2)};
    auto* data = fftw_cast(unused.data());
    return Fftw<double>::plan_dft(2, lengths.data(), 1, data, nullptr, 1, 1, data, nullptr, 1, 1,
                                  sign, fftw_flags);
  };
}

template <class T>
T number(std::complex<double> z) {
  if constexpr (is_complex<T>) {
    return z;
  } else {
    return z.real();
  }
}

}  // namespace

template <class T>
struct ToeplitzFamily<T>::Likelihood {
  double value = -std::numeric_limits<double>::infinity();
  Matrix<T> covariance, precision;
};

template <class T>
ToeplitzFamily<T>::ToeplitzFamily(Index n1, Index n2)
    : n1_(n1),
      n2_(n2),
      m1_(n1 == 1 ? 1 : 2 * n1),
      m2_(n2 == 1 ? 1 : 2 * n2),
      forward_(plan(m1_, m2_, FFTW_FORWARD)),
      backward_(plan(m1_, m2_, FFTW_BACKWARD)) {}

/// Where the difference of two entries lies among those of the circulant.
template <class T>
Index ToeplitzFamily<T>::bin(Index row, Index column) const {
  const Index d1 = (row / n2_ - column / n2_ + m1_) % m1_;
  const Index d2 = (row % n2_ - column % n2_ + m2_) % m2_;
  return d1 * m2_ + d2;
}

template <class T>
Matrix<T> ToeplitzFamily<T>::covariance(const Eigen::VectorXd& c) const {
  Vector<std::complex<double>> r = c.cast<std::complex<double>>();
  Fftw<double>::execute_dft(backward_.get(), fftw_cast(r.data()), fftw_cast(r.data()));
  Matrix<T> covariance(dim(), dim());
  for (Index j = 0; j < dim(); ++j) {
    for (Index i = 0; i < dim(); ++i) covariance(i, j) = number<T>(r(bin(i, j)));
  }
  linalg::fill_upper<T>(covariance);
  return covariance;
}

template <class T>
Eigen::VectorXd ToeplitzFamily<T>::powers(const Matrix<T>& a) const {
  Vector<std::complex<double>> sums = Vector<std::complex<double>>::Zero(bins());
  for (Index j = 0; j < dim(); ++j) {
    for (Index i = 0; i < dim(); ++i) sums(bin(i, j)) += a(i, j);
  }
  Fftw<double>::execute_dft(forward_.get(), fftw_cast(sums.data()), fftw_cast(sums.data()));
  return sums.real();
}

template <class T>
Eigen::VectorXd ToeplitzFamily<T>::start(const Matrix<T>& scatter) const {
  // The mean over the bins of e_m^H S e_m is tr S, and sum c_m the variance of an entry.
  const double power = scatter.diagonal().real().sum() / static_cast<double>(dim());
  const double scale = static_cast<double>(dim() * bins());
  Eigen::VectorXd c = powers(scatter).cwiseMax(0.0) / scale;
  c.array() += start_floor * power / static_cast<double>(bins());
  return c * (power / c.sum());
}

template <class T>
auto ToeplitzFamily<T>::likelihood(const Matrix<T>& scatter, const Eigen::VectorXd& c) const
    -> Likelihood {
  Likelihood result;
  result.covariance = covariance(c);
  Matrix<T> factor = result.covariance;
  if (!factorise(factor)) return result;
  Matrix<T> inverse = Matrix<T>::Identity(dim(), dim());
  linalg::solve_lower<T>(factor, inverse);
  result.precision.resize(dim(), dim());
  linalg::multiply<T>(linalg::Op::adjoint, T(1), inverse, inverse, T(0), result.precision);
  const double trace = result.precision.conjugate().cwiseProduct(scatter).real().sum();
  result.value = -log_det(factor) - trace;
  return result;
}

template <class T>
Matrix<T> ToeplitzFamily<T>::improve(const Matrix<T>& scatter, Eigen::VectorXd& c, int passes,
                                     double tolerance) const {
  const linalg::SingleThreadedBlas blas;
  const double enough = tolerance * static_cast<double>(dim());
  Likelihood best = likelihood(scatter, c);
  if (!std::isfinite(best.value)) return {};
  double power = 1.0;
  Matrix<T> product(dim(), dim()), twice(dim(), dim());
  for (int pass = 0; pass < passes; ++pass) {
    linalg::multiply<T>(linalg::Op::none, T(1), best.precision, scatter, T(0), product);
    linalg::multiply<T>(linalg::Op::none, T(1), product, best.precision, T(0), twice);
    const Eigen::ArrayXd ratio = powers(twice).array().max(0.0) / powers(best.precision).array();
    Eigen::VectorXd moved = c.array() * ratio.pow(power);
    Likelihood next = likelihood(scatter, moved);
    if (next.value > best.value) {
      power = std::min(power * 1.5, most_power);
    } else {
      power = 0.5;
      moved = c.array() * ratio.sqrt();
      next = likelihood(scatter, moved);
    }
    const double gain = next.value - best.value;
    if (!(gain > 0.0)) break;
    c = std::move(moved);
    best = std::move(next);
    if (gain < enough) break;
  }
  return best.covariance;
}

template class ToeplitzFamily<double>;
template class ToeplitzFamily<std::complex<double>>;

}  // namespace pellucid
