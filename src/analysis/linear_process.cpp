// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/linear_process.hpp"

#include <fmt/format.h>

#include <Eigen/SVD>
#include <array>
#include <cmath>
#include <limits>

#include "analysis/linear_levels.hpp"
#include "analysis/noise_levels.hpp"
#include "linalg/blas.hpp"
#include "linalg/eigh_leading.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"

namespace pellucid {

namespace {

constexpr std::array<std::pair<LinearMode, std::string_view>, 3> modes{{
    {LinearMode::project, "project"},
    {LinearMode::renoise, "renoise"},
    {LinearMode::standard, "standard"},
}};

std::vector<double> to_vector(const Eigen::VectorXd& values) {
  return {values.begin(), values.end()};
}

template <class T>
Matrix<T> adjoint_product(const Matrix<T>& a, const Matrix<T>& b) {
  Matrix<T> out(a.cols(), b.cols());
  linalg::multiply<T>(linalg::Op::adjoint, T(1), a, b, T(0), out);
  return out;
}

// `diag(R^H U S U^H R)`: variances along the reference of a covariance `U S U^H`.
template <class T>
Eigen::VectorXd variances_along(const Matrix<T>& reference, const Matrix<T>& u,
                                const Matrix<T>& s) {
  const Matrix<T> coefficients = adjoint_product(reference, u);
  return (coefficients * s).cwiseProduct(coefficients.conjugate()).rowwise().sum().real();
}

// What a process knows of the product of its steps and of the covariance of x.
struct State {
  Eigen::VectorXd product;  // squared singular values
  double leading_cos2 = 0.0;
  Eigen::VectorXd variances;
  double total_variance = 0.0;
};

// `project` and `renoise`: after every step the product is `U core V^H` and the covariance
// `U S U^H + white I` with the eigenvectors U of the last denoiser, so that all that changes is
// k x k. Jacobi's SVD keeps the digits of small singular values.
template <class T>
class SubspaceProcess {
 public:
  SubspaceProcess(const Matrix<T>& reference, double start_variance)
      : reference_(reference), white_(start_variance) {}

  State advance(const LinearFilter<T>& filter, const StepCoefficients& step) {
    const Index k = filter.weights.size();
    const auto weights = filter.weights.template cast<T>().asDiagonal();
    if (vectors_.size() == 0) {
      core_ = Matrix<T>(weights);
      within_ = T(white_) * Matrix<T>::Identity(k, k);
    } else {
      const Matrix<T> turn = adjoint_product(filter.eigenvectors, vectors_);
      core_ = weights * turn * core_;
      within_ = turn * within_ * turn.adjoint() + T(white_) * Matrix<T>::Identity(k, k);
    }
    within_ = weights * within_.eval() * weights;
    white_ = step.noise_std * step.noise_std;
    vectors_ = filter.eigenvectors;
    return state();
  }

 private:
  State state() const {
    State now;
    const Eigen::JacobiSVD<Matrix<T>> svd(core_, Eigen::ComputeThinU | Eigen::ComputeThinV);
    now.product = svd.singularValues().array().square();
    if (core_.rows() > 0 && now.product(0) > 0) {
      const Vector<T> leading = vectors_ * svd.matrixU().col(0);
      now.leading_cos2 = Eigen::numext::abs2(reference_.col(0).dot(leading));
    }
    now.variances = variances_along(reference_, vectors_, within_).array() + white_;
    now.total_variance = within_.real().trace() + white_ * static_cast<double>(reference_.rows());
    return now;
  }

  const Matrix<T>& reference_;
  double white_;
  Matrix<T> vectors_, core_, within_;
};

// `standard`: part of x is kept, so that product and covariance fill all d x d.
template <class T>
class DenseProcess {
 public:
  DenseProcess(const Matrix<T>& reference, double start_variance)
      : reference_(reference),
        product_(Matrix<T>::Identity(reference.rows(), reference.rows())),
        covariance_(T(start_variance) * product_) {}

  State advance(const LinearFilter<T>& filter, const StepCoefficients& step) {
    product_ = stepped(filter, step, product_);
    covariance_ = stepped(filter, step, stepped(filter, step, covariance_).adjoint());
    covariance_.diagonal().array() += T(step.noise_std * step.noise_std);
    return state();
  }

 private:
  static Matrix<T> stepped(const LinearFilter<T>& filter, const StepCoefficients& step,
                           const Matrix<T>& x) {
    const Matrix<T> coefficients =
        filter.weights.template cast<T>().asDiagonal() * adjoint_product(filter.eigenvectors, x);
    Matrix<T> out = x;
    linalg::multiply<T>(linalg::Op::none, T(step.estimate), filter.eigenvectors, coefficients,
                        T(step.current), out);
    return out;
  }

  State state() const {
    State now;
    Matrix<T> squared = Matrix<T>::Zero(product_.rows(), product_.rows()), vectors;
    linalg::add_gram<T>(product_, squared);
    linalg::eigh_leading<T>(squared, reference_.cols(), now.product, vectors);
    now.product = now.product.cwiseMax(0.0);
    now.leading_cos2 = Eigen::numext::abs2(reference_.col(0).dot(vectors.col(0)));
    now.variances = (reference_.adjoint() * covariance_)
                        .cwiseProduct(reference_.transpose())
                        .rowwise()
                        .sum()
                        .real();
    now.total_variance = covariance_.real().trace();
    return now;
  }

