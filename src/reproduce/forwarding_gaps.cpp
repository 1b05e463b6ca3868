// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/forwarding_gaps.hpp"

#include <complex>

namespace pellucid::reproduce {

template <class T>
ForwardingGaps<T> forwarding_gaps(const KnownMixture<T>& mixture, const Observed<T>& observed,
                                  int steps, Monitor* monitor) {
  const Grid papers =
      observation_grid(Schedule(Schedule::paper(steps)), observed.snr_db, Steps{Steps::all});
  Grid exact = papers;
  exact.front() = observed.level;  // above the next step, or that one were the nearest
  return {mixture.forward(observed, {papers.front()}, monitor),
          mixture.forward(observed, exact, monitor), mixture.forward(observed, papers, monitor)};
}

template ForwardingGaps<double> forwarding_gaps(const KnownMixture<double>&,
                                                const Observed<double>&, int, Monitor*);
template ForwardingGaps<std::complex<double>> forwarding_gaps(
    const KnownMixture<std::complex<double>>&, const Observed<std::complex<double>>&, int,
    Monitor*);

}  // namespace pellucid::reproduce
