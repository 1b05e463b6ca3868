// SPDX-License-Identifier: BSD-3-Clause
#include "prior/mixture_options.hpp"

#include <fmt/format.h>

#include <cmath>

#include "pellucid/base/error.hpp"
#include "prior/blocks.hpp"

namespace pellucid {

namespace {

void check_range(bool good, const char* option, double value, const char* range) {
  if (!good) throw Error(fmt::format("mixture fit: {} is {}: must be {}", option, value, range));
}

}  // namespace

template <class T>
void check_mixture_options(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                           Index components) {
  check_not_empty(clean, "mixture fit");
  check_range(components >= 1, "number of components", static_cast<double>(components),
              "at least 1");
  if (components > clean.count()) {
    throw Error(
        fmt::format("mixture fit: {} samples for {} components: give at least as many "
                    "samples as components",
                    clean.count(), components));
  }
  check_range(options.passes >= 1, "number of passes", options.passes, "at least 1");
  check_range(options.batch >= 0, "size of a batch", static_cast<double>(options.batch),
              "at least 0");
  check_range(options.restarts >= 1, "number of restarts", options.restarts, "at least 1");
  check_range(options.tolerance >= 0.0, "tolerance", options.tolerance, "at least 0");
  check_range(options.regularisation >= 0.0 && std::isfinite(options.regularisation),
              "regularisation", options.regularisation, "finite and at least 0");
  check_range(options.ridge >= 0.0 && std::isfinite(options.ridge), "ridge", options.ridge,
              "finite and at least 0");
}

template void check_mixture_options<double>(const SampleSource<double>&,
                                            const MixtureFitOptions<double>&, Index);
template void check_mixture_options<std::complex<double>>(
    const SampleSource<std::complex<double>>&, const MixtureFitOptions<std::complex<double>>&,
    Index);

}  // namespace pellucid
