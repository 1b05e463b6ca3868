// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "pellucid/base/error.hpp"
#include "pellucid/model/noise.hpp"
#include "pellucid/reverse/method.hpp"
#include "pellucid/reverse/step.hpp"
#include "pellucid/schedule/grid.hpp"

namespace pellucid::app {

/// The command was used wrongly: exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `what` went wrong with an option, which is named once.
[[nodiscard]] UsageError usage_error(const std::string& option, std::string_view what);

/// Runs a library parser whose errors are, on the command line, wrong usage of `option`.
template <class Parse>
auto as_usage(const std::string& option, const Parse& parse) {
  try {
    return parse();
  } catch (const Error& error) {
    throw usage_error(option, error.what());
  }
}

/// The whole text as a number; nothing where it is none.
[[nodiscard]] std::optional<double> read_number(const std::string& text);

/// A finite number; `option` names it in the error.
[[nodiscard]] double parse_finite(const std::string& text, const std::string& option);
/// An SNR in decibel that arithmetic can stand.
[[nodiscard]] double parse_snr_db(const std::string& text);

/// A finite number of at least 0.
[[nodiscard]] double parse_not_negative(const std::string& text, const std::string& option);

/// "all", or a number of steps from 1 to a million.
[[nodiscard]] Steps parse_steps(const std::string& text);

/// SNRs in decibel: numbers and inclusive ranges `start:step:stop`, separated by commas.
[[nodiscard]] std::vector<double> parse_snr_range(const std::string& text);

/// Exactly one of an SNR in decibel and a standard deviation, the latter a number or a `.npy` file
/// with one entry per sample.
[[nodiscard]] Noise parse_noise(const std::optional<std::string>& snr_db,
                                const std::optional<std::string>& noise_std);

/// Names of methods and rules; unknown ones are usage errors that list the known.
[[nodiscard]] Method parse_method_argument(const std::string& text);
[[nodiscard]] Rule parse_rule_argument(const std::string& text);
[[nodiscard]] Schedule parse_schedule_argument(const std::string& text);

/// Another schedule in place of the model's, where `text` asks for one. A network knows only the
/// one it was trained with: a usage error.
void change_schedule(Model& model, const std::string& text);

}  // namespace pellucid::app
