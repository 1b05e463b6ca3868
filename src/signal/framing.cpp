// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/signal/framing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

using Kind = Framing::Kind;

constexpr std::array<std::pair<Kind, std::string_view>, 4> kinds{{
    {Kind::none, "none"},
    {Kind::frames, "frames"},
    {Kind::stft, "stft"},
    {Kind::patches, "patches"},
}};

// Longer pieces are a mistake or a forged file; products of three such sizes still fit an Index.
constexpr Index most = Index{1} << 20;

void check_sizes(const Framing& framing) {
  const std::size_t count = framing.size.size();
  const std::size_t allowed = framing.kind == Kind::patches ? 3 : 1;
  if (count < 1 || count > allowed) {
    throw Error(fmt::format("framing.size: has {} lengths: {} take{}", count, name(framing.kind),
                            allowed == 1 ? " one" : " one to three, one an axis"));
  }
  const Index least = framing.kind == Kind::patches ? 1 : framing.kind == Kind::stft ? 4 : 2;
  for (const Index length : framing.size) {
    if (length < least || length > most) {
      throw Error(fmt::format("framing.size: is {}: {} take {} to {}", length, name(framing.kind),
                              least, most));
    }
  }
  if (framing.kind == Kind::stft && framing.size[0] % 2 != 0) {
    throw Error(fmt::format("framing.size: is {}: stft takes an even length", framing.size[0]));
  }
}

void check_stride(const Framing& framing) {
  const Index smallest = *std::min_element(framing.size.begin(), framing.size.end());
  const Index largest_stride = framing.kind == Kind::stft ? smallest / 2 : smallest;
  if (framing.stride < 1 || framing.stride > largest_stride) {
    throw Error(
        fmt::format("framing.stride: is {}: {} of {} take 1 to {}, so that every entry is "
                    "covered{}",
                    framing.stride, name(framing.kind), fmt::join(framing.size, " x "),
                    largest_stride, framing.kind == Kind::stft ? " twice" : ""));
  }
}

void check_edges(const Framing& framing) {
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(framing.edge_mean.begin(), framing.edge_mean.end(), finite)) {
    throw Error(fmt::format("framing.edge_mean: is {}: give finite numbers",
                            fmt::join(framing.edge_mean, ", ")));
  }
  const auto variance = [](double value) { return std::isfinite(value) && value >= 0; };
  if (!std::all_of(framing.edge_variance.begin(), framing.edge_variance.end(), variance)) {
    throw Error(fmt::format("framing.edge_variance: is {}: give finite numbers, 0 or more",
                            fmt::join(framing.edge_variance, ", ")));
  }
}

}  // namespace

std::string_view name(Kind kind) { return kinds.at(static_cast<std::size_t>(kind)).second; }

Kind parse_framing(std::string_view text) {
  for (const auto& [kind, known] : kinds) {
    if (known == text) return kind;
  }
  throw Error(fmt::format("unknown framing '{}': choose one of none, frames, stft, patches", text));
}

void Framing::validate() const {
  if (is_none()) return;
  check_sizes(*this);
  check_stride(*this);
  check_edges(*this);
  if (!std::isfinite(sample_rate) || sample_rate < 0) {
    throw Error(fmt::format("framing.sample_rate: is {} Hz: give a finite number, 0 for none",
                            sample_rate));
  }
}

std::vector<Index> Framing::vector_shape(const std::vector<Index>& signal_shape) const {
  if (is_none()) return signal_shape;
  if (kind == Kind::patches) {
    if (signal_shape.size() < size.size()) {
      throw Error(fmt::format("signal of ({}): has {} axes, patches of {} take {} or more",
                              fmt::join(signal_shape, ", "), signal_shape.size(),
                              fmt::join(size, " x "), size.size()));
    }
    std::vector<Index> shape = size;
    shape.insert(shape.end(), signal_shape.begin() + static_cast<Index>(size.size()),
                 signal_shape.end());
    return shape;
  }
  if (signal_shape.size() != 1) {
    throw Error(fmt::format("signal of ({}): has {} axes, {} take one: pass channels one by one",
                            fmt::join(signal_shape, ", "), signal_shape.size(), name(kind)));
  }
  return {kind == Kind::stft ? size.at(0) / 2 - 1 : size.at(0)};
}

double Framing::noise_gain() const {
  // The squares of the window are a Hann window, whose sum is half its length.
  return kind == Kind::stft ? static_cast<double>(size.at(0)) / 2 : 1.0;
}

std::string Framing::text() const {
  if (is_none()) return {};
  return fmt::format("{} of {} every {}", name(kind), fmt::join(size, " x "), stride);
}

}  // namespace pellucid
