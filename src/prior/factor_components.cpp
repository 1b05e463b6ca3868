// SPDX-License-Identifier: BSD-3-Clause
#include "prior/factor_components.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <cmath>

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"
#include "prior/factored_covariance.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {

constexpr int subspace_passes = 8;

// A noise variance below this share of the entry's mean square is rounding.
constexpr double rounding = 1e-12;

/// Leading eigenpairs of `sum_j z_j z_j^H / n` by subspace iteration, W with `W W^H` their part.
/// The start's columns are samples, spread evenly.
template <class T>
Matrix<T> leading_factors(const Matrix<T>& z, Index rank) {
  Matrix<T> basis(z.rows(), rank), projected(rank, z.cols());
  for (Index f = 0; f < rank; ++f) {
    basis.col(f) = z.col(f * z.cols() / rank);
    basis(f, f) += T(1e-3 * (1.0 + basis.col(f).norm()));  // samples may be zero or equal
  }
  const double count = static_cast<double>(z.cols());
  for (int pass = 0; pass < subspace_passes; ++pass) {
    const Eigen::HouseholderQR<Matrix<T>> qr(basis);
    basis = qr.householderQ() * Matrix<T>::Identity(z.rows(), rank);
    linalg::multiply<T>(linalg::Op::adjoint, T(1), basis, z, T(0), projected);
    basis.setZero();
    linalg::add_outer<T>(z, projected, basis);
    basis /= T(count);
  }
  // Q (Q^H S Q) = S Q at the end: W W^H = S Q (Q^H S Q)^-1 Q^H S, Nystroem's part of S.
  Matrix<T> inner = Matrix<T>::Zero(rank, rank);
  linalg::add_gram<T>(projected, inner);
  linalg::fill_upper<T>(inner);
  inner /= T(count);
  inner.diagonal().array() += T(1e-12 * inner.diagonal().real().sum() + 1e-300);
  Matrix<T> root = inner.llt().matrixL();
  const Matrix<T> adjoint = basis.adjoint();
  return root.template triangularView<Eigen::Lower>().solve(adjoint).adjoint();
}

}  // namespace

template <class T>
FactorComponents<T>::FactorComponents(Index dim, Index rank, Index components, double ridge)
    : Components<T>(dim, components),
      rank_(rank),
      ridge_(ridge),
      factors_(static_cast<std::size_t>(components), Matrix<T>::Zero(dim, rank)),
      noise_variances_(Eigen::MatrixXd::Ones(dim, components)),
      centre_factors_(Matrix<T>::Zero(dim, rank)),
      centre_noise_(Eigen::VectorXd::Ones(dim)),
      gains_(static_cast<std::size_t>(components), Matrix<T>::Zero(rank, dim)),
      factor_covariances_(static_cast<std::size_t>(components), Matrix<T>::Identity(rank, rank)),
      log_peaks_(Eigen::VectorXd::Zero(components)),
      log_priors_(Eigen::VectorXd::Zero(components)),
      sums_(static_cast<std::size_t>(components)) {
  reset_sums();
}

template <class T>
void FactorComponents<T>::reset_sums() {
  for (Index k = 0; k < this->components(); ++k) {
    Sums& sums = sums_[static_cast<std::size_t>(k)];
    sums.weight = 0.0;
    sums.shift = this->means_.col(k);
    sums.regression.setZero(this->dim(), rank_ + 1);
    sums.factors.setZero(rank_ + 1, rank_ + 1);
    sums.squares.setZero(this->dim());
  }
}

// The factors of C_0 and of every component at the start: the leading directions within clusters.
// The prior's strength is in proportion to the numbers of a covariance, N (r + 1) where a full one
// has N (N + 1) / 2.
template <class T>
void FactorComponents<T>::start(const Clusters<T>& clusters, double regularisation, int threads) {
  const auto n = static_cast<double>(this->dim());
  const double strength = std::min(1.0, 2.0 * static_cast<double>(rank_ + 1) / n);
  Components<T>::start(clusters, strength * regularisation, threads);
}

