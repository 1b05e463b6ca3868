// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace pellucid::test {

/// What keeps a text from being well-formed XML (tags that do not match, attributes without quotes
/// or given twice, bare `<` and `&`), or empty. Knows no entities but HTML's five escapes.
[[nodiscard]] std::string xml_fault(std::string_view text);

/// How often `part` occurs in `text`.
[[nodiscard]] int occurrences(std::string_view text, std::string_view part);

}  // namespace pellucid::test
