// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/linear_levels.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "analysis/noise_levels.hpp"
#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"

namespace pellucid {

namespace {

// The one basis of the cleanest level at every other: its eigenvalues there are those of the same
// signal under more noise.
template <class T>
SampleSpectrum<T> at_noise(SampleSpectrum<T> cleanest, double cleanest_std, double noise_std) {
  const double more = noise_std * noise_std - cleanest_std * cleanest_std;
  cleanest.eigenvalues.array() =
      cleanest.eigenvalues.array().max(cleanest_std * cleanest_std) + more;
  return cleanest;
}

}  // namespace

template <class T>
LinearLevels<T> fit_levels(const TrainingSignals<T>& training, const LinearProcessOptions& options,
                           Monitor* monitor) {
  check_resampling(options.resampling);
  const linalg::SingleThreadedBlas blas;
  LinearLevels<T> out;
  out.noise_std = descending_levels(options.noise_std);
  out.filters.resize(out.noise_std.size());
  const auto count = static_cast<Index>(out.noise_std.size()), last = count - 1;
  const auto spectrum = [&](Index level) {
    return sample_spectrum<T>(
        training.noisy(options.repeat, level, out.noise_std[static_cast<std::size_t>(level)]),
        training.components(), training.is_centred());
  };
  out.cleanest = spectrum(last);
  const Task task(monitor, "fitting at every noise level", static_cast<double>(count));
  std::atomic<Index> done{0};
  parallel_for(count, options.threads, [&](Index level, int worker) {
    const double noise_std = out.noise_std[static_cast<std::size_t>(level)];
    const SampleSpectrum<T> noisy = options.fixed_basis
                                        ? at_noise(out.cleanest, out.noise_std.back(), noise_std)
                                    : level == last ? out.cleanest
                                                    : spectrum(level);
    LinearFilter<T>& filter = out.filters[static_cast<std::size_t>(level)];
    filter = linear_filter(noisy, noise_std * noise_std, options.weights);
    filter.mean.setZero();
    ++done;
    if (worker == 0) task.update(static_cast<double>(done));
  });
  return out;
}

StepCoefficients linear_step(LinearMode mode, double noise_std, double next_std,
                             double resampling) {
  if (mode == LinearMode::project || next_std == 0) return {1, 0, 0};
  if (mode == LinearMode::renoise) return {1, 0, next_std};
  const double kept = next_std * next_std / (noise_std * noise_std);
  return {1 - kept, kept, resampling * next_std * std::sqrt(1 - kept)};
}

#define PELLUCID_INSTANTIATE(T)                                                                  \
  template LinearLevels<T> fit_levels<T>(const TrainingSignals<T>&, const LinearProcessOptions&, \
                                         Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
