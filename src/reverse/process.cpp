// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reverse/process.hpp"

#include <string>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

// The levels at one position of every grid; past the end, the clean signal.
void levels_at(std::span<const Grid> grids, std::size_t position, std::vector<NoiseLevel>& levels) {
  levels.clear();
  for (const Grid& grid : grids) {
    levels.push_back(position < grid.size() ? grid[position] : NoiseLevel::clean());
  }
}

}  // namespace

template <class T>
ReverseProcess<T>::ReverseProcess(const Denoiser<T>& denoiser, const ProcessOptions& options,
                                  int threads)
    : denoiser_(denoiser),
      options_(options),
      workspace_(threads > 1 ? denoiser.workspace_of(threads) : denoiser.workspace()),
      estimate_(denoiser.dim(), denoiser.batch()),
      previous_(denoiser.dim(), denoiser.batch()),
      noise_(denoiser.dim()) {
  from_.reserve(static_cast<std::size_t>(denoiser.batch()));
  to_.reserve(static_cast<std::size_t>(denoiser.batch()));
}

template <class T>
void ReverseProcess<T>::run(Batch<T> x, std::span<const Grid> grids,
                            std::span<const std::uint64_t> samples, const RandomStream& random,
                            const Observer<T>& observer, const Tick& tick) {
  const Index count = x.cols();
  const bool grids_fit = !grids.empty() && !grids.front().empty() &&
                         (grids.size() == 1 || static_cast<Index>(grids.size()) == count);
  if (!grids_fit || static_cast<Index>(samples.size()) != count) {
    throw Error(std::to_string(grids.size()) + " grids and " + std::to_string(samples.size()) +
                " numbers for " + std::to_string(count) +
                " samples: give one grid that is not empty, or one each, and a number each");
  }
  const std::size_t steps = grids.front().size();
  for (std::size_t i = 0; i < steps; ++i) {
    levels_at(grids, i, from_);
    levels_at(grids, i + 1, to_);
    denoiser_.denoise(x, from_, estimate_.leftCols(count), *workspace_);
    if (tick) tick(count);
    if (observer) previous_.leftCols(count) = x;
    advance(x, samples, random, static_cast<int>(i));
    if (observer) {
      observer({static_cast<int>(i), samples, from_, to_, previous_.leftCols(count),
                estimate_.leftCols(count), x});
    }
  }
}

template <class T>
void ReverseProcess<T>::advance(Batch<T> x, std::span<const std::uint64_t> samples,
                                const RandomStream& random, int index) {
  using Real = RealOf<T>;
  StepCoefficients c;
  for (Index j = 0; j < x.cols(); ++j) {
    const auto column = static_cast<std::size_t>(j);
    if (j == 0 || from_.size() > 1) {
      const std::size_t at = from_.size() > 1 ? column : 0;
      c = step_coefficients(from_[at], to_[at], options_.rule, options_.resampling);
    }
    x.col(j) =
        static_cast<Real>(c.estimate) * estimate_.col(j) + static_cast<Real>(c.current) * x.col(j);
    if (c.noise_std > 0) {
      random.normal<T>(samples[column], static_cast<std::uint32_t>(index),
                       Eigen::Ref<Vector<T>>(noise_));
      x.col(j) += static_cast<Real>(c.noise_std) * noise_;
    }
  }
}

template class ReverseProcess<float>;
template class ReverseProcess<double>;
template class ReverseProcess<std::complex<float>>;
template class ReverseProcess<std::complex<double>>;

}  // namespace pellucid
