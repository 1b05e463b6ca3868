// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/training_vectors.hpp"

#include <cmath>
#include <complex>
#include <optional>
#include <type_traits>

#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"
#include "pellucid/signal/framer.hpp"
#include "pellucid/signal/statistics.hpp"

namespace pellucid {

namespace {

// Which vectors are taken: number `i` lies in the i-th of `count` equal stretches of all.
class Choice {
 public:
  Choice(Index available, Index most, std::uint64_t seed)
      : available_(available),
        count_(std::min(available, most)),
        random_(seed, Purpose::training_choice) {}

  [[nodiscard]] Index count() const { return count_; }
  [[nodiscard]] Index operator[](Index i) const {
    if (count_ == available_) return i;
    const Index begin = bound(i), length = bound(i + 1) - begin;
    const double place = random_.uniform(static_cast<std::uint64_t>(i), 0, 0);
    return begin + std::min(length - 1, static_cast<Index>(place * static_cast<double>(length)));
  }

 private:
  // floor(i available / count), without overflow.
  [[nodiscard]] Index bound(Index i) const {
    return available_ / count_ * i + available_ % count_ * i / count_;
  }

  Index available_, count_;
  RandomStream random_;
};

// Calls `body(framer, signal)` for every signal in turn.
template <class T, class V, class Body>
void for_each_signal(const SignalSource<T>& signals, const Framing& framing, const Task& task,
                     double from, const Body& body) {
  for (Index i = 0; i < signals.count(); ++i) {
    const std::vector<Index>& shape = signals.shape(i);
    Matrix<T> signal(entries_of(shape), 1);
    signals.read(i, signal);
    const auto framer = make_framer<T, V>(framing, shape, signal.col(0));
    body(*framer, signal);
    task.update(from + static_cast<double>(i + 1));
  }
}

}  // namespace

template <class T, class V>
TrainingVectors<V> cut_training_vectors(const SignalSource<T>& signals, const Framing& framing,
                                        Index most, std::uint64_t seed, Monitor* monitor) {
  constexpr Index block_entries = Index{1} << 20;
  if (signals.count() == 0) throw Error("no signals to cut: give at least one");
  TrainingVectors<V> result;
  result.framing = framing;
  result.framing.sample_rate = signals.sample_rate();
  result.signal_power = measure_signals(signals, MeanOf::all_entries, block_entries, monitor).power;
  if (!(result.signal_power > 0)) {
    throw Error("all signals are equal or silent: give signals that vary");
  }
  const Task task(monitor, "cutting", 2.0 * static_cast<double>(signals.count()));
  std::optional<EdgeStatistics<RealOf<T>>> edges;
  if constexpr (!std::is_same_v<T, V>) edges.emplace(framing);
  for_each_signal<T, V>(signals, framing, task, 0, [&](const Framer<T, V>& framer, const auto& x) {
    result.available += framer.count();
    if constexpr (!std::is_same_v<T, V>) edges->gather(x.col(0));
  });
  if constexpr (!std::is_same_v<T, V>) edges->store(result.framing);

  const Choice choice(result.available, most, seed);
  result.vectors.resize(entries_of(framing.vector_shape(signals.shape(0))), choice.count());
  Index taken = 0, before = 0;
  for_each_signal<T, V>(signals, framing, task, static_cast<double>(signals.count()),
                        [&](const Framer<T, V>& framer, const auto&) {
                          const Index end = before + framer.count();
                          for (; taken < choice.count() && choice[taken] < end; ++taken) {
                            framer.cut(choice[taken] - before, result.vectors.middleCols(taken, 1));
                          }
                          before = end;
                        });
  return result;
}

#define PELLUCID_INSTANTIATE(T, V)                                                               \
  template TrainingVectors<V> cut_training_vectors<T, V>(const SignalSource<T>&, const Framing&, \
                                                         Index, std::uint64_t, Monitor*);
PELLUCID_INSTANTIATE(float, float)
PELLUCID_INSTANTIATE(double, double)
PELLUCID_INSTANTIATE(std::complex<float>, std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>, std::complex<double>)
PELLUCID_INSTANTIATE(float, std::complex<float>)
PELLUCID_INSTANTIATE(double, std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