template <class T>
void FactorComponents<T>::fix_centre(const Clusters<T>& clusters, double variance_floor) {
  const double count = clusters.count(), share = static_cast<double>(this->components()) / count;
  Matrix<T> within = clusters.samples;
  for (Index k = 0; k < this->components(); ++k) {
    for (const Index j : clusters.members[static_cast<std::size_t>(k)].columns) {
      within.col(j) -= clusters.means.col(k);
    }
  }
  centre_factors_ = leading_factors<T>(within, rank_);
  const Eigen::VectorXd power = within.cwiseAbs2().rowwise().mean();
  const Eigen::VectorXd all = clusters.samples.cwiseAbs2().rowwise().mean();
  const Eigen::VectorXd explained = centre_factors_.cwiseAbs2().rowwise().sum();
  // A tenth of the power at least, so that C_0 keeps every direction alive.
  centre_noise_ = (power - explained).cwiseMax(0.1 * power) + share * all;
  centre_noise_.array() += variance_floor;
  centre_log_det_ = FactoredCovariance<T>(centre_factors_, centre_noise_).log_det();
  for (Index k = 0; k < this->components(); ++k) {
    factors_[static_cast<std::size_t>(k)] = centre_factors_;
    noise_variances_.col(k) = centre_noise_;
    prepare(k);
  }
  // The sums so far were those of other factors.
  reset_sums();
  add(clusters.samples, clusters.members, 1);
}

template <class T>
void FactorComponents<T>::translate(const Vector<T>& offset) {
  this->means_.colwise() += offset;
  for (Sums& sums : sums_) sums.shift += offset;
}

// Densities' and updates' matrices of component k, and its log prior: minus kappa times
// tr(C_0 C^-1) - log det(C_0 C^-1) - N, halved where real.
template <class T>
void FactorComponents<T>::prepare(Index k) {
  const auto at = static_cast<std::size_t>(k);
  const auto n = static_cast<double>(this->dim());
  const FactoredCovariance<T> solver(factors_[at], noise_variances_.col(k));
  gains_[at] = solver.gain();
  factor_covariances_[at] = solver.factor_covariance();
  log_peaks_(k) = -quadratic_weight<T> * (n * std::log(circle<T>) + solver.log_det());
  log_priors_(k) = 0.0;
  if (this->kappa_ == 0.0) return;
  const Eigen::VectorXd precision = noise_variances_.col(k).cwiseInverse();
  Matrix<T> explained(rank_, rank_);
  linalg::multiply<T>(linalg::Op::none, T(1), solver.whitened(), centre_factors_, T(0), explained);
  const double trace = precision.dot(centre_noise_ + centre_factors_.cwiseAbs2().rowwise().sum()) -
                       (solver.whitened().cwiseAbs2() * centre_noise_).sum() -
                       explained.squaredNorm();
  log_priors_(k) =
      -this->kappa_ * quadratic_weight<T> * (trace - centre_log_det_ + solver.log_det() - n);
}

template <class T>
void FactorComponents<T>::joint_log_density(ConstBatch<T> x, Eigen::Ref<Eigen::MatrixXd> joint,
                                            int threads) {
  const linalg::SingleThreadedBlas blas;
  const Index chunks = chunk_count(x.cols());
  const Eigen::VectorXd peaks = log_peaks_.array() + this->weights_.array().log();
  std::vector<Matrix<T>> centred(static_cast<std::size_t>(thread_count(threads)));
  std::vector<Matrix<T>> explained(centred.size());
  // Chunks of one component follow each other, so that threads share its factors in the cache.
  parallel_for(this->components() * chunks, threads, [&](Index task, int worker) {
    const Index k = task / chunks, first = task % chunks * chunk_samples;
    const Index count = std::min(chunk_samples, x.cols() - first);
    const auto at = static_cast<std::size_t>(k);
    Matrix<T>& d = centred[static_cast<std::size_t>(worker)];
    Matrix<T>& u = explained[static_cast<std::size_t>(worker)];
    d = x.middleCols(first, count).colwise() - this->means_.col(k);
    u.resize(rank_, count);
    linalg::multiply<T>(linalg::Op::none, T(1), gains_[at], d, T(0), u);
    linalg::multiply<T>(linalg::Op::none, T(-1), factors_[at], u, T(1), d);
    const Eigen::VectorXd energy =
        d.cwiseAbs2().transpose() * noise_variances_.col(k).cwiseInverse() +
        u.colwise().squaredNorm().transpose();
    joint.row(k).segment(first, count) =
        (peaks(k) - quadratic_weight<T> * energy.array()).transpose();
  });
}

