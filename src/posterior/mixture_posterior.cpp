// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/posterior/mixture_posterior.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <vector>

#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "posterior/posterior_tile.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {

template <class T>
GaussianMixture<T> mixture_of_one(const Vector<T>& mean, const Matrix<T>& covariance) {
  return {Eigen::VectorXd::Ones(1), mean, {covariance}};
}

// The prior of `u` in `x = m + U u`.
template <class T>
GaussianMixture<T> coordinates(const LowRank<T>& prior) {
  const Vector<T> variances = prior.eigenvalues.template cast<T>();
  return mixture_of_one<T>(Vector<T>::Zero(prior.rank()), variances.asDiagonal());
}

void check_noise(std::span<const double> noise, Index samples) {
  const auto count = static_cast<Index>(noise.size());
  if (count != 1 && count != samples) {
    throw Error(fmt::format("noise: {} variances for {} observations: give one, or one for each",
                            count, samples));
  }
  for (const double variance : noise) {
    if (variance >= 0.0 && std::isfinite(variance)) continue;
    throw Error(fmt::format("noise: variance {}: give a finite number of 0 or more", variance));
  }
}

bool any_is_zero(std::span<const double> noise) {
  return std::find(noise.begin(), noise.end(), 0.0) != noise.end();
}

}  // namespace

template <class T>
MixturePosterior<T>::MixturePosterior(const GaussianMixture<Wide<T>>& prior,
                                      const Observation& observation, int threads)
    : parts_(std::make_unique<Parts>(prior, observation, threads)) {}

template <class T>
MixturePosterior<T>::MixturePosterior(const Gaussian<Wide<T>>& prior,
                                      const Observation& observation)
    : parts_(
          std::make_unique<Parts>(mixture_of_one(prior.mean, prior.covariance), observation, 1)) {}

template <class T>
MixturePosterior<T>::MixturePosterior(const LowRank<Wide<T>>& prior, const Observation& observation)
    : parts_(std::make_unique<Parts>(coordinates(prior), observation, 1, &prior)) {}

template <class T>
MixturePosterior<T>::MixturePosterior(MixturePosterior&&) noexcept = default;
template <class T>
MixturePosterior<T>& MixturePosterior<T>::operator=(MixturePosterior&&) noexcept = default;
template <class T>
MixturePosterior<T>::~MixturePosterior() = default;

template <class T>
Index MixturePosterior<T>::dim() const {
  return parts_->means.rows();
}
template <class T>
Index MixturePosterior<T>::observed() const {
  return parts_->space.observed();
}
template <class T>
Index MixturePosterior<T>::components() const {
  return parts_->components();
}
template <class T>
Index MixturePosterior<T>::batch() const {
  return parts_->batch;
}

// Runs `body(tile, first, count)` for all tiles of the columns of `y`, observed.
template <class T>
template <class Body>
void MixturePosterior<T>::for_each_tile(ConstBatch<T> y, Variances noise, int threads,
                                        Monitor* monitor, const Body& body) const {
  const linalg::SingleThreadedBlas single_threaded;
  const Index tiles = (y.cols() + batch() - 1) / batch();
  const Task task(monitor, "posterior", static_cast<double>(std::max<Index>(1, tiles)));
  std::vector<std::optional<Tile>> workers(static_cast<std::size_t>(thread_count(threads)));
  parallel_for(tiles, threads, [&](Index number, int worker) {
    if (monitor != nullptr && monitor->stop_requested()) throw Stopped();
    auto& tile = workers[static_cast<std::size_t>(worker)];
    if (!tile) tile.emplace(*parts_);
    const Index first = number * batch(), count = std::min(batch(), y.cols() - first);
    tile->observe(y.middleCols(first, count), noise.size() == 1
                                                  ? noise
                                                  : noise.subspan(static_cast<std::size_t>(first),
                                                                  static_cast<std::size_t>(count)));
    body(*tile, first, count);
    // The monitor's progress is only ever called from the calling thread, which is worker 0.
    if (worker == 0) task.update(static_cast<double>(number + 1));
  });
}

