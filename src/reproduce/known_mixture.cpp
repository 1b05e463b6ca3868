// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/known_mixture.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <numeric>

#include "pellucid/base/parallel.hpp"
#include "pellucid/base/random.hpp"

namespace pellucid::reproduce {

namespace {

// As `make_spd_matrix` of scikit-learn 1.2: `U (1 1^T + diag(u)) U^T`, `U` from `A^T A` with `A`
// uniform on [0, 1].
Eigen::MatrixXd random_covariance(Index dim, const RandomStream& random, Index component) {
  const auto number = static_cast<std::uint64_t>(component);
  Eigen::MatrixXd a(dim, dim);
  for (Index j = 0; j < dim; ++j) {
    for (Index i = 0; i < dim; ++i) {
      a(i, j) =
          random.uniform(number, static_cast<std::uint32_t>(j + 1), static_cast<std::uint32_t>(i));
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(a.transpose() * a);
  Eigen::MatrixXd inner = Eigen::MatrixXd::Ones(dim, dim);
  for (Index i = 0; i < dim; ++i) {
    inner(i, i) += random.uniform(number, 0, static_cast<std::uint32_t>(i));
  }
  const Eigen::MatrixXd& u = solver.eigenvectors();
  const Eigen::MatrixXd covariance = u * inner * u.transpose();
  return (covariance + covariance.transpose()) / 2;
}

// `body(tile's first column, its columns, worker)` for all columns, on several threads. The tiles
// are as few as can be and of like size, since each reads all of the denoiser's matrices.
template <class Body>
void for_tiles(Index columns, Index batch, int threads, Monitor* monitor, const Body& body) {
  const Task task(monitor, "estimating", static_cast<double>(columns));
  const Index tiles = (columns + batch - 1) / batch;
  parallel_for(tiles, threads, [&](Index tile, int worker) {
    if (monitor != nullptr && monitor->stop_requested()) throw Stopped();
    const Index first = tile * columns / tiles;
    body(first, (tile + 1) * columns / tiles - first, worker);
    if (worker == 0) task.update(static_cast<double>(first));
  });
}

}  // namespace

GaussianMixture<double> random_mixture(Index dim, Index components, std::uint64_t seed) {
  const RandomStream random(seed, Purpose::fit_start);
  GaussianMixture<double> mixture;
  mixture.weights.resize(components);
  mixture.means.resize(dim, components);
  RandomStream(seed, Purpose::start_noise).normal<double>(0, 0, mixture.means);
  mixture.means /= std::sqrt(static_cast<double>(dim));
  for (Index k = 0; k < components; ++k) {
    const auto beyond = static_cast<std::uint32_t>(dim + 1);
    mixture.weights(k) = random.uniform(static_cast<std::uint64_t>(k), beyond, 0);
    mixture.covariances.push_back(random_covariance(dim, random, k));
  }
  mixture.weights /= mixture.weights.sum();
  const Eigen::VectorXd mean = mixture.means * mixture.weights;
  mixture.means.colwise() -= mean;
  const double power = average_variance(mixture);
  mixture.means /= std::sqrt(power);
  for (Eigen::MatrixXd& covariance : mixture.covariances) covariance /= power;
  return mixture;
}

Measured ratio_of(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  const auto n = static_cast<double>(a.size());
  const double ratio = a.sum() / b.sum();
  const double spread = (a - ratio * b).squaredNorm() / std::max(n - 1, 1.0);
  return {ratio, std::sqrt(spread / n) / b.mean(), a.size()};
}

template <class T>
KnownMixture<T>::KnownMixture(const GaussianMixture<T>& prior, Index samples, std::uint64_t seed,
                              int threads)
    : clean_(draw(prior, samples, seed)),
      noise_(clean_.rows(), samples),
      denoiser_(prior, threads),
      threads_(threads) {
  RandomStream(seed, Purpose::observation_noise).normal<T>(0, 0, noise_);
}

template <class T>
Observed<T> KnownMixture<T>::at(double snr_db, Index samples, Monitor* monitor) const {
  Observed<T> observed;
  observed.snr_db = snr_db;
  observed.level = NoiseLevel::from_snr_db(snr_db);
  observed.x_t = std::sqrt(observed.level.alpha_bar) * clean_.leftCols(samples) +
                 std::sqrt(observed.level.noise) * noise_.leftCols(samples);
  observed.cme.resizeLike(observed.x_t);
  observed.variance.resize(samples);
  std::vector<std::unique_ptr<typename Denoiser<T>::Workspace>> workspaces(
      static_cast<std::size_t>(thread_count(threads_)));
  for_tiles(samples, denoiser_.batch(), threads_, monitor,
            [&](Index first, Index count, int worker) {
              auto& work = workspaces[static_cast<std::size_t>(worker)];
              if (!work) work = denoiser_.workspace();
              denoiser_.posterior(observed.x_t.middleCols(first, count), {&observed.level, 1},
                                  observed.cme.middleCols(first, count),
                                  observed.variance.segment(first, count), *work);
            });
  return observed;
}

template <class T>
Matrix<T> KnownMixture<T>::forward(const Observed<T>& observed, const Grid& grid,
                                   Monitor* monitor) const {
  return walk<T>(denoiser_, observed.x_t, grid, 0.0, 1, threads_, monitor);
}

template <class T>
Measured KnownMixture<T>::excess(const Observed<T>& observed, ConstBatch<T> estimates) const {
  return ratio_of((estimates - observed.cme).colwise().squaredNorm().transpose(),
                  observed.variance);
}

template <class T>
Measured KnownMixture<T>::nmse(ConstBatch<T> estimates) const {
  const auto clean = clean_.leftCols(estimates.cols());
  return ratio_of((estimates - clean).colwise().squaredNorm().transpose(),
                  clean.colwise().squaredNorm().transpose());
}

template <class T>
Measured KnownMixture<T>::mmse(const Observed<T>& observed) const {
  const auto clean = clean_.leftCols(observed.variance.size());
  return ratio_of(observed.variance, clean.colwise().squaredNorm().transpose());
}

template <class T>
Matrix<T> walk(const Denoiser<T>& denoiser, ConstBatch<T> x_t, const Grid& grid, double resampling,
               std::uint64_t seed, int threads, Monitor* monitor, const Observer<T>& observer) {
  Matrix<T> x = x_t;
  const RandomStream random(seed, Purpose::reverse_noise);
  std::vector<std::unique_ptr<ReverseProcess<T>>> processes(
      static_cast<std::size_t>(thread_count(threads)));
  for_tiles(x.cols(), denoiser.batch(), threads, monitor,
            [&](Index first, Index count, int worker) {
              auto& process = processes[static_cast<std::size_t>(worker)];
              if (!process) {
                process = std::make_unique<ReverseProcess<T>>(
                    denoiser, ProcessOptions{Rule::posterior, resampling});
              }
              std::vector<std::uint64_t> numbers(static_cast<std::size_t>(count));
              std::iota(numbers.begin(), numbers.end(), static_cast<std::uint64_t>(first));
              const Tick tick = [monitor](Index) {
                if (monitor != nullptr && monitor->stop_requested()) throw Stopped();
              };
              process->run(x.middleCols(first, count), {&grid, 1}, numbers, random, observer, tick);
            });
  return x;
}

template struct Observed<double>;
template struct Observed<std::complex<double>>;
template class KnownMixture<double>;
template class KnownMixture<std::complex<double>>;
template Matrix<float> walk(const Denoiser<float>&, ConstBatch<float>, const Grid&, double,
                            std::uint64_t, int, Monitor*, const Observer<float>&);
template Matrix<double> walk(const Denoiser<double>&, ConstBatch<double>, const Grid&, double,
                             std::uint64_t, int, Monitor*, const Observer<double>&);
template Matrix<std::complex<double>> walk(const Denoiser<std::complex<double>>&,
                                           ConstBatch<std::complex<double>>, const Grid&, double,
                                           std::uint64_t, int, Monitor*,
                                           const Observer<std::complex<double>>&);

}  // namespace pellucid::reproduce
