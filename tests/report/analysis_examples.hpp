// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/report/analysis_report.hpp"

namespace pellucid::test {

/// `components` components over 21 levels of noise, "measured" a little off their theory.
[[nodiscard]] Alignment example_alignment(int components);

/// 30 steps with eight bands and four components, of linear denoisers or of a model.
[[nodiscard]] Trajectory example_trajectory(bool linear);

[[nodiscard]] ReportHead example_head(std::string title);

}  // namespace pellucid::test
