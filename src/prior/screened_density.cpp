// SPDX-License-Identifier: BSD-3-Clause
#include "prior/screened_density.hpp"

#include <cmath>
#include <limits>

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {

constexpr double minus_infinity = -std::numeric_limits<double>::infinity();
/// With more of the pairs than this left after the first rows, all are finished, without gathering.
constexpr double most_survivors = 0.8;
/// Below this many entries the first rows cost as much as they save.
constexpr Index least_dim = 32;

/// An eighth of the rows, whole multiples of what matrix products like.
Index screening_step(Index dim) {
  constexpr Index unit = 16;
  return (dim + 8 * unit - 1) / (8 * unit) * unit;
}

/// Rows `first ... last - 1` of `L^-1 b`, those above being done.
template <class T>
void substitute(const Matrix<T>& lower, Index first, Index last, Batch<T> b) {
  const Index rows = last - first;
  if (first > 0) {
    linalg::multiply<T>(linalg::Op::none, T(-1.0), lower.block(first, 0, rows, first),
                        b.topRows(first), T(1.0), b.middleRows(first, rows));
  }
  linalg::solve_lower<T>(lower.block(first, first, rows, rows), b.middleRows(first, rows));
}

}  // namespace

template <class T>
void ScreenedDensity<T>::evaluate(const Mixture& mixture, ConstBatch<T> x,
                                  Eigen::Ref<Eigen::MatrixXd> joint, int threads) {
  const linalg::SingleThreadedBlas blas;
  threads_ = threads;
  prepare(mixture.means.rows(), threads);
  const Index components = mixture.means.cols(), count = x.cols();
  columns_.assign(static_cast<std::size_t>(components), {});
  const bool worth = components > 1 && mixture.means.rows() >= least_dim;
  if (worth) {
    margin_ = std::log(static_cast<double>(components) / std::numeric_limits<double>::epsilon());
    bound(mixture, x, joint);
    choose_candidates(mixture, joint);
    finish(mixture, x, joint, false);
    least_.resize(count);
    for (Index j = 0; j < count; ++j) {
      least_(j) = joint(candidates_[static_cast<std::size_t>(j)], j) - margin_;
    }
    const double pairs = static_cast<double>((components - 1) * count);
    if (static_cast<double>(choose_survivors(joint)) <= most_survivors * pairs) {
      finish(mixture, x, joint, true);
      return;
    }
  }
  for (auto& columns : columns_) {
    columns.resize(static_cast<std::size_t>(count));
    for (Index j = 0; j < count; ++j) columns[static_cast<std::size_t>(j)] = j;
  }
  finish(mixture, x, joint, false);
}

template <class T>
void ScreenedDensity<T>::prepare(Index dim, int threads) {
  step_ = screening_step(dim);
  spaces_.resize(static_cast<std::size_t>(thread_count(threads)));
  for (Workspace& space : spaces_) {
    if (space.white.rows() == dim) continue;
    space.white.resize(dim, chunk_samples);
    space.energy.resize(chunk_samples);
  }
}

/// The bounds from the first rows.
template <class T>
void ScreenedDensity<T>::bound(const Mixture& mixture, ConstBatch<T> x,
                               Eigen::Ref<Eigen::MatrixXd> joint) {
  const Index chunks = chunk_count(x.cols());
  parallel_for(mixture.means.cols() * chunks, threads_, [&](Index task, int worker) {
    const Index k = task / chunks, first = task % chunks * chunk_samples;
    const Index count = std::min(chunk_samples, x.cols() - first);
    auto white = spaces_[static_cast<std::size_t>(worker)].white.block(0, 0, step_, count);
    white = x.block(0, first, step_, count).colwise() - mixture.means.col(k).head(step_);
    substitute<T>(mixture.factors[static_cast<std::size_t>(k)], 0, step_, white);
    joint.row(k).segment(first, count) =
        mixture.peaks(k) - quadratic_weight<T> * white.colwise().squaredNorm().array();
  });
}

/// For every sample the component of greatest density of its first entries alone.
template <class T>
void ScreenedDensity<T>::choose_candidates(const Mixture& mixture,
                                           Eigen::Ref<const Eigen::MatrixXd> bounds) {
  Eigen::VectorXd correction(mixture.means.cols());
  for (Index k = 0; k < correction.size(); ++k) {
    const auto diagonal = mixture.factors[static_cast<std::size_t>(k)].diagonal().head(step_);
    const double log_weight = std::log(mixture.weights(k));
    correction(k) = log_weight == minus_infinity
                        ? 0.0
                        : log_weight - mixture.peaks(k) -
                              2.0 * quadratic_weight<T> * diagonal.cwiseAbs().array().log().sum();
  }
  candidates_.resize(static_cast<std::size_t>(bounds.cols()));
  for (Index j = 0; j < bounds.cols(); ++j) {
    Index& candidate = candidates_[static_cast<std::size_t>(j)];
    (bounds.col(j) + correction).maxCoeff(&candidate);
    columns_[static_cast<std::size_t>(candidate)].push_back(j);
  }
}

