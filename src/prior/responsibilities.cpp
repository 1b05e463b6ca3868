// SPDX-License-Identifier: BSD-3-Clause
#include "prior/responsibilities.hpp"

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"
#include "prior/log_sum_exp.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

template <class T>
Responsibilities<T>::Responsibilities(Index dim, Index components, Index block, int threads)
    : threads_(threads),
      joint_(components, block),
      log_density_(block),
      members_(static_cast<std::size_t>(components)),
      workspaces_(static_cast<std::size_t>(thread_count(threads))) {
  for (Matrix<T>& white : workspaces_) white.resize(dim, chunk_samples);
}

template <class T>
void Responsibilities<T>::evaluate(const FactoredMixture<T>& mixture, ConstBatch<T> x) {
  const linalg::SingleThreadedBlas blas;
  count_ = x.cols();
  joint_log_density(mixture, x);
  normalise();
}

template <class T>
void Responsibilities<T>::joint_log_density(const FactoredMixture<T>& mixture, ConstBatch<T> x) {
  const Index chunks = chunk_count(count_);
  // Chunks of one component follow each other, so that threads share its factor in the cache.
  parallel_for(mixture.components() * chunks, threads_, [&](Index task, int worker) {
    const Index k = task / chunks, first = task % chunks * chunk_samples;
    const Index count = std::min(chunk_samples, count_ - first);
    auto white = workspaces_[static_cast<std::size_t>(worker)].leftCols(count);
    white = x.middleCols(first, count).colwise() - mixture.means.col(k);
    linalg::solve_lower<T>(mixture.factors[static_cast<std::size_t>(k)], white);
    joint_.row(k).segment(first, count) =
        mixture.log_peaks(k) - quadratic_weight<T> * white.colwise().squaredNorm().array();
  });
}

template <class T>
void Responsibilities<T>::normalise() {
  parallel_for(chunk_count(count_), threads_, [&](Index task, int) {
    const Index end = std::min((task + 1) * chunk_samples, count_);
    for (Index j = task * chunk_samples; j < end; ++j) {
      log_density_(j) = normalise_logs(joint_.col(j));
    }
  });
  parallel_for(joint_.rows(), threads_, [&](Index k, int) {
    Members& members = members_[static_cast<std::size_t>(k)];
    members.clear();
    for (Index j = 0; j < count_; ++j) {
      const double weight = joint_(k, j);
      if (weight > std::numeric_limits<double>::epsilon()) members.add(j, weight);
    }
  });
}

template class Responsibilities<double>;
template class Responsibilities<std::complex<double>>;

}  // namespace pellucid