template <class T>
void FactorComponents<T>::add(ConstBatch<T> x, const std::vector<Members>& members, int threads) {
  const linalg::SingleThreadedBlas blas;
  parallel_for(this->components(), threads,
               [&](Index k, int) { add_component(k, x, members[static_cast<std::size_t>(k)]); });
}

template <class T>
void FactorComponents<T>::add_component(Index k, ConstBatch<T> x, const Members& members) {
  Sums& sums = sums_[static_cast<std::size_t>(k)];
  const Vector<T> move = sums.shift - this->means_.col(k);
  Matrix<T> d, u(rank_ + 1, chunk_samples), weighted;
  for (Index start = 0; start < members.size(); start += chunk_samples) {
    const Index count = std::min(chunk_samples, members.size() - start);
    d.resize(this->dim(), count);
    for (Index j = 0; j < count; ++j) {
      d.col(j) = x.col(members.columns[static_cast<std::size_t>(start + j)]) - this->means_.col(k);
    }
    auto factors = u.leftCols(count);
    factors.bottomRows(1).setOnes();
    linalg::multiply<T>(linalg::Op::none, T(1), gains_[static_cast<std::size_t>(k)], d, T(0),
                        factors.topRows(rank_));
    d.colwise() -= move;
    const Eigen::Map<const Eigen::VectorXd> p(members.weights.data() + start, count);
    weighted = factors * p.template cast<T>().asDiagonal();
    linalg::add_outer<T>(d, weighted, sums.regression);
    linalg::add_outer<T>(factors, weighted, sums.factors);
    sums.squares += d.cwiseAbs2() * p;
    sums.factors.topLeftCorner(rank_, rank_) +=
        T(p.sum()) * factor_covariances_[static_cast<std::size_t>(k)];
    sums.weight += p.sum();
  }
}

template <class T>
void FactorComponents<T>::scale_sums(double factor) {
  for (Sums& sums : sums_) {
    sums.weight *= factor;
    sums.regression *= T(factor);
    sums.factors *= T(factor);
    sums.squares *= factor;
  }
}

/// `kappa` samples of `C_0` about the mean: what they say of factors under the present parameters.
/// They have no part in the mean, so their column of ones is zero.
template <class T>
void FactorComponents<T>::add_prior(Index k, double kappa, Matrix<T>& regression,
                                    Matrix<T>& factors, Eigen::VectorXd& squares) const {
  if (kappa == 0.0) return;
  const auto at = static_cast<std::size_t>(k);
  const Matrix<T>& gain = gains_[at];
  // C_0 G^H = W_0 (G W_0)^H + d_0 G^H.
  const Matrix<T> inner = gain * centre_factors_;
  const Matrix<T> cross = centre_factors_ * inner.adjoint() +
                          centre_noise_.template cast<T>().asDiagonal() * gain.adjoint();
  regression.leftCols(rank_) += T(kappa) * cross;
  factors.topLeftCorner(rank_, rank_) += T(kappa) * (factor_covariances_[at] + gain * cross);
  squares += kappa * (centre_noise_ + centre_factors_.cwiseAbs2().rowwise().sum());
}

template <class T>
std::vector<Index> FactorComponents<T>::maximise(double kappa, int threads) {
  const linalg::SingleThreadedBlas blas;
  std::vector<char> good(static_cast<std::size_t>(this->components()));
  double count = 0;
  for (const Sums& sums : sums_) count += sums.weight;
  for (Index k = 0; k < this->components(); ++k) {
    this->weights_(k) = sums_[static_cast<std::size_t>(k)].weight / count;
  }
  parallel_for(this->components(), threads,
               [&](Index k, int) { good[static_cast<std::size_t>(k)] = update(k, kappa); });
  std::vector<Index> singular;
  for (Index k = 0; k < this->components(); ++k) {
    if (!good[static_cast<std::size_t>(k)]) singular.push_back(k);
  }
  return singular;
}

