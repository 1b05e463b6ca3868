// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/window_kernels.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <random>

#include "base/isa.hpp"
#include "pellucid/base/types.hpp"

namespace pellucid::linalg {
namespace {

using Dense = Eigen::MatrixXd;

// One matrix a lane, from `make(lane)`, through the kernels; `check(lane, matrix, values,
// function)` sees eigenvalues and the spectral function with the weights below on `count` leading
// vectors.
template <class Make, class Check>
void for_all_lanes(Index m, Index count, const Make& make, const Check& check) {
  for (const Isa isa : supported_isas()) {
    SCOPED_TRACE(name(isa));
    const WindowKernels<double>& kernels = window_kernels<double>(isa);
    const Index lanes = kernels.lanes;
    Eigen::VectorXd packed(packed_entries(m) * lanes), values(m * lanes), result(packed.size());
    Eigen::VectorXd work(window_work_size(m, lanes)), weights(count * lanes), base(lanes);
    std::vector<Dense> matrices;
    for (Index lane = 0; lane < lanes; ++lane) {
      matrices.push_back(make(lane));
      for (Index i = 0; i < m; ++i) {
        for (Index j = 0; j <= i; ++j) {
          packed[(packed_entries(i) + j) * lanes + lane] = matrices.back()(i, j);
        }
      }
      base[lane] = lane % 2 == 0 ? 0.0 : 0.25;
      for (Index k = 0; k < count; ++k) {
        weights[k * lanes + lane] = 1.0 / static_cast<double>(1 + k);
      }
    }
    kernels.eigenvalues(m, packed.data(), values.data(), work.data());
    kernels.spectral(m, packed.data(), values.data(), count, weights.data(), base.data(),
                     work.data(), result.data(), lanes);
    for (Index lane = 0; lane < lanes; ++lane) {
      Dense function(m, m);
      for (Index i = 0; i < m; ++i) {
        for (Index j = 0; j <= i; ++j) {
          function(i, j) = function(j, i) = result[(packed_entries(i) + j) * lanes + lane];
        }
      }
      const Eigen::VectorXd mine = Eigen::Map<const Eigen::VectorXd, 0, Eigen::InnerStride<>>(
          values.data() + lane, m, Eigen::InnerStride<>(lanes));
      check(base[lane], matrices[static_cast<std::size_t>(lane)], mine, function);
    }
  }
}

Dense random_gram(Index m, Index rows, double noise, std::mt19937& engine) {
  std::normal_distribution<double> normal;
  Dense x(rows, m);
  for (double& entry : x.reshaped()) entry = noise * normal(engine);
  for (int k = 0; k < 3; ++k) {
    Eigen::VectorXd left(rows), right(m);
    for (double& entry : left) entry = normal(engine);
    for (double& entry : right) entry = 3 * normal(engine);
    x += left * right.transpose();
  }
  return x.transpose() * x;
}

// Eigenvalues to units in the last place of the largest; the function to the vectors' condition.
TEST(WindowKernels, AgreeWithEigen) {
  std::mt19937 engine(3);
  for (const Index m : {1, 2, 3, 5, 8, 19, 60}) {
    const Index count = std::min<Index>(m, 3);
    for_all_lanes(
        m, count, [&](Index) { return random_gram(m, 2 * m + 3, 1.0, engine); },
        [&](double base, const Dense& matrix, const Eigen::VectorXd& values,
            const Dense& function) {
          const Eigen::SelfAdjointEigenSolver<Dense> truth(matrix);
          const double largest = truth.eigenvalues()[m - 1];
          EXPECT_LT((values - truth.eigenvalues().reverse()).cwiseAbs().maxCoeff(),
                    1e-14 * largest);
          Dense expected = base * Dense::Identity(m, m);
          for (Index k = 0; k < count; ++k) {
            const auto u = truth.eigenvectors().col(m - 1 - k);
            expected += (1.0 / static_cast<double>(1 + k) - base) * u * u.transpose();
          }
          EXPECT_LT((function - expected).cwiseAbs().maxCoeff(), 1e-11);
        });
  }
}

// Whole spectra, equal eigenvalues, rank one, zero: with all vectors of weight 1 the identity.
TEST(WindowKernels, HardSpectraHaveOrthogonalVectors) {
  constexpr Index m = 12;
  std::mt19937 engine(4);
  for (const WindowKernels<double>* kernels :
       {&window_kernels<double>(Isa::baseline), &window_kernels<double>()}) {
    const Index lanes = kernels->lanes;
    for (int kind = 0; kind < 6; ++kind) {
      Dense matrix = Dense::Zero(m, m);
      if (kind == 1) matrix.setIdentity();
      if (kind == 2) matrix.setOnes();
      if (kind == 3) matrix = random_gram(m, 5, 0.0, engine);
      if (kind == 4) matrix.diagonal() = Eigen::VectorXd::LinSpaced(m, 1, m);
      if (kind == 5) matrix = random_gram(m, 40, 1e-7, engine);
      Eigen::VectorXd packed(packed_entries(m) * lanes), values(m * lanes), result(packed.size());
      Eigen::VectorXd work(window_work_size(m, lanes));
      for (Index i = 0; i < m; ++i) {
        for (Index j = 0; j <= i; ++j) {
          packed.segment((packed_entries(i) + j) * lanes, lanes).setConstant(matrix(i, j));
        }
      }
      kernels->eigenvalues(m, packed.data(), values.data(), work.data());
      const Eigen::VectorXd weights = Eigen::VectorXd::Ones(m * lanes);
      const Eigen::VectorXd base = Eigen::VectorXd::Zero(lanes);
      kernels->spectral(m, packed.data(), values.data(), m, weights.data(), base.data(),
                        work.data(), result.data(), lanes);
      for (Index i = 0; i < m; ++i) {
        for (Index j = 0; j <= i; ++j) {
          EXPECT_NEAR(result[(packed_entries(i) + j) * lanes], i == j ? 1.0 : 0.0, 1e-11)
              << "kind " << kind << " entry " << i << ", " << j;
        }
      }
      const Eigen::VectorXd truth =
          Eigen::SelfAdjointEigenSolver<Dense>(matrix).eigenvalues().reverse();
      for (Index k = 0; k < m; ++k) {
        EXPECT_NEAR(values[k * lanes], truth[k], 1e-14 * (1 + truth[0])) << "kind " << kind;
      }
    }
  }
}

}  // namespace
}  // namespace pellucid::linalg
