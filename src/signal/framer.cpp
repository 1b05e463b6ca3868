// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/signal/framer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <complex>
#include <type_traits>

#include "signal/checked_framer.hpp"

namespace pellucid {

namespace {

void check_signal(const Framing& framing, const std::vector<Index>& shape, Index entries) {
  framing.validate();
  if (framing.is_none()) throw Error("framing: is none: whole samples need no framer");
  static_cast<void>(framing.vector_shape(shape));
  Index product = 1;
  for (const Index length : shape) product *= length;
  if (product != entries) {
    throw Error(fmt::format("signal of ({}): has {} entries, its shape {}", fmt::join(shape, ", "),
                            entries, product));
  }
}

}  // namespace

template <class T, class V>
std::unique_ptr<Framer<T, V>> make_framer(const Framing& framing, const std::vector<Index>& shape,
                                          Eigen::Ref<const Vector<T>> signal) {
  check_signal(framing, shape, signal.size());
  const bool stft = framing.kind == Framing::Kind::stft;
  if constexpr (std::is_same_v<T, V>) {
    if (framing.kind == Framing::Kind::frames) {
      return make_frames<T>(framing, signal.data(), signal.size());
    }
    if (framing.kind == Framing::Kind::patches) {
      return make_patches<T>(framing, shape, signal.data());
    }
  } else {
    if (stft) return make_stft<T>(framing, signal.data(), signal.size());
  }
  if (stft && is_complex<T>) {
    throw Error("framing: stft takes real signals, this one is complex: use frames");
  }
  throw Error(fmt::format("framing: {} gives {} vectors, {} are asked for", name(framing.kind),
                          stft ? "complex" : "the signal's own kind of",
                          is_complex<V> ? "complex ones" : "real ones"));
}

template std::unique_ptr<Framer<float, float>> make_framer(const Framing&,
                                                           const std::vector<Index>&,
                                                           Eigen::Ref<const Vector<float>>);
template std::unique_ptr<Framer<double, double>> make_framer(const Framing&,
                                                             const std::vector<Index>&,
                                                             Eigen::Ref<const Vector<double>>);
template std::unique_ptr<Framer<std::complex<float>, std::complex<float>>> make_framer(
    const Framing&, const std::vector<Index>&, Eigen::Ref<const Vector<std::complex<float>>>);
template std::unique_ptr<Framer<std::complex<double>, std::complex<double>>> make_framer(
    const Framing&, const std::vector<Index>&, Eigen::Ref<const Vector<std::complex<double>>>);
template std::unique_ptr<Framer<float, std::complex<float>>> make_framer(
    const Framing&, const std::vector<Index>&, Eigen::Ref<const Vector<float>>);
template std::unique_ptr<Framer<double, std::complex<double>>> make_framer(
    const Framing&, const std::vector<Index>&, Eigen::Ref<const Vector<double>>);

}  // namespace pellucid
