// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/diagonal_mixture.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/base/random.hpp"
#include "prior/covariance.hpp"
#include "prior/eigenbasis.hpp"
#include "prior/mixture_weights.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {

constexpr double tolerance = 1e-6;  // files may have been written in single precision

bool is_fourier(CovarianceType type) {
  return type == CovarianceType::circulant || type == CovarianceType::block_circulant;
}

template <class T>
void check_variances(const DiagonalMixture<T>& prior) {
  const Eigen::MatrixXd& v = prior.variances;
  if (v.rows() != prior.dim() || v.cols() != prior.components()) {
    throw Error(fmt::format("variances: are {} of {} components, the means {} of {}: must agree",
                            v.rows(), v.cols(), prior.dim(), prior.components()));
  }
  for (Index k = 0; k < v.cols(); ++k) {
    for (Index i = 0; i < v.rows(); ++i) {
      if (v(i, k) >= 0.0 && std::isfinite(v(i, k))) continue;
      throw Error(fmt::format("{}[{}, {}]: is {}: a variance is finite and not negative",
                              is_fourier(prior.covariance) ? "spectra" : "variances", k, i,
                              v(i, k)));
    }
  }
}

template <class T>
void check_blocks(const DiagonalMixture<T>& prior) {
  const std::size_t due = prior.covariance == CovarianceType::circulant ? 1 : 2;
  Index product = 1;
  bool good = prior.blocks.size() == due;
  for (const Index length : prior.blocks) {
    good = good && length >= 1 && length <= prior.dim() / product;
    if (good) product *= length;
  }
  if (good && product == prior.dim()) return;
  throw Error(fmt::format("blocks: {} for samples of {} entries: give {} whose product is that",
                          fmt::join(prior.blocks, ","), prior.dim(),
                          due == 1 ? "one length" : "two lengths"));
}

// Real symmetric: what one frequency has, its conjugate has.
void check_mirrored(const Eigen::MatrixXd& spectra, const std::vector<Index>& blocks) {
  for (Index k = 0; k < spectra.cols(); ++k) {
    const double allowed = tolerance * spectra.col(k).maxCoeff();
    for (Index i = 0; i < spectra.rows(); ++i) {
      const Index mirrored = mirrored_bin(blocks, i);
      if (std::abs(spectra(i, k) - spectra(mirrored, k)) <= allowed) continue;
      throw Error(
          fmt::format("spectra[{}]: {:.6g} at bin {}, {:.6g} at bin {}: the spectrum of a real "
                      "circulant covariance is equal at both: use their average",
                      k, spectra(i, k), i, spectra(mirrored, k), mirrored));
    }
  }
}

void check_equal(const Eigen::MatrixXd& rows_equal, const char* what) {
  if (rows_equal.size() == 0) return;
  const double spread =
      (rows_equal.rowwise().maxCoeff() - rows_equal.rowwise().minCoeff()).maxCoeff();
  if (spread <= tolerance * rows_equal.maxCoeff()) return;
  throw Error(
      fmt::format("variances: {} differ by {:.3g}: make them equal, or say diag", what, spread));
}

template <class T>
void check_unitary(const Matrix<T>& q, Index dim) {
  if (q.rows() != dim || q.cols() != dim || !q.allFinite()) {
    throw Error(fmt::format("eigenvectors: are {} x {}: must be {} x {} and finite", q.rows(),
                            q.cols(), dim, dim));
  }
  const double off = (q.adjoint() * q - Matrix<T>::Identity(dim, dim)).cwiseAbs().maxCoeff();
  if (off > tolerance) {
    throw Error(
        fmt::format("eigenvectors: are not orthonormal (off by {:.3g}): use those of a "
                    "Hermitian matrix",
                    off));
  }
}

template <class T>
Matrix<T> covariance(const Matrix<T>& vectors, const Eigen::VectorXd& variances) {
  Matrix<T> c = vectors * variances.template cast<T>().asDiagonal() * vectors.adjoint();
  linalg::fill_upper<T>(c);
  return c;
}

