// SPDX-License-Identifier: BSD-3-Clause
// Decompositions without vectors, and sizes that LAPACK cannot take.
#include <gtest/gtest.h>

#include "linalg/blas.hpp"
#include "linalg/lapack_size.hpp"
#include "linalg/svd.hpp"
#include "support/random_priors.hpp"

namespace pellucid::linalg {
namespace {

template <class T>
class LapackOf : public testing::Test {};
using Numbers = testing::Types<double, std::complex<double>>;
TYPED_TEST_SUITE(LapackOf, Numbers);

// The same numbers, by other iterations: to rounding.
TYPED_TEST(LapackOf, ValuesAloneAreThoseWithVectors) {
  using T = TypeParam;
  test::Generator generator(3);
  const Matrix<T> u = test::random_unitary<T>(30, generator);
  const Eigen::VectorXd truth = Eigen::VectorXd::LinSpaced(30, -1.0, 5.0);
  Matrix<T> a = u * truth.cast<T>().asDiagonal() * u.adjoint();
  Eigen::VectorXd values;
  eigenvalues_only<T>(a, values);
  EXPECT_LT((values - truth).cwiseAbs().maxCoeff(), 1e-13);
  Matrix<T> wide = u.leftCols(20) * truth.tail(20).cast<T>().asDiagonal() *
                   test::random_unitary<T>(50, generator).topRows(20);
  singular_values_only<T>(wide, values);
  EXPECT_LT((values.head(20) - truth.tail(20).reverse()).cwiseAbs().maxCoeff(), 1e-13);
  EXPECT_LT(values.tail(10).maxCoeff(), 1e-13);
}

TEST(LapackSize, OverflowsAreErrors) {
  EXPECT_EQ(lapack_size(largest_eigh, largest_eigh), 32'766);
  EXPECT_THROW((void)lapack_size(largest_eigh + 1, largest_eigh), Error);
  EXPECT_THROW((void)lapack_size(Index{1} << 31), Error);
  constexpr auto most = static_cast<Index>(std::numeric_limits<int>::max());
  EXPECT_LE(1 + 6 * largest_eigh + 2 * largest_eigh * largest_eigh, most);
  EXPECT_LE(1 + 4 * largest_stedc + largest_stedc * largest_stedc, most);
  EXPECT_LE(7 * largest_svd + 4 * largest_svd * largest_svd, most);
}

}  // namespace
}  // namespace pellucid::linalg
