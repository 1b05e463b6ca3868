// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace pellucid::report {

/// Text made safe inside HTML and SVG, between tags and in quoted attributes. Control characters,
/// which XML forbids, become U+FFFD.
[[nodiscard]] std::string escape(std::string_view text);

/// A number for people: at most `digits` significant digits, no trailing zeros, a real minus sign,
/// powers of ten for the very small and the very large: "−0.0123", "1.2×10⁻⁵".
[[nodiscard]] std::string number_text(double value, int digits = 4);

/// The same with trailing zeros kept: numbers in a column have equal precision.
[[nodiscard]] std::string significant(double value, int digits);

/// "0.1015 ± 0.0021": the error has two digits, the value as many decimals; the line
/// does not break in between. An error that is not a number, that of a single sample, is left out.
[[nodiscard]] std::string with_error(double value, double error);

/// "10⁻⁵".
[[nodiscard]] std::string power_of_ten(int exponent);

/// At most `length` characters, the last an ellipsis where something was left out.
[[nodiscard]] std::string shortened(std::string_view utf8, std::size_t length);

/// Number of characters (code points).
[[nodiscard]] std::size_t character_count(std::string_view utf8);

[[nodiscard]] std::string base64(std::span<const std::byte> bytes);

/// Replaces each `{{name}}` by its value, in one pass: braces inside values stay. Throws
/// `std::logic_error` for a name without a value.
[[nodiscard]] std::string fill(std::string_view pattern,
                               const std::map<std::string, std::string, std::less<>>& values);

}  // namespace pellucid::report
