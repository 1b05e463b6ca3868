// SPDX-License-Identifier: BSD-3-Clause
#include "noise/finest_detail.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <span>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

// Orthonormal scaling filters (Daubechies, Ten Lectures on Wavelets, 1992, Table 6.1).
constexpr std::array<double, 2> haar{0.70710678118654752, 0.70710678118654752};
constexpr std::array<double, 4> daubechies_2{0.48296291314453416, 0.83651630373780794,
                                             0.22414386804201339, -0.12940952255126037};
constexpr std::array<double, 16> daubechies_8{
    0.054415842243104008,   0.3128715909143,         0.67563073629728998,
    0.58535468365420751,    -0.015829105256348203,   -0.28401554296154635,
    0.00047248457391282987, 0.12874742662047756,     -0.017369301001808217,
    -0.044088253930795095,  0.013981027917398149,    0.0087460940474057454,
    -0.0048703529934515715, -0.00039174037337694651, 0.00067544940645056879,
    -0.00011747678412476947};

std::vector<double> detail_filter(std::span<const double> scaling) {
  std::vector<double> detail(scaling.rbegin(), scaling.rend());
  for (std::size_t i = 1; i < detail.size(); i += 2) detail[i] = -detail[i];
  return detail;
}

// A signal as planes of rows x columns; vectors are planes of one row.
struct Planes {
  Index count = 1, rows = 1, columns = 1;
  bool interleaved = false;  // the planes' number is the last axis

  [[nodiscard]] Index at(Index plane, Index row, Index column) const {
    return interleaved ? (row * columns + column) * count + plane
                       : (plane * rows + row) * columns + column;
  }
};

Planes planes_of(const std::vector<Index>& shape) {
  constexpr Index most_colours = 4;
  std::vector<Index> axes;  // those of one entry are none
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(axes), [](Index n) { return n > 1; });
  if (axes.empty()) throw Error("signals are single numbers: a noise level needs several entries");
  Planes planes;
  if (axes.size() == 1) {
    planes.columns = axes[0];
  } else if (axes.size() == 3 && axes[2] <= most_colours) {
    planes = {axes[2], axes[0], axes[1], true};
  } else {
    planes.columns = axes.back();
    planes.rows = axes[axes.size() - 2];
    for (std::size_t i = 0; i + 2 < axes.size(); ++i) planes.count *= axes[i];
  }
  return planes;
}

std::vector<double> filter_for(Index length, bool picture) {
  if (!picture && length >= 4 * static_cast<Index>(daubechies_8.size())) {
    return detail_filter(daubechies_8);
  }
  return length >= 2 * static_cast<Index>(daubechies_2.size()) ? detail_filter(daubechies_2)
                                                               : detail_filter(haar);
}

// The values at which real data are clipped; not a number where they are not.
struct Limits {
  double least = std::numeric_limits<double>::quiet_NaN();
  double greatest = std::numeric_limits<double>::quiet_NaN();
};

Limits limits_of(const NoiseSample<double>& sample) {
  double least = std::numeric_limits<double>::infinity(), greatest = -least;
  for (const auto& signal : sample.signals) {
    least = std::min(least, signal.entries.minCoeff());
    greatest = std::max(greatest, signal.entries.maxCoeff());
  }
  Index at_least = 0, at_greatest = 0;
  for (const auto& signal : sample.signals) {
    at_least += (signal.entries.array() == least).count();
    at_greatest += (signal.entries.array() == greatest).count();
  }
  const Index many = std::max<Index>(8, sample.entries() / 200);
  Limits limits;
  if (at_least >= many) limits.least = least;
  if (at_greatest >= many) limits.greatest = greatest;
  return limits;
}

Limits limits_of(const NoiseSample<std::complex<double>>&) { return {}; }

bool is_clipped(double x, const Limits& limits) {
  return x == limits.least || x == limits.greatest;
}
bool is_clipped(std::complex<double>, const Limits&) { return false; }

template <class T>
class DetailGatherer {
 public:
  explicit DetailGatherer(const Limits& limits) : limits_(limits) {}

  void add(const typename NoiseSample<T>::Signal& signal) {
    const Planes planes = planes_of(signal.shape);
    const bool picture = planes.rows > 1;
    const Index shorter = picture ? std::min(planes.rows, planes.columns) : planes.columns;
    across_ = filter_for(shorter, picture);
    down_ = picture ? across_ : std::vector<double>{1.0};
    const auto width = static_cast<Index>(across_.size());
    const auto height = static_cast<Index>(down_.size());
    const Index step = picture ? 2 : 1;
    for (Index plane = 0; plane < planes.count; ++plane) {
      for (Index row = 0; row + height <= planes.rows; row += step) {
        for (Index column = 0; column + width <= planes.columns; column += 2) {
          add_place(signal.entries, planes, plane, row, column);
        }
      }
    }
  }

  FinestDetail finish() {
    FinestDetail detail = std::move(detail_);
    detail.magnitudes = Eigen::Map<const Eigen::VectorXd>(magnitudes_.data(),
                                                          static_cast<Index>(magnitudes_.size()));
    return detail;
  }

 private:
  void add_place(const Vector<T>& x, const Planes& planes, Index plane, Index row, Index column) {
    T sum{};
    const T first = x[planes.at(plane, row, column)];
    bool constant = true, clipped = false;
    for (std::size_t i = 0; i < down_.size(); ++i) {
      for (std::size_t j = 0; j < across_.size(); ++j) {
        const T value =
            x[planes.at(plane, row + static_cast<Index>(i), column + static_cast<Index>(j))];
        sum += down_[i] * across_[j] * value;
        constant = constant && value == first;
        clipped = clipped || is_clipped(value, limits_);
      }
    }
    if (constant) {
      ++detail_.constant;
    } else if (clipped) {
      ++detail_.clipped;
    } else {
      magnitudes_.push_back(std::abs(sum));
    }
  }

  Limits limits_;
  std::vector<double> across_, down_;
  std::vector<double> magnitudes_;
  FinestDetail detail_;
};

}  // namespace

template <class T>
FinestDetail finest_detail(const NoiseSample<T>& sample) {
  DetailGatherer<T> gatherer(limits_of(sample));
  for (const auto& signal : sample.signals) gatherer.add(signal);
  return gatherer.finish();
}

template FinestDetail finest_detail<double>(const NoiseSample<double>&);
template FinestDetail finest_detail<std::complex<double>>(const NoiseSample<std::complex<double>>&);

}  // namespace pellucid
