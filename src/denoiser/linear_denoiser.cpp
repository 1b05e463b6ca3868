// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/denoiser/linear_denoiser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/base/random.hpp"

namespace pellucid {

template <class T>
struct LinearDenoiser<T>::Buffers : Denoiser<T>::Workspace {
  Buffers(Index dim, Index rank, Index batch) : centred(dim, batch), coefficients(rank, batch) {}
  linalg::SingleThreadedBlas blas;
  Matrix<T> centred, coefficients;
};

template <class T>
LinearDenoiser<T>::LinearDenoiser(const std::vector<NoiseLevel>& levels,
                                  const std::vector<LinearFilter<Wide<T>>>& filters) {
  if (levels.empty() || levels.size() != filters.size()) {
    throw Error(fmt::format("linear denoiser: {} levels for {} filters: give one filter a level",
                            levels.size(), filters.size()));
  }
  for (const NoiseLevel& level : levels) snr_db_.push_back(level.snr_db());
  for (const LinearFilter<Wide<T>>& filter : filters) {
    if (filter.mean.size() != filters.front().mean.size()) {
      throw Error(fmt::format("linear denoiser: filters of {} and {} entries: give equal ones",
                              filters.front().mean.size(), filter.mean.size()));
    }
    rank_ = std::max(rank_, filter.weights.size());
    filters_.push_back({filter.mean.template cast<T>(), filter.eigenvectors.template cast<T>(),
                        filter.weights.template cast<T>()});
  }
}

template <class T>
std::unique_ptr<typename Denoiser<T>::Workspace> LinearDenoiser<T>::workspace() const {
  return std::make_unique<Buffers>(dim(), rank_, batch());
}

template <class T>
auto LinearDenoiser<T>::nearest(const NoiseLevel& level) const -> const Filter& {
  const double snr_db = level.snr_db();
  const auto found = std::min_element(snr_db_.begin(), snr_db_.end(), [snr_db](double a, double b) {
    return std::abs(a - snr_db) < std::abs(b - snr_db);
  });
  return filters_[static_cast<std::size_t>(found - snr_db_.begin())];
}

template <class T>
void LinearDenoiser<T>::denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
                                typename Denoiser<T>::Workspace& work) const {
  auto& buffers = static_cast<Buffers&>(work);
  const Index columns_at_once = levels.size() == 1 ? x_t.cols() : 1;
  for (Index first = 0; first < x_t.cols(); first += columns_at_once) {
    const NoiseLevel& level = levels[static_cast<std::size_t>(first)];
    auto out = x0.middleCols(first, columns_at_once);
    if (level.is_clean()) {
      out = x_t.middleCols(first, columns_at_once);
      continue;
    }
    const Filter& filter = nearest(level);
    auto centred = buffers.centred.leftCols(columns_at_once);
    auto coefficients = buffers.coefficients.topLeftCorner(filter.weights.size(), columns_at_once);
    const auto gain = static_cast<RealOf<T>>(1 / std::sqrt(level.alpha_bar));
    centred = gain * x_t.middleCols(first, columns_at_once);
    centred.colwise() -= filter.mean;
    linalg::multiply<T>(linalg::Op::adjoint, T(1), filter.eigenvectors, centred, T(0),
                        coefficients);
    coefficients.array().colwise() *= filter.weights.array();
    out.colwise() = filter.mean;
    linalg::multiply<T>(linalg::Op::none, T(1), filter.eigenvectors, coefficients, T(1), out);
  }
}

template <class T>
LinearDenoiser<T> fit_linear_denoiser(ConstBatch<Wide<T>> clean,
                                      const std::vector<NoiseLevel>& levels,
                                      const LinearFitOptions& options) {
  using W = Wide<T>;
  std::vector<LinearFilter<W>> filters(levels.size());
  const RandomStream random(options.seed, Purpose::observation_noise);
  parallel_for(static_cast<Index>(levels.size()), options.threads, [&](Index i, int) {
    const double variance = levels[static_cast<std::size_t>(i)].variance();
    Matrix<W> noisy(clean.rows(), clean.cols());
    random.normal<W>(0, static_cast<std::uint32_t>(i), noisy);
    noisy = clean + W(std::sqrt(variance)) * noisy;
    filters[static_cast<std::size_t>(i)] = linear_filter(
        sample_spectrum<W>(noisy, options.rank, options.centre), variance, options.weights);
  });
  return LinearDenoiser<T>(levels, filters);
}

namespace {
template <class T>
using CleanBatch = ConstBatch<Wide<T>>;
using Levels = std::vector<NoiseLevel>;
}  // namespace

#define PELLUCID_INSTANTIATE(T)                                                   \
  template class LinearDenoiser<T>;                                               \
  template LinearDenoiser<T> fit_linear_denoiser<T>(CleanBatch<T>, const Levels&, \
                                                    const LinearFitOptions&);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
