// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

namespace pellucid::io {

/// A number of a table and how reading it went.
struct CsvNumber {
  enum class State { read, no_number, out_of_range };

  State state = State::no_number;
  double real = 0, imaginary = 0;
  bool is_complex = false;
};

/// Reads `1.5`, `-2e-3`, `1+2i`, `2j`, `(1+2j)`, `nan`; nothing may stand around the number.
[[nodiscard]] CsvNumber parse_csv_number(std::string_view text);

}  // namespace pellucid::io
