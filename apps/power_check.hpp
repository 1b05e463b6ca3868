// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/monitor.hpp"
#include "pellucid/model/estimator.hpp"

namespace pellucid::app {

/// Of a network's signals. Warns where the average power per entry of `noisy` is 10 times more or
/// less than that of the model's signals and `noise` together, as it is of data in another unit. Of
/// few samples, whose power scatters, only what is 100 times too large is told.
template <class T>
void warn_of_scale(ConstBatch<T> noisy, const Model& model, const Noise& noise,
                   const std::string& name, Monitor& monitor);

}  // namespace pellucid::app
