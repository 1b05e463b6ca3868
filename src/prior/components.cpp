// SPDX-License-Identifier: BSD-3-Clause
#include "prior/components.hpp"

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

/// Of the average variance, added to `C_0`'s diagonal: keeps it positive definite where entries are
/// constant or samples fewer than dimensions.
constexpr double floor_ratio = 1e-6;

}  // namespace

template <class T>
Components<T>::Components(Index dim, Index components)
    : weights_(Eigen::VectorXd::Zero(components)), means_(Matrix<T>::Zero(dim, components)) {}

template <class T>
void Components<T>::start(const Clusters<T>& clusters, double regularisation, int threads) {
  const double power = average_variance(clusters);
  if (!(power > 0.0)) {
    throw Error("mixture fit: the samples do not vary (variance 0): there is nothing to fit");
  }
  const double n = static_cast<double>(dim());
  means_ = clusters.means;
  reset_sums();
  add(clusters.samples, clusters.members, threads);
  kappa_ = regularisation * n;
  fix_centre(clusters, floor_ratio * power);
  (void)maximise(n, threads);
  translate(clusters.origin);
}

template <class T>
std::vector<StateArray> Components<T>::common_state() {
  return {state_array("weights", weights_), state_array("means", means_), {"kappa", &kappa_, 1}};
}

template class Components<double>;
template class Components<std::complex<double>>;

}  // namespace pellucid
