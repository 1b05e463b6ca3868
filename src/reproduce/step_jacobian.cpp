// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/step_jacobian.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "pellucid/base/parallel.hpp"
#include "pellucid/base/random.hpp"
#include "pellucid/reverse/step.hpp"

namespace pellucid::reproduce {

StepJacobian::StepJacobian(const NoiseLevel& from, const NoiseLevel& to) {
  const StepCoefficients step = step_coefficients(from, to, Rule::posterior, 0);
  current = step.current;
  estimate = step.estimate;
  covariance = estimate * std::sqrt(from.alpha_bar) / from.noise;
}

ExactStepNorms::ExactStepNorms(const MixturePosterior<double>& posterior, Index count, int threads)
    : posterior_(posterior), directions_(posterior.dim(), count), threads_(threads) {
  RandomStream(0, Purpose::probe).normal<double>(0, 0, directions_);
  directions_.colwise().normalize();
}

Eigen::VectorXd ExactStepNorms::at(ConstBatch<double> x_t, const NoiseLevel& from,
                                   const NoiseLevel& to) {
  constexpr int most = 1000;
  constexpr double tolerance = 1e-6;
  const StepJacobian jacobian(from, to);
  const Matrix<double> y = x_t / std::sqrt(from.alpha_bar);
  const double variance = from.variance();
  Eigen::VectorXd norms = Eigen::VectorXd::Zero(x_t.cols()), before;
  for (int i = 0; i < most; ++i) {
    before = norms;
    Matrix<double> next =
        jacobian.covariance * posterior_.covariance_times(y, directions_, {&variance, 1}, threads_);
    norms = jacobian.current + next.cwiseProduct(directions_).colwise().sum().transpose().array();
    for (Index j = 0; j < next.cols(); ++j) {
      // A covariance of nothing keeps its direction.
      if (next.col(j).norm() > 1e-300) directions_.col(j) = next.col(j).normalized();
    }
    if (((norms - before).array().abs() <= tolerance * norms.array().abs()).all()) break;
  }
  return norms;
}

Matrix<double> DenoiserJacobian::times(const Vector<double>& x_t, const NoiseLevel& level,
                                       ConstBatch<double> v) const {
  const double h = 0.03 * std::sqrt(level.noise);
  const Index pairs = std::max<Index>(denoiser_.batch() / 2, 1);
  Matrix<double> out(v.rows(), v.cols());
  std::vector<std::unique_ptr<Denoiser<double>::Workspace>> workspaces(
      static_cast<std::size_t>(thread_count(threads_)));
  parallel_for((v.cols() + pairs - 1) / pairs, threads_, [&](Index tile, int worker) {
    auto& work = workspaces[static_cast<std::size_t>(worker)];
    if (!work) work = denoiser_.workspace();
    const Index first = tile * pairs, count = std::min(pairs, v.cols() - first);
    const Matrix<double> moved = h * v.middleCols(first, count);
    Matrix<double> x(v.rows(), count), ahead(v.rows(), count), behind(v.rows(), count);
    x = moved.colwise() + x_t;
    denoiser_.denoise(x, {&level, 1}, ahead, *work);
    x = (-moved).colwise() + x_t;
    denoiser_.denoise(x, {&level, 1}, behind, *work);
    out.middleCols(first, count) = (ahead - behind) / (2 * h);
  });
  return out;
}

double operator_norm(const Matrix<double>& matrix) {
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver(matrix.transpose() * matrix,
                                                             Eigen::EigenvaluesOnly);
  return std::sqrt(std::max(solver.eigenvalues().maxCoeff(), 0.0));
}

}  // namespace pellucid::reproduce
