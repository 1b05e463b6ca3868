// SPDX-License-Identifier: BSD-3-Clause
#include "io/csv/csv_number.hpp"

#include <charconv>
#include <system_error>

namespace pellucid::io {
namespace {

using State = CsvNumber::State;

// Reads a real number with an optional sign from the start of `text` and removes it.
State take_real(std::string_view& text, double& value) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    // What `from_chars` reads may have a minus of its own: NumPy writes 1+-2j.
    if (text.starts_with('+')) return State::no_number;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument) return State::no_number;
  if (error == std::errc::result_out_of_range) return State::out_of_range;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return State::read;
}

bool is_unit(std::string_view text) { return text == "i" || text == "j"; }

}  // namespace

CsvNumber parse_csv_number(std::string_view text) {
  if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    text = text.substr(1, text.size() - 2);
  }
  CsvNumber number;
  number.state = take_real(text, number.real);
  if (number.state != State::read || text.empty()) return number;
  number.is_complex = true;
  if (is_unit(text)) {
    number.imaginary = number.real;
    number.real = 0;
    return number;
  }
  const bool has_sign = text.front() == '+' || text.front() == '-';
  number.state = has_sign ? take_real(text, number.imaginary) : State::no_number;
  if (number.state == State::read && !is_unit(text)) number.state = State::no_number;
  return number;
}

}  // namespace pellucid::io
