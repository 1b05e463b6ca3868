// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reproduce/verdict.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "pellucid/base/error.hpp"

namespace pellucid {
namespace {

TEST(Verdict, CriticalValuesAreQuantiles) {
  // SciPy's norm.isf(0.01 / tests) and t.isf(0.01 / tests, draws - 1).
  EXPECT_NEAR(critical_value(1, 0), 2.3263478740408408, 1e-12);
  EXPECT_NEAR(critical_value(10, 0), 3.0902323061678132, 1e-12);
  EXPECT_NEAR(critical_value(100, 0), 3.7190164854556804, 1e-12);
  EXPECT_NEAR(critical_value(1, 4), 4.5407028586, 1e-8);
  EXPECT_NEAR(critical_value(100, 9), 6.4419998226, 1e-8);
  EXPECT_TRUE(std::isinf(critical_value(1, 1)));
}

Statement statement(Statement::Side side, double bound) { return {"id", "", "", side, bound}; }

TEST(Verdict, AStatementIsShownOrRefutedByTheCriticalNumberOfErrors) {
  const double needed = critical_value(7, 0);
  const Statement most = statement(Statement::Side::at_most, 1.0);
  const Statement least = statement(Statement::Side::at_least, 1.0);
  for (const double side : {-1.0, 1.0}) {
    const Measured clear{1 + side * 0.1 * (needed + 1e-6), 0.1};
    const Measured unclear{1 + side * 0.1 * (needed - 1e-6), 0.1};
    EXPECT_EQ(outcome(most, clear, 7), side < 0 ? Outcome::holds : Outcome::fails);
    EXPECT_EQ(outcome(least, clear, 7), side > 0 ? Outcome::holds : Outcome::fails);
    EXPECT_EQ(outcome(most, unclear, 7), Outcome::undecided);
    EXPECT_EQ(outcome(least, unclear, 7), Outcome::undecided);
    const Measured clear_of_few{clear.value, clear.error, 5};
    EXPECT_EQ(outcome(most, clear_of_few, 7), Outcome::undecided);
  }
}

TEST(Verdict, WhatIsNotFiniteDecidesNothing) {
  const Statement most = statement(Statement::Side::at_most, 1.0);
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(outcome(most, {std::nan(""), 0.1}, 1), Outcome::undecided);
  EXPECT_EQ(outcome(most, {infinite, 0.1}, 1), Outcome::undecided);
  EXPECT_EQ(outcome(most, {0.0, infinite}, 1), Outcome::undecided);
}

// Three statements "at most 1", measured without error.
Verdict verdict_of(const std::vector<Measured>& measured) {
  Experiment experiment;
  Findings findings;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    Statement one = statement(Statement::Side::at_most, 1.0);
    one.id = std::to_string(i);
    experiment.statements.push_back(one);
    findings.measured.emplace_back(one.id, measured[i]);
  }
  return judge(experiment, findings).verdict;
}

TEST(Verdict, AClaimHoldsWhereAllItsStatementsDo) {
  EXPECT_EQ(verdict_of({{0, 0}, {0, 0}, {0, 0}}), Verdict::holds);
  EXPECT_EQ(verdict_of({{0, 0}, {2, 0}, {0, 0}}), Verdict::holds_under_conditions);
  EXPECT_EQ(verdict_of({{2, 0}, {2, 0}, {2, 0}}), Verdict::does_not_hold);
  EXPECT_EQ(verdict_of({{0, 0}, {0.9, 1}, {2, 0}}), Verdict::undecided);
}

TEST(Verdict, AStatementWithoutMeasurementIsAnError) {
  const Experiment& any = experiments().front();
  EXPECT_THROW((void)judge(any, Findings()), Error);
}

TEST(Verdict, NamesAreUnique) {
  std::set<std::string> names;
  for (const Experiment& experiment : experiments()) {
    EXPECT_TRUE(names.insert(experiment.name).second) << experiment.name;
    std::set<std::string> ids;
    for (const Statement& one : experiment.statements) {
      EXPECT_TRUE(ids.insert(one.id).second) << experiment.name << " " << one.id;
    }
    EXPECT_FALSE(ids.empty()) << experiment.name;
  }
}

}  // namespace
}  // namespace pellucid
