// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/network/network_denoiser.hpp"

#include <fmt/format.h>

#include <cmath>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

// Signals that stay together on one thread: each goes through the network by itself, so that few
// keep all threads busy.
constexpr Index signals = 4;

template <class T>
class NetworkWorkspace final : public Denoiser<T>::Workspace {
 public:
  explicit NetworkWorkspace(const Network& network)
      : planes(network.workspace()), input(network.entries()), noise(network.entries()) {}

  Network::OwnedWorkspace planes;
  Eigen::VectorXf input, noise;
};

// Real parts of all entries, then imaginary ones.
template <class T>
void split(ConstBatch<T> x, Index column, Eigen::VectorXf& channels) {
  const Index n = x.rows();
  channels.head(n) = x.col(column).real().template cast<float>();
  if constexpr (is_complex<T>) channels.tail(n) = x.col(column).imag().template cast<float>();
}

}  // namespace

template <class T>
NetworkDenoiser<T>::NetworkDenoiser(const NetworkPrior<Wide<T>>& prior, const Schedule& schedule)
    : schedule_(schedule), network_([&] {
        prior.validate();
        return Network(prior.architecture, *prior.tensors);
      }()) {
  for (int step = 1; step <= schedule.steps(); ++step) {
    conditions_.push_back(network_.condition(step));
  }
}

template <class T>
Index NetworkDenoiser<T>::dim() const {
  return network_.entries() / (is_complex<T> ? 2 : 1);
}

template <class T>
Index NetworkDenoiser<T>::batch() const {
  return signals;
}

template <class T>
std::unique_ptr<typename Denoiser<T>::Workspace> NetworkDenoiser<T>::workspace() const {
  return std::make_unique<NetworkWorkspace<T>>(network_);
}

template <class T>
void NetworkDenoiser<T>::denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
                                 Workspace& work) const {
  const bool fits = x_t.rows() == dim() && x0.rows() == dim() && x0.cols() == x_t.cols() &&
                    (levels.size() == 1 || static_cast<Index>(levels.size()) == x_t.cols());
  if (!fits) {
    throw Error(
        fmt::format("{} x {} samples and {} levels for a network of {} entries: give "
                    "samples of that length, and one level or one each",
                    x_t.rows(), x_t.cols(), levels.size(), dim()));
  }
  using Real = RealOf<T>;
  auto& buffers = dynamic_cast<NetworkWorkspace<T>&>(work);
  for (Index j = 0; j < x_t.cols(); ++j) {
    const NoiseLevel& asked = levels[levels.size() == 1 ? 0 : static_cast<std::size_t>(j)];
    if (asked.is_clean()) {
      x0.col(j) = x_t.col(j);
      continue;
    }
    const int step = schedule_.nearest_step(asked.snr_db());
    split<T>(x_t, j, buffers.input);
    network_.run(conditions_[static_cast<std::size_t>(step - 1)], buffers.input.data(),
                 buffers.noise.data(), *buffers.planes);
    const NoiseLevel& level = schedule_.level(step);
    const auto keep = static_cast<Real>(1 / std::sqrt(level.alpha_bar));
    const auto take = static_cast<Real>(std::sqrt(level.noise / level.alpha_bar));
    x0.col(j) = keep * x_t.col(j);
    x0.col(j).real() -= take * buffers.noise.head(dim()).template cast<Real>();
    if constexpr (is_complex<T>) {
      x0.col(j).imag() -= take * buffers.noise.tail(dim()).template cast<Real>();
    }
  }
}

template class NetworkDenoiser<float>;
template class NetworkDenoiser<double>;
template class NetworkDenoiser<std::complex<float>>;
template class NetworkDenoiser<std::complex<double>>;

}  // namespace pellucid
