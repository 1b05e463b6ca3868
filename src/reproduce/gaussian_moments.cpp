// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/gaussian_moments.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "pellucid/reverse/step.hpp"

namespace pellucid::reproduce {

namespace {

using Solver = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>;

Eigen::MatrixXd root(const Eigen::MatrixXd& covariance) {
  const Solver solver(covariance);
  return solver.eigenvectors() * solver.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal() *
         solver.eigenvectors().transpose();
}

}  // namespace

double relative_frechet(const Gaussian<double>& a, const Gaussian<double>& b) {
  const Eigen::MatrixXd half = root(a.covariance);
  const Solver solver(half * b.covariance * half, Eigen::EigenvaluesOnly);
  const double cross = solver.eigenvalues().cwiseMax(0).cwiseSqrt().sum();
  const double total = b.covariance.trace();
  return ((a.mean - b.mean).squaredNorm() + a.covariance.trace() + total - 2 * cross) / total;
}

double relative_frechet(const Gaussian<double>& a, const Gaussian<double>& b, Index rank) {
  const Solver solver(b.covariance);
  const Eigen::MatrixXd basis = solver.eigenvectors().rightCols(rank);
  const auto project = [&](const Gaussian<double>& one) {
    return Gaussian<double>{basis.transpose() * one.mean,
                            basis.transpose() * one.covariance * basis};
  };
  return relative_frechet(project(a), project(b));
}

Measured frechet_of(const Matrix<double>& samples, Index groups, const Gaussian<double>& target,
                    Index rank) {
  const auto distance = [&](const Matrix<double>& some) {
    const Gaussian<double> found = fit_gaussian(MatrixSource<double>(some));
    return rank < some.rows() ? relative_frechet(found, target, rank)
                              : relative_frechet(found, target);
  };
  const Index each = samples.cols() / groups, left = samples.cols() - each;
  Eigen::VectorXd without(groups);
  for (Index g = 0; g < groups; ++g) {
    Matrix<double> others(samples.rows(), left);
    others << samples.leftCols(g * each), samples.rightCols(left - g * each);
    without(g) = distance(others);
  }
  const auto n = static_cast<double>(groups);
  const double spread = (without.array() - without.mean()).square().sum();
  return {distance(samples), std::sqrt((n - 1) / n * spread), groups};
}

double gaussian_error_ratio(const Eigen::VectorXd& eigenvalues, const std::vector<NoiseLevel>& grid,
                            const NoiseLevel& level, double resampling) {
  const double noise = level.variance();
  double error = 0, least = 0;
  for (const double l : eigenvalues) {
    double gain = std::sqrt(level.alpha_bar), variance = 0;
    for (std::size_t i = 0; i < grid.size(); ++i) {
      const NoiseLevel& t = grid[i];
      const NoiseLevel u = i + 1 < grid.size() ? grid[i + 1] : NoiseLevel::clean();
      const StepCoefficients step = step_coefficients(t, u, Rule::posterior, resampling);
      const double d = std::sqrt(t.alpha_bar) * l / (t.alpha_bar * l + t.noise);
      const double c = step.estimate * d + step.current;
      gain *= c;
      variance = c * c * variance + step.noise_std * step.noise_std;
    }
    error += (1 - gain) * (1 - gain) * l + gain * gain * noise + variance;
    least += l * noise / (l + noise);
  }
  return error / least;
}

}  // namespace pellucid::reproduce
