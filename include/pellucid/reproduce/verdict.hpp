// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <vector>

#include "pellucid/reproduce/experiment.hpp"

namespace pellucid {

/// Of one statement: whether it was shown to hold, shown not to, or neither.
enum class Outcome { holds, fails, undecided };

/// Of a claim: all its statements hold, some do, none does; undecided where a statement is.
enum class Verdict { holds, holds_under_conditions, does_not_hold, undecided };

/// "holds", "holds under conditions", "does not hold here", "undecided".
[[nodiscard]] std::string_view name(Verdict verdict);
/// "holds", "fails", "undecided".
[[nodiscard]] std::string_view name(Outcome outcome);

struct JudgedStatement {
  Statement statement;
  Measured measured;
  Outcome outcome = Outcome::undecided;
  double needed = 0.0;  ///< standard errors between value and bound that decide
};

struct Judgement {
  Verdict verdict = Verdict::undecided;
  std::vector<JudgedStatement> statements;  ///< in the experiment's order
};

/// One-sided tests at 99 %, corrected for `tests` of them (Bonferroni): a statement holds where the
/// value is on its bound's right side by `critical_value` standard errors, and fails where it is on
/// the wrong side by as many.
[[nodiscard]] Outcome outcome(const Statement& statement, const Measured& measured, int tests);

/// The quantile of `1 - 0.01 / tests`, of Student's t with `draws - 1` degrees of freedom, for an
/// error that is known (0 draws) of the normal distribution. Infinite for one draw.
[[nodiscard]] double critical_value(int tests, Index draws);

/// The number of statements of all experiments, which every verdict is corrected for.
[[nodiscard]] int total_statements();

/// Throws `Error` where a statement has no measurement.
[[nodiscard]] Judgement judge(const Experiment& experiment, const Findings& findings);

}  // namespace pellucid
