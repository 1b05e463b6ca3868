// SPDX-License-Identifier: BSD-3-Clause
// Principal components without a covariance, against those through one.
#include "prior/matrix_free.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "pellucid/base/error.hpp"
#include "support/random_priors.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class T>
class MatrixFree : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(MatrixFree, Numbers);

/// Variances fall as 0.8^2i along the axes, about a mean of 2.
template <class T>
Matrix<T> samples_of(Index dim, Index count) {
  test::Generator generator(1);
  Matrix<T> x = test::normal_matrix<T>(dim, count, generator);
  for (Index i = 0; i < dim; ++i) x.row(i) *= T(std::pow(0.8, static_cast<double>(i)));
  return x.array() + T(2.0);
}

template <class T>
void expect_same(const LowRank<T>& free, const LowRank<T>& formed) {
  EXPECT_LT((free.mean - formed.mean).norm(), 1e-12);
  // Residuals of 1e-8 leave eigenvalues their square over a gap, and vectors 1e-8 over it.
  EXPECT_LT((free.eigenvalues - formed.eigenvalues).norm(), 1e-12 * formed.eigenvalues(0));
  for (Index i = 0; i < formed.rank(); ++i) {
    const double cosine = std::abs(formed.eigenvectors.col(i).dot(free.eigenvectors.col(i)));
    EXPECT_NEAR(cosine, 1.0, 1e-11) << i;
  }
}

TYPED_TEST(MatrixFree, AgreesWithTheCovarianceAndTheGramMatrix) {
  using T = TypeParam;
  for (const auto& [dim, count] : {std::pair<Index, Index>{60, 900}, {300, 70}, {64, 64}}) {
    const Matrix<T> x = samples_of<T>(dim, count);
    const MatrixSource<T> source(x);
    double power = 0.0, formed_power = 0.0;
    const LowRank<T> formed = fit_low_rank<T>(source, 5, 1, nullptr, &formed_power);
    expect_same(fit_matrix_free<T>(source, 5, 2, nullptr, &power), formed);
    EXPECT_NEAR(power, formed_power, 1e-13 * formed_power);
  }
}

TYPED_TEST(MatrixFree, ThreadsChangeNoBits) {
  using T = TypeParam;
  const Matrix<T> x = samples_of<T>(700, 600);
  const MatrixSource<T> source(x);
  const LowRank<T> one = fit_matrix_free<T>(source, 3, 1, nullptr, nullptr);
  const LowRank<T> two = fit_matrix_free<T>(source, 3, 2, nullptr, nullptr);
  EXPECT_EQ(one.eigenvectors, two.eigenvectors);
  EXPECT_EQ(one.eigenvalues, two.eigenvalues);
}

TEST(MatrixFreeChoice, IsForLargeMatricesAndFewComponents) {
  EXPECT_TRUE(prefers_matrix_free(20000, 20000, 64));
  EXPECT_TRUE(prefers_matrix_free(5000, 40000, 4));
  EXPECT_FALSE(prefers_matrix_free(784, 60000, 1));
  EXPECT_FALSE(prefers_matrix_free(60000, 784, 1));
  EXPECT_FALSE(prefers_matrix_free(4000, 4000, 1000));
}

TEST(LowRankFit, NamesTheFirstSampleThatIsNotFinite) {
  Matrix<double> x = samples_of<double>(20, 500);
  x(3, 400) = std::numeric_limits<double>::infinity();
  x(7, 333) = std::numeric_limits<double>::quiet_NaN();
  for (const int threads : {1, 4}) {
    try {
      (void)fit_low_rank<double>(MatrixSource<double>(x), 2, threads);
      FAIL();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("sample 333"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace pellucid