/// Free real numbers of one component's covariance.
template <class T>
double free_variances(const DiagonalMixture<T>& prior) {
  const auto n = static_cast<double>(prior.dim());
  switch (prior.covariance) {
    case CovarianceType::spherical:
      return 1.0;
    case CovarianceType::tied:
      return is_complex<T> ? n * n : n * (n + 1.0) / 2.0;
    case CovarianceType::circulant:
    case CovarianceType::block_circulant: {
      if (is_complex<T>) return n;
      Index free = 0;
      for (Index i = 0; i < prior.dim(); ++i) free += mirrored_bin(prior.blocks, i) >= i ? 1 : 0;
      return static_cast<double>(free);
    }
    default:
      return n;
  }
}

}  // namespace

template <class T>
void DiagonalMixture<T>::validate() const {
  check_weights(weights);
  check_means(means, components());
  check_variances(*this);
  switch (covariance) {
    case CovarianceType::diag:
      return;
    case CovarianceType::spherical:
      return check_equal(variances.transpose(), "those of a spherical component");
    case CovarianceType::tied:
      check_unitary(eigenvectors, dim());
      return check_equal(variances, "those of tied components");
    case CovarianceType::circulant:
    case CovarianceType::block_circulant:
      check_blocks(*this);
      if (!is_complex<T>) check_mirrored(variances, blocks);
      return;
    default:
      throw Error(fmt::format("covariance: {} has no common eigenbasis: use another type of prior",
                              name(covariance)));
  }
}

template <class T>
DiagonalMixture<T> tied_mixture(Eigen::VectorXd weights, Matrix<T> means, Matrix<T> covariance) {
  check_covariance(covariance, means.rows(), "covariance");
  const linalg::SingleThreadedBlas blas;
  Eigen::VectorXd eigenvalues;
  linalg::eigh<T>(covariance, eigenvalues);
  if (eigenvalues(0) < -tolerance * eigenvalues.cwiseAbs().maxCoeff()) {
    throw Error(
        fmt::format("covariance: has the negative eigenvalue {:.3g}: a covariance is "
                    "positive semi-definite",
                    eigenvalues(0)));
  }
  const Index components = weights.size();
  return {CovarianceType::tied,  {},
          std::move(covariance), std::move(weights),
          std::move(means),      eigenvalues.cwiseMax(0.0).replicate(1, components)};
}

template <class T>
Matrix<T> component_covariance(const DiagonalMixture<T>& prior, Index k) {
  return covariance<T>(eigenvector_matrix(prior), prior.variances.col(k));
}

template <class T>
GaussianMixture<T> dense(const DiagonalMixture<T>& prior) {
  const Matrix<T> vectors = eigenvector_matrix(prior);
  GaussianMixture<T> all{prior.weights, prior.means, {}};
  for (Index k = 0; k < prior.components(); ++k) {
    all.covariances.push_back(covariance<T>(vectors, prior.variances.col(k)));
  }
  return all;
}

template <class T>
Gaussian<T> moments(const DiagonalMixture<T>& prior) {
  Gaussian<T> whole{prior.means * prior.weights.template cast<T>(),
                    covariance<T>(eigenvector_matrix(prior), prior.variances * prior.weights)};
  whole.covariance += scatter_of_means(prior.means, prior.weights);
  linalg::fill_upper<T>(whole.covariance);
  return whole;
}

template <class T>
double average_variance(const DiagonalMixture<T>& prior) {
  const double within = (prior.variances * prior.weights).sum();
  return (within + spread_of_means(prior.means, prior.weights)) / static_cast<double>(prior.dim());
}

template <class T>
Matrix<T> draw(const DiagonalMixture<T>& prior, Index count, std::uint64_t seed, Index first) {
  const linalg::SingleThreadedBlas blas;
  const RandomStream random(seed, Purpose::prior_draw);
  Matrix<T> white(prior.dim(), count), samples(prior.dim(), count);
  random.normal<T>(static_cast<std::uint64_t>(first), 0, white);
  const auto chosen = choose_components(prior.weights, count, seed, first);
  for (Index k = 0; k < prior.components(); ++k) {
    const Vector<T> deviation = prior.variances.col(k).cwiseSqrt().template cast<T>();
    for (const Index j : chosen[static_cast<std::size_t>(k)]) {
      white.col(j) = white.col(j).cwiseProduct(deviation);
    }
  }
  Eigenbasis<T>(prior).inverse(white, samples);
  for (Index k = 0; k < prior.components(); ++k) {
    for (const Index j : chosen[static_cast<std::size_t>(k)]) samples.col(j) += prior.means.col(k);
  }
  return samples;
}

