// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"
#include "pellucid/signal/framer.hpp"

namespace pellucid::test {

template <class T>
Matrix<T> white_noise(Index rows, Index cols, std::uint64_t seed = 1) {
  Matrix<T> noise(rows, cols);
  RandomStream(seed, Purpose::probe).normal<T>(0, 0, noise);
  return noise;
}

template <class T>
Vector<T> random_signal(Index length, std::uint64_t seed = 1) {
  return white_noise<T>(length, 1, seed);
}

template <class T, class V>
Matrix<V> all_vectors(const Framer<T, V>& framer) {
  Matrix<V> vectors(framer.dim(), framer.count());
  framer.cut(0, vectors);
  return vectors;
}

/// Puts estimates together, `block` vectors at a time.
template <class T, class V>
Vector<T> join(Framer<T, V>& framer, const Matrix<V>& estimates, Index block = 7,
               double noise_std = 0.0) {
  for (Index first = 0; first < framer.count(); first += block) {
    const Index count = std::min(block, framer.count() - first);
    framer.add(first, estimates.middleCols(first, count), noise_std);
  }
  return framer.finish();
}

/// Rounding that a test allows: of numbers near 1, a few sums each.
template <class T>
constexpr double rounding = std::is_same_v<RealOf<T>, float> ? 2e-6 : 1e-14;

/// The message of the `Error` that `call` throws.
template <class Call>
std::string message_of(Call call) {
  try {
    static_cast<void>(call());
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace pellucid::test
