// SPDX-License-Identifier: BSD-3-Clause
#include "prior/toeplitz_components.hpp"

namespace pellucid {

namespace {

// Steps of one update: most of what is to be gained; the next pass goes on from there.
constexpr int update_steps = 10;
constexpr int centre_steps = 200;
constexpr double step_tolerance = 1e-10;  // nats per entry

}  // namespace

template <class T>
ToeplitzComponents<T>::ToeplitzComponents(Index n1, Index n2, Index components, double ridge)
    : FullComponents<T>(n1 * n2, components),
      family_(n1, n2),
      n1_(n1),
      n2_(n2),
      ridge_(ridge),
      centre_bins_(Eigen::VectorXd::Zero(family_.bins())),
      bins_(Eigen::MatrixXd::Zero(family_.bins(), components)) {}

// The prior's strength is in proportion to the numbers of a covariance, as with diagonal ones.
template <class T>
void ToeplitzComponents<T>::start(const Clusters<T>& clusters, double regularisation, int threads) {
  FullComponents<T>::start(clusters, 2 * regularisation / static_cast<double>(this->dim()),
                           threads);
}

template <class T>
void ToeplitzComponents<T>::constrain_centre(Matrix<T>& covariance) {
  centre_bins_ = family_.start(covariance);
  covariance = family_.improve(covariance, centre_bins_, centre_steps, step_tolerance);
  bins_ = centre_bins_.replicate(1, this->components());
}

// A singular covariance becomes nothing at all, which cannot be factorised.
template <class T>
void ToeplitzComponents<T>::constrain(Index k, Matrix<T>& covariance) {
  Eigen::VectorXd c = bins_.col(k);
  covariance = family_.improve(covariance, c, update_steps, step_tolerance);
  if (covariance.size() == 0) {
    covariance = Matrix<T>::Zero(this->dim(), this->dim());
    return;
  }
  if (ridge_ > 0.0) {
    c.array() += ridge_ / static_cast<double>(family_.bins());
    covariance.diagonal().array() += T(ridge_);
  }
  bins_.col(k) = c;
}

template <class T>
void ToeplitzComponents<T>::reseed(Index k, const Vector<T>& sample, double count) {
  FullComponents<T>::reseed(k, sample, count);
  bins_.col(k) = centre_bins_;
}

// A covariance is its first column; of two axes, its first two columns of blocks.
template <class T>
double ToeplitzComponents<T>::parameter_count() const {
  const auto k = static_cast<double>(this->components()), n = static_cast<double>(this->dim());
  const auto lags = static_cast<double>((2 * n1_ - 1) * (2 * n2_ - 1));
  return k - 1.0 + (is_complex<T> ? k * (2.0 * n + lags) : k * (n + (lags + 1.0) / 2.0));
}

template <class T>
std::vector<StateArray> ToeplitzComponents<T>::state(bool sums) {
  std::vector<StateArray> arrays = FullComponents<T>::state(sums);
  arrays.push_back(state_array("centre.bins", centre_bins_));
  arrays.push_back(state_array("bins", bins_));
  return arrays;
}

template <class T>
GaussianMixture<T> ToeplitzComponents<T>::mixture() const {
  GaussianMixture<T> prior{this->weights_, this->means_, {}};
  for (Index k = 0; k < this->components(); ++k) {
    prior.covariances.push_back(family_.covariance(bins_.col(k)));
  }
  return prior;
}

template class ToeplitzComponents<double>;
template class ToeplitzComponents<std::complex<double>>;

}  // namespace pellucid
