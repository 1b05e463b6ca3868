// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reproduce/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "pellucid/base/error.hpp"

namespace pellucid {

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return "holds";
    case Verdict::holds_under_conditions:
      return "holds under conditions";
    case Verdict::does_not_hold:
      return "does not hold here";
    case Verdict::undecided:
      break;
  }
  return "undecided";
}

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::holds:
      return "holds";
    case Outcome::fails:
      return "fails";
    case Outcome::undecided:
      break;
  }
  return "undecided";
}

double critical_value(int tests, Index draws) {
  namespace distributions = boost::math;
  const double tail = 0.01 / std::max(tests, 1);
  if (draws == 0) return quantile(complement(distributions::normal_distribution<>(), tail));
  if (draws == 1) return std::numeric_limits<double>::infinity();
  const distributions::students_t_distribution<> student(static_cast<double>(draws - 1));
  return quantile(complement(student, tail));
}

Outcome outcome(const Statement& statement, const Measured& measured, int tests) {
  const double margin = statement.side == Statement::Side::at_most
                            ? statement.bound - measured.value
                            : measured.value - statement.bound;
  const double needed = critical_value(tests, measured.draws) * measured.error;
  if (!std::isfinite(margin) || !std::isfinite(needed)) return Outcome::undecided;
  if (margin >= needed) return Outcome::holds;
  return -margin >= needed ? Outcome::fails : Outcome::undecided;
}

int total_statements() {
  std::size_t total = 0;
  for (const Experiment& experiment : experiments()) total += experiment.statements.size();
  return static_cast<int>(total);
}

Judgement judge(const Experiment& experiment, const Findings& findings) {
  const int tests = total_statements();
  Judgement judgement;
  std::size_t held = 0, undecided = 0;
  for (const Statement& statement : experiment.statements) {
    const auto found = std::find_if(findings.measured.begin(), findings.measured.end(),
                                    [&](const auto& one) { return one.first == statement.id; });
    if (found == findings.measured.end()) {
      throw Error(fmt::format("{}: nothing was measured for the statement '{}'", experiment.name,
                              statement.id));
    }
    const Outcome result = outcome(statement, found->second, tests);
    held += result == Outcome::holds ? 1 : 0;
    undecided += result == Outcome::undecided ? 1 : 0;
    judgement.statements.push_back(
        {statement, found->second, result, critical_value(tests, found->second.draws)});
  }
  if (undecided > 0 || judgement.statements.empty()) {
    judgement.verdict = Verdict::undecided;
  } else if (held == judgement.statements.size()) {
    judgement.verdict = Verdict::holds;
  } else {
    judgement.verdict = held > 0 ? Verdict::holds_under_conditions : Verdict::does_not_hold;
  }
  return judgement;
}

}  // namespace pellucid
