// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/base/random.hpp"

#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <numbers>

namespace pellucid {

namespace {

// 53 random bits as a number in (0, 1): the half keeps the logarithm of Box-Muller finite.
double open_unit(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 11;
  return (static_cast<double>(bits) + 0.5) * 0x1.0p-53;
}

// One Philox block: two numbers uniform on (0, 1).
std::array<double, 2> uniform_pair(const std::uint32_t (&key)[2], std::uint32_t tag,
                                   std::uint64_t sample, std::uint32_t step, std::uint32_t block) {
  // The sample's upper half shares a word with purpose and draw: see the constructor.
  const philox4x32_ctr_t counter = {{block, step, static_cast<std::uint32_t>(sample),
                                     tag ^ static_cast<std::uint32_t>(sample >> 32)}};
  const philox4x32_key_t philox_key = {{key[0], key[1]}};
  const philox4x32_ctr_t random = philox4x32(counter, philox_key);
  return {open_unit(random[0], random[1]), open_unit(random[2], random[3])};
}

// Box and Muller 1958: two independent standard normal numbers.
std::array<double, 2> normal_pair(const std::array<double, 2>& u) {
  const double radius = std::sqrt(-2.0 * std::log(u[0]));
  const double angle = 2.0 * std::numbers::pi * u[1];
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace

// Purposes take the top 4 bits and draws the next 20 of the tag; sample numbers up to 2^40 leave
// those bits alone.
RandomStream::RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t draw)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      tag_((static_cast<std::uint32_t>(purpose) << 28) | ((draw & 0xFFFFFU) << 8)) {}

template <class T>
void RandomStream::normal(std::uint64_t first, std::uint32_t step, Batch<T> out) const {
  const Index n = out.rows();
  for (Index j = 0; j < out.cols(); ++j) {
    const std::uint64_t sample = first + static_cast<std::uint64_t>(j);
    const auto pair = [&](Index block) {
      return normal_pair(uniform_pair(key_, tag_, sample, step, static_cast<std::uint32_t>(block)));
    };
    if constexpr (is_complex<T>) {
      for (Index i = 0; i < n; ++i) {
        const auto z = pair(i);
        out(i, j) = T(static_cast<RealOf<T>>(z[0] * (std::numbers::sqrt2 / 2)),
                      static_cast<RealOf<T>>(z[1] * (std::numbers::sqrt2 / 2)));
      }
    } else {
      for (Index i = 0; i < n; i += 2) {
        const auto z = pair(i / 2);
        out(i, j) = static_cast<T>(z[0]);
        if (i + 1 < n) out(i + 1, j) = static_cast<T>(z[1]);
      }
    }
  }
}

double RandomStream::uniform(std::uint64_t sample, std::uint32_t step, std::uint32_t entry) const {
  const auto u = uniform_pair(key_, tag_, sample, step, entry);
  return std::floor(u[0] * 0x1.0p53) * 0x1.0p-53;
}

template void RandomStream::normal<float>(std::uint64_t, std::uint32_t, Batch<float>) const;
template void RandomStream::normal<double>(std::uint64_t, std::uint32_t, Batch<double>) const;
template void RandomStream::normal<std::complex<float>>(std::uint64_t, std::uint32_t,
                                                        Batch<std::complex<float>>) const;
template void RandomStream::normal<std::complex<double>>(std::uint64_t, std::uint32_t,
                                                         Batch<std::complex<double>>) const;

}  // namespace pellucid
