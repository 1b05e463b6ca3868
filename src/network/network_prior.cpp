// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/network/network_prior.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"

namespace pellucid {

template <class T>
void NetworkPrior<T>::validate() const {
  architecture.validate();
  if (is_complex<T> && architecture.data_shape.front() % 2 != 0) {
    throw Error(
        fmt::format("data_shape: {} channels of a complex signal: give real and imaginary "
                    "parts, an even number",
                    architecture.data_shape.front()));
  }
  if (!tensors) throw Error("tensors: there are none: give the network's weights");
  check_tensors(architecture, *tensors);
}

template <class T>
Gaussian<T> moments(const NetworkPrior<T>&) {
  throw Error(
      "the model is a network, whose mean and covariance are not known: give a gaussian, "
      "mixture or pca model");
}

template <class T>
Matrix<T> draw(const NetworkPrior<T>&, Index, std::uint64_t, Index) {
  throw Error(
      "the model is a network, which has no closed form to draw from: generate by the "
      "reverse process");
}

template struct NetworkPrior<double>;
template struct NetworkPrior<std::complex<double>>;
template Gaussian<double> moments(const NetworkPrior<double>&);
template Gaussian<std::complex<double>> moments(const NetworkPrior<std::complex<double>>&);
template Matrix<double> draw(const NetworkPrior<double>&, Index, std::uint64_t, Index);
template Matrix<std::complex<double>> draw(const NetworkPrior<std::complex<double>>&, Index,
                                           std::uint64_t, Index);

}  // namespace pellucid