template <class T>
void MixturePosterior<T>::check(ConstBatch<T> y, Variances noise, Asked asked) const {
  const Parts& p = *parts_;
  if (y.rows() != observed()) {
    throw Error(
        fmt::format("observations have {} entries, the posterior is of {}: give vectors of "
                    "that length",
                    y.rows(), observed()));
  }
  check_noise(noise, y.cols());
  if (!any_is_zero(noise)) return;
  if (asked == Asked::density && (!p.regular || p.rank() < observed())) {
    throw Error(
        "noise 0: the observation has no density, as some combination of its entries is certain: "
        "give a noise variance above 0");
  }
  const bool weighs = components() > 1 && !p.regular;
  if (weighs && !(asked == Asked::signal && p.has_inverse())) {
    throw Error(
        "noise 0: components cannot be weighed, as one's observed covariance is singular: give a "
        "noise variance above 0");
  }
}

template <class T>
Matrix<T> MixturePosterior<T>::mean(ConstBatch<T> y, Variances noise, int threads,
                                    Monitor* monitor) const {
  check(y, noise, Asked::signal);
  Matrix<T> mean(dim(), y.cols());
  for_each_tile(y, noise, threads, monitor, [&](Tile& tile, Index first, Index count) {
    tile.mean(mean.middleCols(first, count));
  });
  return mean;
}

template <class T>
PosteriorMoments<T> MixturePosterior<T>::moments(ConstBatch<T> y, Variances noise, int threads,
                                                 Monitor* monitor) const {
  check(y, noise, Asked::signal);
  PosteriorMoments<T> moments{Matrix<T>(dim(), y.cols()), Matrix<RealOf<T>>(dim(), y.cols())};
  for_each_tile(y, noise, threads, monitor, [&](Tile& tile, Index first, Index count) {
    auto mean = moments.mean.middleCols(first, count);
    Eigen::MatrixXd variance(dim(), count);
    tile.mean(mean);
    tile.variance(mean, variance);
    moments.variance.middleCols(first, count) = variance.template cast<RealOf<T>>();
  });
  return moments;
}

template <class T>
Matrix<RealOf<T>> MixturePosterior<T>::variance(ConstBatch<T> y, Variances noise, int threads,
                                                Monitor* monitor) const {
  return moments(y, noise, threads, monitor).variance;
}

template <class T>
Eigen::VectorXd MixturePosterior<T>::trace(ConstBatch<T> y, Variances noise, int threads,
                                           Monitor* monitor) const {
  check(y, noise, Asked::signal);
  Eigen::VectorXd trace(y.cols());
  for_each_tile(y, noise, threads, monitor, [&](Tile& tile, Index first, Index count) {
    Matrix<T> mean(dim(), count);
    tile.mean(mean);
    tile.trace(mean, trace.segment(first, count));
  });
  return trace;
}

template <class T>
Matrix<T> MixturePosterior<T>::covariance_times(ConstBatch<T> y, ConstBatch<T> v, Variances noise,
                                                int threads, Monitor* monitor) const {
  check(y, noise, Asked::signal);
  if (v.rows() != dim() || v.cols() != y.cols()) {
    throw Error(
        fmt::format("vectors are {} x {}: give one of {} entries for each of the {} "
                    "observations",
                    v.rows(), v.cols(), dim(), y.cols()));
  }
  Matrix<T> product(dim(), y.cols());
  for_each_tile(y, noise, threads, monitor, [&](Tile& tile, Index first, Index count) {
    Matrix<T> mean(dim(), count);
    tile.mean(mean);
    tile.covariance_times(mean, v.middleCols(first, count), product.middleCols(first, count));
  });
  return product;
}

