// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/posterior/linear_observation.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"
#include "posterior/observation_space.hpp"
#include "prior/covariance.hpp"

namespace pellucid {

template <class T>
void LinearObservation<T>::validate(Index dim) const {
  if (!is_identity() && matrix.cols() != dim) {
    throw Error(
        fmt::format("operator: is {} x {}, samples have {} entries: give a matrix with one column "
                    "for each",
                    matrix.rows(), matrix.cols(), dim));
  }
  if (!matrix.allFinite()) {
    throw Error("operator: has an entry that is not finite: remove NaN, infinity");
  }
  if (is_white()) return;
  const Index m = observed(dim);
  if (noise_covariance.rows() != m || noise_covariance.cols() != m) {
    throw Error(
        fmt::format("noise covariance: is {} x {}, observations have {} entries: give {} x "
                    "{}",
                    noise_covariance.rows(), noise_covariance.cols(), m, m, m));
  }
  check_covariance(noise_covariance, m, "noise covariance");
  (void)noise_factor(noise_covariance);
}

template struct LinearObservation<double>;
template struct LinearObservation<std::complex<double>>;

}  // namespace pellucid