/// Of every component the samples, candidates aside, that its bound does not rule out; returns how
/// many pairs they are.
template <class T>
Index ScreenedDensity<T>::choose_survivors(Eigen::Ref<const Eigen::MatrixXd> bounds) {
  for (auto& columns : columns_) columns.clear();
  Index pairs = 0;
  for (Index j = 0; j < bounds.cols(); ++j) {
    for (Index k = 0; k < bounds.rows(); ++k) {
      if (bounds(k, j) < least_(j) || k == candidates_[static_cast<std::size_t>(j)]) continue;
      columns_[static_cast<std::size_t>(k)].push_back(j);
      ++pairs;
    }
  }
  return pairs;
}

/// Evaluates the pairs in `columns_`; where `screen`, only while they matter, and what is ruled out
/// becomes minus infinity.
template <class T>
void ScreenedDensity<T>::finish(const Mixture& mixture, ConstBatch<T> x,
                                Eigen::Ref<Eigen::MatrixXd> joint, bool screen) {
  std::vector<Work> works;
  for (Index k = 0; k < joint.rows(); ++k) {
    const auto& columns = columns_[static_cast<std::size_t>(k)];
    const Index size = static_cast<Index>(columns.size());
    for (Index first = 0; first < size; first += chunk_samples) {
      works.push_back({k, columns.data() + first, std::min(chunk_samples, size - first)});
    }
  }
  if (screen) {
    for (Index j = 0; j < joint.cols(); ++j) {
      const double exact = joint(candidates_[static_cast<std::size_t>(j)], j);
      joint.col(j).setConstant(minus_infinity);
      joint(candidates_[static_cast<std::size_t>(j)], j) = exact;
    }
  }
  parallel_for(static_cast<Index>(works.size()), threads_, [&](Index task, int worker) {
    finish(mixture, x, works[static_cast<std::size_t>(task)], screen,
           spaces_[static_cast<std::size_t>(worker)], joint);
  });
}

template <class T>
void ScreenedDensity<T>::finish(const Mixture& mixture, ConstBatch<T> x, const Work& work,
                                bool screen, Workspace& space,
                                Eigen::Ref<Eigen::MatrixXd> joint) const {
  const Index n = x.rows(), k = work.component;
  space.columns.assign(work.columns, work.columns + work.count);
  for (Index i = 0; i < work.count; ++i) {
    space.white.col(i) = x.col(work.columns[i]) - mixture.means.col(k);
  }
  space.energy.head(work.count).setZero();
  const Index step = screen ? step_ : n;
  for (Index first = 0; first < n && !space.columns.empty(); first += step) {
    const Index last = std::min(first + step, n);
    const Index left = static_cast<Index>(space.columns.size());
    substitute<T>(mixture.factors[static_cast<std::size_t>(k)], first, last,
                  space.white.leftCols(left));
    space.energy.head(left) +=
        space.white.block(first, 0, last - first, left).colwise().squaredNorm().transpose();
    if (screen && last < n) drop(mixture.peaks(k), space);
  }
  for (std::size_t i = 0; i < space.columns.size(); ++i) {
    joint(k, space.columns[i]) =
        mixture.peaks(k) - quadratic_weight<T> * space.energy(static_cast<Index>(i));
  }
}

/// Drops the samples that the energy so far rules out; the others move together.
template <class T>
void ScreenedDensity<T>::drop(double peak, Workspace& space) const {
  Index kept = 0;
  for (Index i = 0; i < static_cast<Index>(space.columns.size()); ++i) {
    const Index column = space.columns[static_cast<std::size_t>(i)];
    if (peak - quadratic_weight<T> * space.energy(i) < least_(column)) continue;
    if (kept < i) {
      space.columns[static_cast<std::size_t>(kept)] = column;
      space.energy(kept) = space.energy(i);
      space.white.col(kept) = space.white.col(i);
    }
    ++kept;
  }
  space.columns.resize(static_cast<std::size_t>(kept));
}

template class ScreenedDensity<double>;
template class ScreenedDensity<std::complex<double>>;

}  // namespace pellucid
