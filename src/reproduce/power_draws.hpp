// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pellucid/analysis/linear_process.hpp"
#include "pellucid/reproduce/findings.hpp"

namespace pellucid::reproduce {

/// The same linear process with several draws of the training signals.
using Draws = std::vector<LinearProcess>;

/// What one draw gives, as a number or as a number for every component.
using OfProcess = std::function<double(const LinearProcess&)>;
using VariancesOf = std::function<std::vector<double>(const LinearProcess&)>;

/// Mean over draws, with its standard error.
[[nodiscard]] Measured mean_over(const Draws& draws, const OfProcess& value);

/// log10 of the second-to-first variance of the product of all steps.
[[nodiscard]] double collapse(const LinearProcess& process);
/// Squared cosine of that product's leading left singular vector with the first component.
[[nodiscard]] double leading_cos2(const LinearProcess& process);
/// log10 of the second-to-first variance of what is generated.
[[nodiscard]] double generated_ratio(const LinearProcess& process);
/// Generated over training variance, the mean over components.
[[nodiscard]] double generated_factor(const LinearProcess& process);

/// What `collapse` tends to for large d and n at `ratio` d / n, of the two largest `spikes`:
/// component i keeps c_i(t) c_i(u) of its amplitude between independent fits at levels t and u.
/// That holds while both components stand clear of the noise; nothing where the second's squared
/// cosine falls below `clear`.
[[nodiscard]] std::optional<double> predicted_collapse(const std::vector<double>& spikes,
                                                       const std::vector<double>& noise_std,
                                                       double ratio, double clear);

// Curves of geometric means over draws, without points below 1e-14.

/// Second-to-first variance of the product after every step, over the step's noise.
[[nodiscard]] FindingCurve step_curve(const std::string& label, const Draws& draws);
/// The same of a plain power iteration.
[[nodiscard]] FindingCurve power_curve(const Draws& draws);
/// Every component's variance as a share of the first one's.
[[nodiscard]] FindingCurve variance_curve(const std::string& label, const Draws& draws,
                                          const VariancesOf& variances);
/// The same of a plain power iteration after `steps` steps, `(l_i / l_1)^(2 steps)`, of every
/// draw's eigenvalues in decreasing order; the first `components` of them.
[[nodiscard]] FindingCurve power_spectrum(const std::vector<Eigen::VectorXd>& eigenvalues,
                                          std::size_t components, int steps);

}  // namespace pellucid::reproduce
