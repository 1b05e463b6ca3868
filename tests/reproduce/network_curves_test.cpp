// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/network_curves.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "pellucid/base/error.hpp"
#include "reproduce/kept_model.hpp"
#include "support/random_priors.hpp"

namespace pellucid::reproduce {
namespace {

constexpr double rounding = 1e-12;

// A "network" that is the exact denoiser: one step is the CME, and the papers' rule the mixture's.
TEST(NetworkCurves, OfTheExactDenoiserAreThoseOfTheMixture) {
  constexpr Index draws = 30;
  const GaussianMixture<double> prior = random_mixture(8, 6, 1);
  const KnownMixture<double> truth(prior, 100, 1, 2);
  NetworkCurves<double> curves(truth, std::make_unique<MixtureDenoiser<double>>(prior), {5, 50},
                               draws);
  FindingFigure excess;
  curves.add_level(truth.at(0), &excess, nullptr);
  curves.add_level(truth.at(10), nullptr, nullptr);

  const Observed<double> seen = truth.at(0, draws, nullptr);
  ASSERT_EQ(excess.curves.size(), 2U);
  ASSERT_EQ(excess.curves[0].points.size(), 2U);
  const std::vector<FindingCurve>& nmse = curves.nmse().curves;
  ASSERT_EQ(nmse.size(), 4U);
  for (std::size_t i = 0; i < 2; ++i) {
    const int steps = i == 0 ? 5 : 50;
    const Matrix<double> found =
        truth.forward(seen, observation_grid(Schedule(Schedule::paper(steps)), 0, {}));
    EXPECT_EQ(excess.curves[0].points[i].x, steps);
    EXPECT_NEAR(excess.curves[0].points[i].y, truth.excess(seen, found).value, rounding);
    EXPECT_NEAR(nmse[2 + i].points[0].y, truth.nmse(found).value, rounding);
  }
  EXPECT_LT(excess.curves[1].points[0].y, rounding);
  for (const FindingCurve& curve : nmse) EXPECT_EQ(curve.points.size(), 2U) << curve.label;
  EXPECT_NEAR(nmse[0].points[0].y, truth.mmse(seen).value, rounding);
}

// In units of its own a model's denoiser is that of the same Gaussian written in the user's.
template <class T>
void expect_user_units() {
  constexpr Index dim = 5;
  test::Generator generator(3);
  const Gaussian<T> own = test::random_gaussian<T>(dim, generator);
  Model model;
  model.shape = {dim};
  model.scale = 1.7;
  model.offset = Eigen::VectorXcd::LinSpaced(dim, -1.0, 2.0);
  if constexpr (is_complex<T>) {
    model.offset += std::complex<double>(0, 0.5) * Eigen::VectorXcd::Ones(dim);
    model.prior = ComplexPrior(own);
  } else {
    model.prior = RealPrior(own);
  }
  Gaussian<T> users = own;
  users.mean = model.scale * own.mean;
  for (Index i = 0; i < dim; ++i) {
    if constexpr (is_complex<T>) {
      users.mean(i) += model.offset(i);
    } else {
      users.mean(i) += model.offset(i).real();
    }
  }
  users.covariance *= model.scale * model.scale;

  const NoiseLevel level = NoiseLevel::from_snr_db(3);
  const Matrix<T> x_t = test::normal_matrix<T>(dim, 4, generator);
  const auto in_user_units = denoiser_in_user_units<T>(model, 1);
  const MixtureDenoiser<T> expected(users);
  const Matrix<T> found = walk<T>(*in_user_units, x_t, {level}, 0, 1, 1);
  EXPECT_LT((found - walk<T>(expected, x_t, {level}, 0, 1, 1)).norm(), rounding);
}

TEST(DenoiserInUserUnits, OfAGaussianIsThatOfTheGaussianInThoseUnits) {
  expect_user_units<double>();
  expect_user_units<std::complex<double>>();
}

TEST(TrainedNetwork, WithoutTheTrainerSaysWhatIsMissing) {
  const ReproduceOptions options;
  try {
    (void)trained_network(options, random_mixture(4, 2, 1), "any", nullptr);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("libpellucid_training.so"), std::string::npos);
  }
}

TEST(TrainedNetwork, IsNamedByItsOwnSizes) {
  EXPECT_EQ(text_of(NetworkSizes{"mlp", 100, 64, 8, 4, 3}),
            "mlp, width 64, 8 experts of rank 4, 3 epochs of 100 draws, -25 to 40 dB");
  EXPECT_EQ(text_of(NetworkSizes{"unet", 100, 16, 0, 0, 3}),
            "unet, 16 channels, 3 epochs of 100 draws, -25 to 40 dB");
}

}  // namespace
}  // namespace pellucid::reproduce