template <class T>
Matrix<T> MixturePosterior<T>::draw(ConstBatch<T> y, Variances noise, Index count,
                                    std::uint64_t seed, std::uint64_t first, int threads,
                                    Monitor* monitor) const {
  check(y, noise, Asked::signal);
  if (count < 0) throw Error(fmt::format("{} draws asked for: give 0 or more", count));
  Matrix<T> draws(dim(), y.cols() * count);
  for_each_tile(y, noise, threads, monitor, [&](Tile& tile, Index tile_first, Index samples) {
    Matrix<T> once(dim(), samples);
    for (Index d = 0; d < count; ++d) {
      const RandomStream random(seed, Purpose::posterior_draw, static_cast<std::uint32_t>(d));
      tile.draw(random, first + static_cast<std::uint64_t>(tile_first), once);
      for (Index j = 0; j < samples; ++j) draws.col((tile_first + j) * count + d) = once.col(j);
    }
  });
  return draws;
}

// What the space keeps and what it leaves, noise alone, are independent.
template <class T>
Eigen::VectorXd MixturePosterior<T>::log_density(ConstBatch<T> y, Variances noise, int threads,
                                                 Monitor* monitor) const {
  check(y, noise, Asked::density);
  const ObservationSpace<Wide<T>>& space = parts_->space;
  const double constant =
      -quadratic_weight<T> * static_cast<double>(observed()) * std::log(circle<T>) -
      space.log_volume();
  const auto outside = static_cast<double>(observed() - space.rank());
  Eigen::VectorXd density(y.cols());
  for_each_tile(y, noise, threads, monitor, [&](Tile& tile, Index first, Index count) {
    density.segment(first, count) = tile.log_density().array() + constant;
    if (outside == 0.0) return;
    const Matrix<Wide<T>> residual = residual_of(y.middleCols(first, count));
    for (Index j = 0; j < count; ++j) {
      const double s2 = noise[noise.size() == 1 ? 0 : static_cast<std::size_t>(first + j)];
      density(first + j) -=
          quadratic_weight<T> * (residual.col(j).squaredNorm() / s2 + outside * std::log(s2));
    }
  });
  return density;
}

template <class T>
Matrix<Wide<T>> MixturePosterior<T>::residual_of(ConstBatch<T> y) const {
  Matrix<Wide<T>> centred = y.template cast<Wide<T>>();
  if (parts_->is_low_rank) centred.colwise() -= parts_->common_mean;
  return parts_->space.residual(centred);
}

template <class T>
Matrix<T> MixturePosterior<T>::score(ConstBatch<T> y, Variances noise, int threads,
                                     Monitor* monitor) const {
  check(y, noise, Asked::density);
  const Parts& p = *parts_;
  Matrix<T> score(observed(), y.cols());
  for_each_tile(y, noise, threads, monitor, [&](Tile& tile, Index first, Index count) {
    Matrix<T> inside(p.rank(), count);
    tile.score(inside);
    auto out = score.middleCols(first, count);
    if (p.reduction.size() > 0) {
      linalg::multiply<T>(linalg::Op::adjoint, T(1), p.reduction, inside, T(0), out);
    } else if (p.rank() > 0) {
      out = inside;
    } else {
      out.setZero();
    }
    if (p.rank() == observed()) return;
    Matrix<Wide<T>> outside = residual_of(y.middleCols(first, count));
    for (Index j = 0; j < count; ++j) {
      outside.col(j) /= -noise[noise.size() == 1 ? 0 : static_cast<std::size_t>(first + j)];
    }
    out += p.space.unwhiten_gradient(std::move(outside)).template cast<T>();
  });
  return score;
}

template <class T>
Eigen::MatrixXd MixturePosterior<T>::weights(ConstBatch<T> y, Variances noise, int threads,
                                             Monitor* monitor) const {
  check(y, noise, Asked::weights);
  Eigen::MatrixXd weights(components(), y.cols());
  for_each_tile(y, noise, threads, monitor, [&](Tile& tile, Index first, Index count) {
    weights.middleCols(first, count) = tile.weights();
  });
  return weights;
}

template class MixturePosterior<float>;
template class MixturePosterior<double>;
template class MixturePosterior<std::complex<float>>;
template class MixturePosterior<std::complex<double>>;

}  // namespace pellucid
