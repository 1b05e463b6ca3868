// SPDX-License-Identifier: BSD-3-Clause
#include "report/reproduce_parts.hpp"

#include <fmt/format.h>

#include "report/text.hpp"

namespace pellucid::report {

namespace {

std::string conditions(const Judgement& judgement, Outcome outcome) {
  std::string text;
  for (const JudgedStatement& judged : judgement.statements) {
    if (judged.outcome != outcome) continue;
    text += (text.empty() ? "" : "; ") + judged.statement.condition;
  }
  return escape(text);
}

}  // namespace

std::string bound_text(const Statement& statement) {
  return fmt::format("{} {}", statement.side == Statement::Side::at_most ? "at most" : "at least",
                     number_text(statement.bound));
}

std::string verdict_html(const Judgement& judgement) {
  std::string text = fmt::format("<b>{}</b>", name(judgement.verdict));
  const std::string failed = conditions(judgement, Outcome::fails);
  const std::string open = conditions(judgement, Outcome::undecided);
  if (!failed.empty() && judgement.verdict != Verdict::does_not_hold) {
    text += fmt::format(". It does not for: {}", failed);
  }
  if (!open.empty()) text += fmt::format(". Undecided: {}", open);
  return text;
}

std::string version_text(const ExperimentRecord& record) {
  if (record.revision.empty()) return record.version;
  return fmt::format("{} ({})", record.version, record.revision);
}

std::string setting_text(const ExperimentRecord& record, std::string_view name) {
  for (const auto& [key, value] : record.settings) {
    if (key == name) return value;
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> reproduce_words() {
  return {
      {"Verdict",
       "<i>Holds</i>: every statement of the table was shown to hold. <i>Holds under "
       "conditions</i>: some were, others were shown not to; their conditions are named. <i>Does "
       "not hold here</i>: none was. <i>Undecided</i>: the errors are too large for a statement. "
       "Errors are those of the draws, given the prior, the network and the fit of this seed."},
      {"CME, MMSE",
       "The conditional mean estimator E[x | y], which no estimator can better, and its mean "
       "square error. Known exactly where the prior is."},
      {"Excess",
       "Mean |estimate - CME|², over the MMSE. Equal to the difference of mean square errors in "
       "expectation, with a much smaller standard error."},
      {"T, K", "Steps of the schedule; steps that an estimate takes of them."},
      {"SNR", "Signal-to-noise ratio, the signal's mean power over the noise's."}};
}

}  // namespace pellucid::report
