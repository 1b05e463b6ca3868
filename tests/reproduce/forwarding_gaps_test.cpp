// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/forwarding_gaps.hpp"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <complex>

#include "pellucid/base/random.hpp"

namespace pellucid::reproduce {
namespace {

// Up to 1000 steps that each round to about 1e-16, and a denoiser's eigendecomposition.
constexpr double rounding = 1e-12;
constexpr Index dim = 5;

// One Gaussian of zero mean and unit average variance, its covariance white, diagonal or neither.
enum class Shape { white, diagonal, full };

template <class T>
GaussianMixture<T> one_gaussian(Shape shape) {
  Matrix<T> covariance = Matrix<T>::Identity(dim, dim);
  if (shape == Shape::diagonal) {
    for (Index i = 0; i < dim; ++i) covariance(i, i) = std::pow(4.0, static_cast<double>(i));
  } else if (shape == Shape::full) {
    Matrix<T> root(dim, dim);
    RandomStream(1, Purpose::fit_start).normal<T>(0, 0, root);
    covariance += root * root.adjoint();
  }
  covariance *= static_cast<double>(dim) / std::real(covariance.trace());
  return {Eigen::VectorXd::Ones(1), Matrix<T>::Zero(dim, 1), {covariance}};
}

// sqrt(abar) C (abar C + (1 - abar) I)^-1 x, the Wiener filter of a level.
template <class T>
Matrix<T> wiener(const Matrix<T>& covariance, const NoiseLevel& level, const Matrix<T>& x) {
  const Matrix<T> noisy =
      level.alpha_bar * covariance + level.noise * Matrix<T>::Identity(dim, dim);
  return std::sqrt(level.alpha_bar) * covariance * noisy.llt().solve(x);
}

// The level at which the papers' rule starts: the nearest step's, or beyond the schedule the
// observation's own.
template <class T>
NoiseLevel start_level(const Schedule& schedule, const Observed<T>& observed) {
  const bool inside =
      observed.snr_db <= schedule.max_snr_db() && observed.snr_db >= schedule.min_snr_db();
  return inside ? schedule.level(schedule.nearest_step(observed.snr_db)) : observed.level;
}

template <class T>
class ForwardingGapsTest : public testing::Test {};
using Numbers = testing::Types<double, std::complex<double>>;
TYPED_TEST_SUITE(ForwardingGapsTest, Numbers);

// A Gaussian's mean forwarding from t to u multiplies by sqrt(abar_t / abar_u) (abar_u C +
// (1 - abar_u) I) (abar_t C + (1 - abar_t) I)^-1, and the product of all steps is the first level's
// Wiener filter: the conditional mean from the observation's level, and the start's error alone
// from another.
TYPED_TEST(ForwardingGapsTest, StepsOfAGaussianAreTheWienerFilterOfTheFirst) {
  using T = TypeParam;
  for (const Shape shape : {Shape::white, Shape::diagonal, Shape::full}) {
    const GaussianMixture<T> prior = one_gaussian<T>(shape);
    const Matrix<T>& covariance = prior.covariances.front();
    const KnownMixture<T> mixture(prior, 20, 1, 1);
    for (const double snr_db : {-30.0, -7.3, 3.0, 11.9, 45.0}) {
      const Observed<T> observed = mixture.at(snr_db);
      const Matrix<T> best = wiener<T>(covariance, observed.level, observed.x_t);
      for (const int steps : {5, 50, 1000}) {
        SCOPED_TRACE(testing::Message()
                     << static_cast<int>(shape) << " " << snr_db << " dB, T = " << steps);
        const Schedule schedule(Schedule::paper(steps));
        const Matrix<T> start =
            wiener<T>(covariance, start_level(schedule, observed), observed.x_t);
        const ForwardingGaps<T> gaps = forwarding_gaps(mixture, observed, steps, nullptr);
        EXPECT_LT((gaps.start - start).norm(), rounding * start.norm());
        EXPECT_LT((gaps.forward - best).norm(), rounding * best.norm());
        EXPECT_LT((gaps.both - start).norm(), rounding * start.norm());
      }
    }
  }
}

// Inside the schedule's range five steps are far apart, so that the start is wrong.
TYPED_TEST(ForwardingGapsTest, StartIsWrongBetweenSteps) {
  using T = TypeParam;
  const KnownMixture<T> mixture(one_gaussian<T>(Shape::diagonal), 20, 1, 1);
  const Observed<T> observed = mixture.at(3.0);
  const ForwardingGaps<T> gaps = forwarding_gaps(mixture, observed, 5, nullptr);
  EXPECT_GT((gaps.start - gaps.forward).norm(), 1e-3 * gaps.forward.norm());
}

// Forwarding itself is wrong where the prior is not Gaussian.
TEST(ForwardingGaps, ForwardingIsWrongForAMixture) {
  const KnownMixture<double> mixture(random_mixture(8, 6, 1), 50, 1, 1);
  const Observed<double> observed = mixture.at(-5.0);
  const ForwardingGaps<double> gaps = forwarding_gaps(mixture, observed, 50, nullptr);
  EXPECT_GT(mixture.excess(observed, gaps.forward).value, 1e-4);
}

}  // namespace
}  // namespace pellucid::reproduce