template <class T>
bool FactorComponents<T>::update(Index k, double kappa) {
  const Sums& sums = sums_[static_cast<std::size_t>(k)];
  if (!(sums.weight + kappa > 0.0)) return true;
  Matrix<T> regression = sums.regression, factors = sums.factors;
  Eigen::VectorXd squares = sums.squares;
  add_prior(k, kappa, regression, factors, squares);
  if (!(sums.weight > 0.0)) factors(rank_, rank_) = T(1);  // no samples, no mean
  const Eigen::LLT<Matrix<T>> llt(factors);
  if (llt.info() != Eigen::Success) return false;
  const Matrix<T> solution = llt.solve(regression.adjoint()).adjoint();
  const Eigen::VectorXd explained =
      solution.cwiseProduct(regression.conjugate()).real().rowwise().sum();
  Eigen::VectorXd noise = (squares - explained) / (sums.weight + kappa);
  noise.array() += ridge_;
  if (!(noise.array() > rounding * squares.array() / (sums.weight + kappa)).all()) return false;
  factors_[static_cast<std::size_t>(k)] = solution.leftCols(rank_);
  if (sums.weight > 0.0) this->means_.col(k) = sums.shift + solution.col(rank_);
  noise_variances_.col(k) = noise;
  prepare(k);
  return true;
}

template <class T>
void FactorComponents<T>::reseed(Index k, const Vector<T>& sample, double count) {
  this->weights_(k) = 1.0 / count;
  this->means_.col(k) = sample;
  const auto at = static_cast<std::size_t>(k);
  factors_[at] = centre_factors_;
  noise_variances_.col(k) = centre_noise_;
  prepare(k);
  Sums& sums = sums_[at];
  sums = {1.0, sample, Matrix<T>::Zero(this->dim(), rank_ + 1),
          Matrix<T>::Zero(rank_ + 1, rank_ + 1), Eigen::VectorXd::Zero(this->dim())};
  add_prior(k, 1.0, sums.regression, sums.factors, sums.squares);
  sums.factors(rank_, rank_) = T(1);
}

template <class T>
double FactorComponents<T>::log_prior() const {
  return log_priors_.sum();
}

template <class T>
double FactorComponents<T>::parameter_count() const {
  return pellucid::parameter_count(mixture());
}

template <class T>
std::vector<StateArray> FactorComponents<T>::state(bool sums) {
  std::vector<StateArray> arrays = this->common_state();
  arrays.push_back(state_array("centre.factors", centre_factors_));
  arrays.push_back(state_array("centre.noise", centre_noise_));
  arrays.push_back(state_array("noise_variances", noise_variances_));
  for (std::size_t k = 0; k < factors_.size(); ++k) {
    arrays.push_back(state_array(fmt::format("factors.{}", k), factors_[k]));
  }
  for (std::size_t k = 0; sums && k < factors_.size(); ++k) {
    arrays.push_back({fmt::format("sums.weight.{}", k), &sums_[k].weight, 1});
    arrays.push_back(state_array(fmt::format("sums.shift.{}", k), sums_[k].shift));
    arrays.push_back(state_array(fmt::format("sums.regression.{}", k), sums_[k].regression));
    arrays.push_back(state_array(fmt::format("sums.factors.{}", k), sums_[k].factors));
    arrays.push_back(state_array(fmt::format("sums.squares.{}", k), sums_[k].squares));
  }
  return arrays;
}

template <class T>
void FactorComponents<T>::restored() {
  centre_log_det_ = FactoredCovariance<T>(centre_factors_, centre_noise_).log_det();
  for (Index k = 0; k < this->components(); ++k) prepare(k);
}

template <class T>
FactorMixture<T> FactorComponents<T>::mixture() const {
  return {this->weights_, this->means_, factors_, noise_variances_};
}

template class FactorComponents<double>;
template class FactorComponents<std::complex<double>>;

}  // namespace pellucid
