// SPDX-License-Identifier: BSD-3-Clause
#include "prior/make_components.hpp"

#include "pellucid/base/error.hpp"
#include "prior/full_components.hpp"

namespace pellucid {

template <class T>
std::unique_ptr<Components<T>> make_components(Index dim, const MixtureFitOptions<T>& options) {
  const Index components = options.start ? options.start->components() : options.components;
  switch (options.covariance) {
    case CovarianceType::full:
      return std::make_unique<FullComponents<T>>(
          dim, components, options.start ? &*options.start : nullptr, options.ridge);
    default:
      throw Error("mixture fit: covariance type '" + name(options.covariance) +
                  "' cannot be fitted: use full");
  }
}

template std::unique_ptr<Components<double>> make_components<double>(
    Index, const MixtureFitOptions<double>&);
template std::unique_ptr<Components<std::complex<double>>> make_components<std::complex<double>>(
    Index, const MixtureFitOptions<std::complex<double>>&);

}  // namespace pellucid
