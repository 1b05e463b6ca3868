// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/spiked/marchenko_pastur.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "pellucid/base/error.hpp"

namespace pellucid {
namespace {

// Quantiles for s2 = 1.5: the density integrated by mpmath's tanh-sinh quadrature with 40 digits
// (x = mid - half cos(t), which takes the square roots away), the quantile by its root finder.
struct Quantile {
  double gamma, p, x;
};
const Quantile quantiles[] = {{0.001, 0.1, 1.4352687357543846756},
                              {0.001, 0.5, 1.4994999851811862525},
                              {0.001, 0.9, 1.5656194372730901616},
                              {0.25, 0.1, 0.59682113378847703565},
                              {0.25, 0.5, 1.3740061060299180747},
                              {0.25, 0.9, 2.6271342436110281464},
                              {0.5, 0.1, 0.31333482959770734948},
                              {0.5, 0.5, 1.2456988223720453251},
                              {0.5, 0.9, 3.1390422631183710622},
                              {1.0, 0.1, 0.037087463630578000807},
                              {1.0, 0.5, 0.97916391245035555397},
                              {1.0, 0.9, 3.8918568118462345784},
                              {4.0, 0.1, 0.0},
                              {4.0, 0.5, 0.0},
                              {4.0, 0.9, 6.466860902342949374},
                              {25.0, 0.9, 0.0}};

TEST(MarchenkoPastur, QuantilesMatchAnIndependentEvaluation) {
  for (const Quantile& known : quantiles) {
    const MarchenkoPastur law(known.gamma, 1.5);
    EXPECT_NEAR(law.quantile(known.p), known.x, 1e-12) << known.gamma << " " << known.p;
    if (known.x == 0.0) continue;
    EXPECT_NEAR(law.distribution(known.x), known.p, 1e-12) << known.gamma;
  }
}

// The trapezium rule for a periodic integrand: exact to rounding with a few hundred points.
double integral(const MarchenkoPastur& law, double from_angle, double to_angle) {
  const double middle = (law.lower_edge() + law.upper_edge()) / 2;
  const double half = (law.upper_edge() - law.lower_edge()) / 2;
  constexpr int points = 20000;
  const double step = (to_angle - from_angle) / points;
  double sum = 0.0;
  for (int i = 0; i < points; ++i) {
    const double angle = from_angle + (i + 0.5) * step;
    sum += law.density(middle - half * std::cos(angle)) * half * std::sin(angle) * step;
  }
  return sum;
}

TEST(MarchenkoPastur, DensityIntegratesToWhatIsNotInTheAtom) {
  for (const double gamma : {0.01, 0.25, 1.0, 1.5, 4.0, 50.0}) {
    const MarchenkoPastur law(gamma, 2.0);
    EXPECT_NEAR(integral(law, 0.0, std::numbers::pi) + law.atom(), 1.0, 1e-12) << gamma;
    EXPECT_EQ(law.atom(), gamma > 1 ? 1 - 1 / gamma : 0.0);
  }
}

TEST(MarchenkoPastur, DistributionIsTheDensitysIntegral) {
  for (const double gamma : {0.0099, 0.0101, 0.25, 4.0}) {  // both sides of the series' border
    const MarchenkoPastur law(gamma, 1.0);
    const double middle = (law.lower_edge() + law.upper_edge()) / 2;
    const double half = (law.upper_edge() - law.lower_edge()) / 2;
    // The midpoint rule's error falls with the square of the step: about 1e-9 here.
    EXPECT_NEAR(law.distribution(middle - half * std::cos(1.2)), law.atom() + integral(law, 0, 1.2),
                2e-9)
        << gamma;
  }
}

TEST(MarchenkoPastur, EndsOfTheSupport) {
  const MarchenkoPastur law(0.25, 4.0);
  EXPECT_DOUBLE_EQ(law.lower_edge(), 1.0);
  EXPECT_DOUBLE_EQ(law.upper_edge(), 9.0);
  EXPECT_EQ(law.density(0.99), 0.0);
  EXPECT_EQ(law.density(9.01), 0.0);
  EXPECT_EQ(law.distribution(1.0), 0.0);
  EXPECT_EQ(law.distribution(9.0), 1.0);
  EXPECT_EQ(law.quantile(0.0), 1.0);
  EXPECT_EQ(law.quantile(1.0), 9.0);
  EXPECT_EQ(MarchenkoPastur(4.0, 1.0).distribution(0.0), 0.75);
  EXPECT_TRUE(std::isinf(MarchenkoPastur(1.0, 1.0).density(0.0)));
}

TEST(MarchenkoPastur, NarrowLawTendsToTheSemicircle) {
  const MarchenkoPastur law(1e-10, 1.0);
  EXPECT_NEAR(law.median(), 1.0, 1e-9);
  EXPECT_NEAR(law.distribution(1.0 + 1e-5),
              0.5 + (std::sqrt(3.0) / 4 + std::numbers::pi / 6) / std::numbers::pi, 1e-5);
}

TEST(MarchenkoPastur, ScalesWithTheNoise) {
  EXPECT_NEAR(MarchenkoPastur(0.3, 49.0).median(), 49 * MarchenkoPastur(0.3, 1.0).median(), 1e-12);
}

TEST(MarchenkoPastur, NonsenseIsRefused) {
  EXPECT_THROW(MarchenkoPastur(0.0, 1.0), Error);
  EXPECT_THROW(MarchenkoPastur(1.0, 0.0), Error);
  EXPECT_THROW(MarchenkoPastur(std::numeric_limits<double>::infinity(), 1.0), Error);
  EXPECT_THROW((void)MarchenkoPastur(1.0, 1.0).quantile(1.1), Error);
}

}  // namespace
}  // namespace pellucid
