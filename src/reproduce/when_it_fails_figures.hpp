// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/reproduce/findings.hpp"

namespace pellucid::reproduce {

/// The figures of `when-it-fails` that need no draws: one dimension, by quadrature, with the
/// papers' schedules. `snr_db` and `steps` (T) are of the curves or along the axis.
[[nodiscard]] FindingFigure two_point_excess_figure();
[[nodiscard]] FindingFigure two_point_levels_figure(const std::vector<double>& snr_db,
                                                    const std::vector<int>& levels);
[[nodiscard]] FindingFigure two_point_nmse_figure();
[[nodiscard]] FindingFigure separation_figure(const std::vector<double>& snr_db,
                                              const std::vector<double>& separations, int steps);
[[nodiscard]] FindingFigure separation_steps_figure(const std::vector<double>& snr_db,
                                                    double separation,
                                                    const std::vector<int>& steps);

/// `E |estimate - CME|^2` over the MMSE and over the prior's variance.
struct KnownExcess {
  double over_mmse = 0.0, over_variance = 0.0;
};
/// The papers' rule with T = `steps` for two Gaussians so many standard deviations apart;
/// infinitely many: the points +1 and -1.
[[nodiscard]] KnownExcess two_gaussians_excess(double separation, double snr_db, int steps);

/// Empty figures for what is measured.
[[nodiscard]] FindingFigure mixture_figure(int steps);
[[nodiscard]] FindingFigure mixture_steps_figure();

}  // namespace pellucid::reproduce