template <class T>
Eigen::MatrixXd joint_log_density(const DiagonalMixture<T>& prior, ConstBatch<T> x,
                                  double noise_variance, int threads) {
  check_observation<T>(prior.dim(), x, noise_variance);
  const linalg::SingleThreadedBlas blas;
  const Eigenbasis<T> basis(prior);
  Matrix<T> z(x.rows(), x.cols()), means(x.rows(), prior.components());
  basis.forward(x, z);
  basis.forward(prior.means, means);
  Eigen::MatrixXd joint(x.cols(), prior.components());
  parallel_for(prior.components(), threads, [&](Index k, int) {
    const Eigen::ArrayXd s = prior.variances.col(k).array() + noise_variance;
    if (!(s.minCoeff() > 0.0)) {
      throw Error(
          fmt::format("component {}: singular with noise variance {:.3g}, so there is no density: "
                      "give a noise variance above 0",
                      k, noise_variance));
    }
    const double peak =
        std::log(prior.weights(k)) - quadratic_weight<T> * (circle<T> * s).log().sum();
    for (Index j = 0; j < x.cols(); ++j) {
      const double energy = ((z.col(j) - means.col(k)).array().abs2() / s).sum();
      joint(j, k) = peak - quadratic_weight<T> * energy;
    }
  });
  return joint.transpose();
}

template <class T>
Eigen::VectorXd log_density(const DiagonalMixture<T>& prior, ConstBatch<T> x, double noise_variance,
                            int threads) {
  return log_sums(joint_log_density<T>(prior, x, noise_variance, threads));
}

template <class T>
Eigen::MatrixXd posterior_weights(const DiagonalMixture<T>& prior, ConstBatch<T> x,
                                  double noise_variance, int threads) {
  return weights_from_logs(joint_log_density<T>(prior, x, noise_variance, threads));
}

template <class T>
double parameter_count(const DiagonalMixture<T>& prior) {
  const auto k = static_cast<double>(prior.components());
  const double means = k * static_cast<double>(prior.dim()) * (is_complex<T> ? 2.0 : 1.0);
  const double covariances = prior.covariance == CovarianceType::tied ? 1.0 : k;
  return k - 1.0 + means + covariances * free_variances(prior);
}

template <class T>
double bic(const DiagonalMixture<T>& prior, double log_likelihood, Index samples) {
  return -2.0 * log_likelihood + parameter_count(prior) * std::log(static_cast<double>(samples));
}

#define PELLUCID_INSTANTIATE(T)                                                                   \
  template struct DiagonalMixture<T>;                                                             \
  template DiagonalMixture<T> tied_mixture<T>(Eigen::VectorXd, Matrix<T>, Matrix<T>);             \
  template Matrix<T> component_covariance<T>(const DiagonalMixture<T>&, Index);                   \
  template GaussianMixture<T> dense<T>(const DiagonalMixture<T>&);                                \
  template Gaussian<T> moments<T>(const DiagonalMixture<T>&);                                     \
  template double average_variance<T>(const DiagonalMixture<T>&);                                 \
  template Matrix<T> draw<T>(const DiagonalMixture<T>&, Index, std::uint64_t, Index);             \
  template Eigen::MatrixXd joint_log_density<T>(const DiagonalMixture<T>&, ConstBatch<T>, double, \
                                                int);                                             \
  template Eigen::VectorXd log_density<T>(const DiagonalMixture<T>&, ConstBatch<T>, double, int); \
  template Eigen::MatrixXd posterior_weights<T>(const DiagonalMixture<T>&, ConstBatch<T>, double, \
                                                int);                                             \
  template double parameter_count<T>(const DiagonalMixture<T>&);                                  \
  template double bic<T>(const DiagonalMixture<T>&, double, Index);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
