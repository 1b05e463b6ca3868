// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/signal/segmental_snr.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

constexpr double segment_seconds = 0.032;
constexpr double least_db = -10.0, most_db = 35.0;
constexpr double silence = 1e-4;  // of the strongest segment's energy

struct Energies {
  double clean, error;
};

Index segment_length(Index samples, double sample_rate) {
  const double length = std::round(segment_seconds * sample_rate);
  return static_cast<Index>(std::clamp(length, 1.0, static_cast<double>(samples)));
}

// Without an error the ratio is infinite, and limited like any other.
double limited_db(const Energies& segment) {
  return std::clamp(10 * std::log10(segment.clean / segment.error), least_db, most_db);
}

}  // namespace

template <class T>
std::optional<double> segmental_snr_db(Eigen::Ref<const Vector<T>> clean,
                                       Eigen::Ref<const Vector<T>> estimate, double sample_rate) {
  if (clean.size() != estimate.size()) {
    throw Error(fmt::format("segmental SNR: the estimate has {} samples, the clean sound {}",
                            estimate.size(), clean.size()));
  }
  if (!(sample_rate > 0) || !std::isfinite(sample_rate)) {
    throw Error(
        fmt::format("segmental SNR: sample rate {} Hz: give a finite number above 0", sample_rate));
  }
  if (clean.size() == 0) return std::nullopt;

  const Index length = segment_length(clean.size(), sample_rate);
  std::vector<Energies> segments;
  double strongest = 0.0;
  for (Index at = 0; at + length <= clean.size(); at += length) {
    const Eigen::VectorXd x = clean.segment(at, length).template cast<double>();
    const Eigen::VectorXd e = x - estimate.segment(at, length).template cast<double>();
    segments.push_back({x.squaredNorm(), e.squaredNorm()});
    strongest = std::max(strongest, segments.back().clean);
  }

  double sum = 0.0, count = 0.0;
  for (const Energies& segment : segments) {
    if (segment.clean == 0 || segment.clean < silence * strongest) continue;
    sum += limited_db(segment);
    count += 1.0;
  }
  return count == 0 ? std::nullopt : std::optional(sum / count);
}

template std::optional<double> segmental_snr_db<float>(Eigen::Ref<const Vector<float>>,
                                                       Eigen::Ref<const Vector<float>>, double);
template std::optional<double> segmental_snr_db<double>(Eigen::Ref<const Vector<double>>,
                                                        Eigen::Ref<const Vector<double>>, double);

}  // namespace pellucid
