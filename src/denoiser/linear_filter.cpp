// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/denoiser/linear_filter.hpp"

#include <fmt/format.h>

#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "linalg/blas.hpp"
#include "linalg/eigh_leading.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/spiked/spiked_model.hpp"

namespace pellucid {

namespace {

constexpr std::array<std::pair<LinearWeights, std::string_view>, 3> rules{{
    {LinearWeights::projection, "projection"},
    {LinearWeights::plug_in, "plug-in"},
    {LinearWeights::optimal, "optimal"},
}};

// How many eigenvalues stand out of what rounding leaves of zero: of the matrix itself, and of
// entries as large as `largest` before their mean was taken off.
Index carried(const Eigen::VectorXd& eigenvalues, Index size, double largest) {
  if (eigenvalues.size() == 0 || !(eigenvalues(0) > 0)) return 0;
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  const auto entries = static_cast<double>(size);
  const double least =
      std::max(eigenvalues(0) * epsilon * entries, epsilon * largest * epsilon * largest * entries);
  return (eigenvalues.array() > least).count();
}

// Leading eigenpairs of `Y Y^H / freedom`.
template <class T>
void through_covariance(const Matrix<T>& vectors, Index rank, SampleSpectrum<T>& out) {
  Matrix<T> covariance = Matrix<T>::Zero(vectors.rows(), vectors.rows());
  linalg::add_gram<T>(vectors, covariance);
  covariance /= T(static_cast<double>(out.freedom));
  linalg::eigh_leading<T>(covariance, rank, out.eigenvalues, out.eigenvectors);
}

// The same by the right singular vectors `V` of `Y^H Y / freedom`: `U = Y V`, its columns
// normalised. Small eigenvalues leave `Y V` only roughly orthogonal, which a QR factor mends.
template <class T>
void through_gram(const Matrix<T>& vectors, Index rank, double largest, SampleSpectrum<T>& out) {
  const Matrix<T> adjoint = vectors.adjoint();
  Matrix<T> gram = Matrix<T>::Zero(adjoint.rows(), adjoint.rows()), right;
  linalg::add_gram<T>(adjoint, gram);
  gram /= T(static_cast<double>(out.freedom));
  linalg::eigh_leading<T>(gram, std::min(rank, adjoint.rows()), out.eigenvalues, right);
  // A direction without variance has no left vector: it would be 0 / 0.
  const Index kept = carried(out.eigenvalues, vectors.rows(), largest);
  out.eigenvalues.conservativeResize(kept);
  Matrix<T> left(vectors.rows(), kept);
  linalg::multiply<T>(linalg::Op::none, T(1), vectors, right.leftCols(kept), T(0), left);
  for (Index i = 0; i < kept; ++i) left.col(i).normalize();
  const Eigen::HouseholderQR<Matrix<T>> qr(left);
  out.eigenvectors = qr.householderQ() * Matrix<T>::Identity(left.rows(), left.cols());
}

template <class T>
void check(ConstBatch<T> vectors, Index rank, bool centre) {
  const Index least = centre ? 2 : 1;
  if (vectors.rows() < 1 || vectors.cols() < least) {
    throw Error(
        fmt::format("linear fit: {} vectors of {} entries: give at least {} of at least one "
                    "entry{}",
                    vectors.cols(), vectors.rows(), least, centre ? " (about their mean)" : ""));
  }
  if (rank < 0 || rank > vectors.rows()) {
    throw Error(fmt::format("linear fit: rank {}: vectors of {} entries have 0 to {} components",
                            rank, vectors.rows(), vectors.rows()));
  }
  for (Index j = 0; j < vectors.cols(); ++j) {
    if (!vectors.col(j).allFinite()) {
      throw Error(
          fmt::format("linear fit: vector {} has an entry that is not finite: remove NaN, "
                      "infinity",
                      j));
    }
  }
}

}  // namespace

std::string_view name(LinearWeights weights) {
  return rules.at(static_cast<std::size_t>(weights)).second;
}

LinearWeights parse_linear_weights(std::string_view text) {
  for (const auto& [weights, known] : rules) {
    if (known == text) return weights;
  }
  throw Error(
      fmt::format("unknown weights '{}': choose one of projection, plug-in, optimal", text));
}

template <class T>
SampleSpectrum<T> sample_spectrum(ConstBatch<T> vectors, Index rank, bool centre) {
  check<T>(vectors, rank, centre);
  const linalg::SingleThreadedBlas blas;
  SampleSpectrum<T> out;
  out.freedom = vectors.cols() - (centre ? 1 : 0);
  out.mean = Vector<T>::Zero(vectors.rows());
  Matrix<T> centred = vectors;
  if (centre) {
    out.mean = vectors.rowwise().mean();
    centred.colwise() -= out.mean;
    const Vector<T> rounding = centred.rowwise().mean();  // what the first pass left
    out.mean += rounding;
    centred.colwise() -= rounding;
  }
  const bool wide = vectors.rows() > vectors.cols();
  const double largest = vectors.cwiseAbs().maxCoeff();
  wide ? through_gram<T>(centred, rank, largest, out) : through_covariance<T>(centred, rank, out);
  const Index kept = carried(out.eigenvalues, std::max(vectors.rows(), vectors.cols()), largest);
  out.eigenvalues.conservativeResize(kept);
  out.eigenvectors.conservativeResize(Eigen::NoChange, kept);
  return out;
}

double linear_weight(LinearWeights rule, double eigenvalue, double noise_variance, double gamma) {
  if (noise_variance == 0 || rule == LinearWeights::projection) return 1;
  if (rule == LinearWeights::plug_in) return std::max(0.0, 1 - noise_variance / eigenvalue);
  const SpikedModel model(noise_variance, gamma);
  const double l = model.spike_of_eigenvalue(eigenvalue), signal = l * model.squared_cosine(l);
  return signal / (signal + noise_variance);
}

template <class T>
Matrix<T> LinearFilter<T>::apply(ConstBatch<T> noisy) const {
  const linalg::SingleThreadedBlas blas;
  const Matrix<T> centred = noisy.colwise() - mean;
  Matrix<T> coefficients(eigenvectors.cols(), noisy.cols());
  linalg::multiply<T>(linalg::Op::adjoint, T(1), eigenvectors, centred, T(0), coefficients);
  coefficients.array().colwise() *= weights.array().template cast<T>();
  Matrix<T> estimates = mean.replicate(1, noisy.cols());
  linalg::multiply<T>(linalg::Op::none, T(1), eigenvectors, coefficients, T(1), estimates);
  return estimates;
}

template <class T>
LinearFilter<T> linear_filter(const SampleSpectrum<T>& noisy, double noise_variance,
                              LinearWeights weights) {
  if (!(noise_variance >= 0) || !std::isfinite(noise_variance)) {
    throw Error(fmt::format("linear denoiser: noise variance {}: must be finite and not negative",
                            noise_variance));
  }
  LinearFilter<T> filter{noisy.mean, noisy.eigenvectors, Eigen::VectorXd(noisy.rank())};
  for (Index i = 0; i < noisy.rank(); ++i) {
    filter.weights(i) = linear_weight(weights, noisy.eigenvalues(i), noise_variance, noisy.gamma());
  }
  return filter;
}

#define PELLUCID_INSTANTIATE(T)                                              \
  template SampleSpectrum<T> sample_spectrum<T>(ConstBatch<T>, Index, bool); \
  template struct LinearFilter<T>;                                           \
  template LinearFilter<T> linear_filter<T>(const SampleSpectrum<T>&, double, LinearWeights);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