  const Matrix<T>& reference_;
  Matrix<T> product_, covariance_;
};

// `v <- C v`, normalised, on the cleanest level's sample covariance C.
template <class T>
class PowerIteration {
 public:
  PowerIteration(const TrainingSignals<T>& training, const LinearLevels<T>& levels,
                 std::uint32_t repeat)
      : eigenvalues_(levels.cleanest.eigenvalues), vector_(training.dim(), 1) {
    samples_ = training.noisy(repeat, static_cast<Index>(levels.noise_std.size()) - 1,
                              levels.noise_std.back());
    samples_.colwise() -= levels.cleanest.mean;
    constexpr std::uint32_t apart_from_bases = 1;
    RandomStream(0, Purpose::probe, repeat).normal<T>(0, apart_from_bases, vector_);
  }

  void advance(const Matrix<T>& reference, LinearStep& step) {
    Matrix<T> next(vector_.rows(), 1);
    linalg::multiply<T>(linalg::Op::none, T(1), samples_, adjoint_product(samples_, vector_), T(0),
                        next);
    vector_ = next.normalized();
    ++steps_;
    step.power_cos2 = Eigen::numext::abs2(reference.col(0).dot(vector_.col(0)));
    step.power_ratio = eigenvalues_.size() < 2
                           ? std::numeric_limits<double>::quiet_NaN()
                           : std::pow(eigenvalues_(1) / eigenvalues_(0), 2 * steps_);
  }

 private:
  Eigen::VectorXd eigenvalues_;
  Matrix<T> samples_, vector_;
  int steps_ = 0;
};

template <class T, class Process>
LinearProcess follow(const TrainingSignals<T>& training, const LinearLevels<T>& levels,
                     const LinearProcessOptions& options, Monitor* monitor) {
  const double first = levels.noise_std.front();
  Process process(training.basis(), first * first + (options.variance_preserving ? 1 : 0));
  PowerIteration<T> power(training, levels, options.repeat);
  LinearProcess out;
  out.mode = options.mode;
  const Task task(monitor, name(options.mode), static_cast<double>(levels.filters.size()));
  for (std::size_t i = 0; i < levels.filters.size(); ++i) {
    const bool last = i + 1 == levels.filters.size();
    const State now = process.advance(
        levels.filters[i], linear_step(options.mode, levels.noise_std[i],
                                       last ? 0 : levels.noise_std[i + 1], options.resampling));
    LinearStep step;
    step.noise_std = levels.noise_std[i];
    step.cos2 = to_vector(
        squared_cosines(levels.filters[i].eigenvectors, training.basis(), training.variances()));
    step.product = to_vector(now.product);
    step.leading_cos2 = now.leading_cos2;
    step.variances = to_vector(now.variances);
    power.advance(training.basis(), step);
    out.steps.push_back(std::move(step));
    out.total_variance = now.total_variance;
    task.update(static_cast<double>(i + 1));
  }
  return out;
}

}  // namespace

std::string_view name(LinearMode mode) { return modes.at(static_cast<std::size_t>(mode)).second; }

LinearMode parse_linear_mode(std::string_view text) {
  for (const auto& [mode, known] : modes) {
    if (known == text) return mode;
  }
  throw Error(fmt::format("unknown mode '{}': choose one of project, renoise, standard", text));
}

template <class T>
LinearProcess follow_levels(const TrainingSignals<T>& training, const LinearLevels<T>& levels,
                            const LinearProcessOptions& options, Monitor* monitor) {
  const linalg::SingleThreadedBlas blas;
  LinearProcess out = options.mode == LinearMode::standard
                          ? follow<T, DenseProcess<T>>(training, levels, options, monitor)
                          : follow<T, SubspaceProcess<T>>(training, levels, options, monitor);
  Matrix<T> clean = training.clean(options.repeat);
  if (training.is_centred()) clean.colwise() -= clean.rowwise().mean().eval();
  out.reference = to_vector(training.variances());
  out.training = to_vector(adjoint_product(training.basis(), clean).rowwise().squaredNorm() /
                           static_cast<double>(training.freedom()));
  out.generated = out.steps.back().variances;
  return out;
}

template <class T>
LinearProcess follow_linear_process(const TrainingSignals<T>& training,
                                    const LinearProcessOptions& options, Monitor* monitor) {
  return follow_levels(training, fit_levels(training, options, monitor), options, monitor);
}

#define PELLUCID_INSTANTIATE(T)                                                              \
  template LinearProcess follow_levels<T>(const TrainingSignals<T>&, const LinearLevels<T>&, \
                                          const LinearProcessOptions&, Monitor*);            \
  template LinearProcess follow_linear_process<T>(const TrainingSignals<T>&,                 \
                                                  const LinearProcessOptions&, Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
