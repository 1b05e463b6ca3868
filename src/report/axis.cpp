// SPDX-License-Identifier: BSD-3-Clause
#include "report/axis.hpp"

#include <algorithm>
#include <cmath>

#include "report/text.hpp"

namespace pellucid::report {
namespace {

constexpr double room = 0.04;  // left free at each end, of the axis's length

// The smallest of 1, 2, 5 times a power of ten that is at least `step`.
double nice_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= step * (1 - 1e-9)) return factor * power;
  }
  return 10.0 * power;
}

std::string decade_label(int exponent) {
  const bool plain = exponent >= -4 && exponent <= 4;
  return plain ? number_text(std::pow(10.0, exponent)) : power_of_ten(exponent);
}

}  // namespace

Axis Axis::linear(double low, double high, int most_ticks) {
  if (!(high > low)) {
    const double half = std::max(1.0, std::abs(low) * 1e-3);
    low -= half;
    high = low + 2 * half;
  }
  Axis axis;
  const double margin = high / 2 - low / 2 < 1e300 ? room * (high - low) : 0.0;
  axis.low_ = low - margin;
  axis.high_ = high + margin;
  axis.mark_linearly(axis.low_, axis.high_, most_ticks);
  return axis;
}

Axis Axis::logarithmic(double low, double high, int most_ticks) {
  Axis axis;
  axis.logarithmic_ = true;
  axis.low_ = std::log10(low);
  axis.high_ = std::log10(high);
  const double least_span = 0.3;
  const double widen = std::max(0.0, least_span - (axis.high_ - axis.low_)) / 2;
  const double margin = room * (axis.high_ - axis.low_ + 2 * widen);
  axis.low_ -= widen + margin;
  axis.high_ += widen + margin;
  const double decades = axis.high_ - axis.low_;
  if (decades < 0.8) {
    axis.mark_linearly(std::pow(10.0, axis.low_), std::pow(10.0, axis.high_), most_ticks);
  } else if (decades < 2.0 || 3 * decades <= most_ticks) {
    axis.mark_one_two_five();
  } else {
    axis.mark_decades(static_cast<int>(std::ceil(decades / most_ticks)));
  }
  return axis;
}

double Axis::position(double value) const {
  const double place = logarithmic_ ? std::log10(value) : value;
  if (std::isnan(place)) return 0.0;  // the logarithm of less than nothing: the lower end
  return std::clamp(place / 2 - low_ / 2, 0.0, high_ / 2 - low_ / 2) / (high_ / 2 - low_ / 2);
}

bool Axis::contains(double value) const {
  const double place = logarithmic_ ? std::log10(value) : value;
  return std::isfinite(place) && place >= low_ && place <= high_;
}

void Axis::mark_linearly(double low, double high, int most_ticks) {
  const double step = nice_step((high - low) / most_ticks);
  const double fine = step / 5;
  const double first = std::ceil(low / fine);
  const double count = std::floor(high / fine) - first;
  // Steps below the numbers' resolution, or not finite: no marks.
  if (!(fine > 0.0) || !(std::abs(first) < 1e15) || !(count < 1000)) return;
  for (double k = first; k <= first + count; ++k) {
    const bool major = std::fmod(k, 5.0) == 0.0;
    const double value = major ? k / 5 * step : k * fine;
    if (!contains(value)) continue;
    if (major) {
      ticks_.push_back({value, number_text(value, 6)});
    } else {
      minor_.push_back(value);
    }
  }
}

void Axis::mark_decades(int every) {
  for (int k = static_cast<int>(std::floor(low_)); k <= high_; ++k) {
    const double decade = std::pow(10.0, k);
    const bool labelled = k % every == 0;
    if (contains(decade) && labelled) ticks_.push_back({decade, decade_label(k)});
    if (contains(decade) && !labelled) minor_.push_back(decade);
    for (int digit = 2; digit <= 9 && every == 1; ++digit) {
      if (contains(digit * decade)) minor_.push_back(digit * decade);
    }
  }
}

void Axis::mark_one_two_five() {
  for (int k = static_cast<int>(std::floor(low_)); k <= high_; ++k) {
    for (int digit = 1; digit <= 9; ++digit) {
      const double value = digit * std::pow(10.0, k);
      if (!contains(value)) continue;
      if (digit == 1 || digit == 2 || digit == 5) {
        ticks_.push_back({value, number_text(value)});
      } else {
        minor_.push_back(value);
      }
    }
  }
}

}  // namespace pellucid::report
