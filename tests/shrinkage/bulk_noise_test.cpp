// SPDX-License-Identifier: BSD-3-Clause
#include "shrinkage/bulk_noise.hpp"

#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <random>

namespace pellucid {
namespace {

// Mean over many matrices of noise 1.5 and a component or none, one that hides in the bulk among
// them. The mean of so many scatters by about 0.1 %; what is more is bias: the law is that of large
// matrices, and where nothing else is there the largest noise sometimes counts as signal.
TEST(BulkNoise, IsNearTheTruth) {
  std::mt19937 engine(9);
  std::normal_distribution<double> normal;
  struct Size {
    Index rows, cols;
    double tolerance;
  };
  for (const Size size : {Size{125, 60, 0.005}, {40, 60, 0.01}, {50, 50, 0.01}, {27, 8, 0.015}}) {
    const BulkNoise noise(size.rows, size.cols);
    for (const double strength : {0.0, 0.9, 10.0}) {
      double sum = 0;
      constexpr int count = 200;
      for (int i = 0; i < count; ++i) {
        Eigen::MatrixXd x(size.rows, size.cols);
        for (double& entry : x.reshaped()) entry = 1.5 * normal(engine);
        Eigen::VectorXd left(size.rows), right(size.cols);
        for (double& entry : left) entry = normal(engine);
        for (double& entry : right) entry = normal(engine);
        const double threshold =
            1.5 * std::pow(static_cast<double>(size.rows) * static_cast<double>(size.cols), 0.25);
        x += strength * threshold * left.normalized() * right.normalized().transpose();
        const Eigen::VectorXd values = Eigen::BDCSVD<Eigen::MatrixXd>(x).singularValues();
        sum += noise.variance(values.cwiseAbs2(), size.rows, size.cols);
        if (i == 0) {  // tables or not
          EXPECT_DOUBLE_EQ(noise.variance(values.cwiseAbs2(), size.rows, size.cols),
                           BulkNoise(30, 30).variance(values.cwiseAbs2(), size.rows, size.cols));
        }
      }
      EXPECT_NEAR(std::sqrt(sum / count) / 1.5, 1.0, size.tolerance)
          << size.rows << " x " << size.cols << ", component " << strength;
    }
  }
}

}  // namespace
}  // namespace pellucid
