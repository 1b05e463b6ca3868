// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/network/network_denoiser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "network/condition_cache.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

// Signals that stay together on one thread at least: where each goes through the network by
// itself, few keep all threads busy.
constexpr Index fewest_signals = 4;

template <class T>
class NetworkWorkspace final : public Denoiser<T>::Workspace {
 public:
  NetworkWorkspace(const NetworkDenoiser<T>& whose, const Network& network, int threads)
      : owner(&whose),
        planes(network.workspace(threads)),
        conditions(network, *planes),
        input(network.entries(), network.signals()),
        output(network.entries(), network.signals()) {}

  const NetworkDenoiser<T>* owner;
  Network::OwnedWorkspace planes;
  network::ConditionCache conditions;
  Eigen::MatrixXf input, output;
};

// Real parts of all entries, then imaginary ones.
template <class T, class Channels>
void split(const ConstBatch<T>& x, Index column, Channels&& channels) {
  const Index n = x.rows();
  channels.head(n) = x.col(column).real().template cast<float>();
  if constexpr (is_complex<T>) channels.tail(n) = x.col(column).imag().template cast<float>();
}

}  // namespace

template <class T>
NetworkDenoiser<T>::NetworkDenoiser(const NetworkPrior<Wide<T>>& prior, const Schedule& schedule,
                                    Precision precision)
    : prior_(prior),
      schedule_(schedule),
      precision_(precision),
      network_([&] {
        prior.validate();
        return Network(prior.architecture, *prior.tensors, precision);
      }()),
      conditioning_(prior.architecture.conditioning),
      prediction_(prior.architecture.prediction),
      lowest_snr_db_(prior.architecture.lowest_snr_db),
      highest_snr_db_(prior.architecture.highest_snr_db) {}

template <class T>
Index NetworkDenoiser<T>::dim() const {
  return network_.entries() / (is_complex<T> ? 2 : 1);
}

template <class T>
Index NetworkDenoiser<T>::batch() const {
  return std::max(network_.signals(), fewest_signals);
}

template <class T>
std::unique_ptr<typename Denoiser<T>::Workspace> NetworkDenoiser<T>::workspace() const {
  return workspace_of(1);
}

template <class T>
std::unique_ptr<typename Denoiser<T>::Workspace> NetworkDenoiser<T>::workspace_of(
    int threads) const {
  return std::make_unique<NetworkWorkspace<T>>(*this, network_, threads);
}

template <class T>
const NetworkDenoiser<T>& NetworkDenoiser<T>::in(Precision precision) const {
  if (precision == precision_) return *this;
  const std::scoped_lock lock(others_mutex_);
  auto& other = others_[static_cast<std::size_t>(precision)];
  if (!other) other = std::make_unique<const NetworkDenoiser>(prior_, schedule_, precision);
  return *other;
}

template <class T>
std::optional<SnrRange> NetworkDenoiser<T>::trained_range() const {
  if (by_steps()) return Denoiser<T>::trained_range();
  return SnrRange{lowest_snr_db_, highest_snr_db_};
}

template <class T>
auto NetworkDenoiser<T>::question(const NoiseLevel& asked) const -> Question {
  const int step = by_steps() ? schedule_.nearest_step(asked.snr_db()) : 0;
  const double at = by_steps() ? step : std::clamp(asked.snr_db(), lowest_snr_db_, highest_snr_db_);
  // Below the range the whole question is that of its end: with the true level's, 1 / a would
  // enlarge what the network has wrong without bound.
  const NoiseLevel level = by_steps()                        ? schedule_.level(step)
                           : asked.snr_db() < lowest_snr_db_ ? NoiseLevel::from_snr_db(at)
                                                             : asked;
  const double a = std::sqrt(level.alpha_bar), s = std::sqrt(level.noise);
  switch (prediction_) {
    case Prediction::clean:
      return {at, 0.0, 1.0};
    case Prediction::velocity:
      return {at, a, -s};
    case Prediction::posterior_mean: {
      // Its mean is `of_clean x0 + of_x_t x_t`.
      const NoiseLevel& before = schedule_.level(step - 1);
      const double of_clean = std::sqrt(before.alpha_bar) * schedule_.beta(step) / level.noise;
      const double of_x_t = std::sqrt(schedule_.alpha(step)) * before.noise / level.noise;
      return {at, -of_x_t / of_clean, 1 / of_clean};
    }
    case Prediction::noise:
      break;
  }
  return {at, 1 / a, -s / a};
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
  auto* known = dynamic_cast<NetworkWorkspace<T>*>(&work);
  if (known == nullptr || known->owner != this) {
    throw Error(
        "workspace: is another denoiser's: give one that this denoiser's `workspace` made; each "
        "precision has its own");
  }
  NetworkWorkspace<T>& buffers = *known;
  const auto level_of = [&](Index j) -> const NoiseLevel& {
    return levels[levels.size() == 1 ? 0 : static_cast<std::size_t>(j)];
  };
  for (Index first = 0, count = 1; first < x_t.cols(); first += count) {
    count = 1;
    if (level_of(first).is_clean()) {
      x0.col(first) = x_t.col(first);
      continue;
    }
    const Question asked = question(level_of(first));
    const Index most = std::min(network_.signals(), x_t.cols() - first);
    while (count < most && !level_of(first + count).is_clean() &&
           (levels.size() == 1 || question(level_of(first + count)) == asked)) {
      ++count;
    }
    for (Index j = 0; j < count; ++j) split<T>(x_t, first + j, buffers.input.col(j));
    network_.run(buffers.conditions.at(asked.level), buffers.input.data(), buffers.output.data(),
                 *buffers.planes, count);
    const auto keep = static_cast<Real>(asked.keep), take = static_cast<Real>(asked.take);
    for (Index j = 0; j < count; ++j) {
      auto estimate = x0.col(first + j);
      const auto output = buffers.output.col(j).template cast<Real>();
      estimate = keep * x_t.col(first + j);
      estimate.real() += take * output.head(dim());
      if constexpr (is_complex<T>) estimate.imag() += take * output.tail(dim());
    }
  }
}

template class NetworkDenoiser<float>;
template class NetworkDenoiser<double>;
template class NetworkDenoiser<std::complex<float>>;
template class NetworkDenoiser<std::complex<double>>;

}  // namespace pellucid
