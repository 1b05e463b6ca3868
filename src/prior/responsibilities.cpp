// SPDX-License-Identifier: BSD-3-Clause
#include "prior/responsibilities.hpp"

#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"
#include "prior/log_sum_exp.hpp"

namespace pellucid {

template <class T>
Responsibilities<T>::Responsibilities(Index components, Index block, int threads)
    : threads_(threads),
      joint_(components, block),
      log_density_(block),
      members_(static_cast<std::size_t>(components)) {}

template <class T>
void Responsibilities<T>::evaluate(Components<T>& mixture, ConstBatch<T> x) {
  count_ = x.cols();
  mixture.joint_log_density(x, joint_.leftCols(count_), threads_);
  normalise();
}

template <class T>
void Responsibilities<T>::scale_members(double factor) {
  for (Members& members : members_) {
    for (double& weight : members.weights) weight *= factor;
  }
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
