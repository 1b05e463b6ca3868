// SPDX-License-Identifier: BSD-3-Clause
#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>

namespace pellucid::report {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::string real_minus(const std::string& text) {
  return text.starts_with('-') ? "−" + text.substr(1) : text;
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

bool needs_power(double magnitude) { return magnitude < 1e-4 || magnitude >= 1e6; }

int exponent_of(double value) { return static_cast<int>(std::floor(std::log10(std::abs(value)))); }

std::string fixed(double value, int decimals) {
  const std::string text = fmt::format("{:.{}f}", value, std::clamp(decimals, 0, 12));
  const bool is_zero = text.find_first_not_of("-0.") == std::string::npos;
  return is_zero && text.starts_with('-') ? text.substr(1) : real_minus(text);
}

std::string scientific(double value, int digits, bool keep_zeros) {
  const std::string text = fmt::format("{:.{}e}", value, digits - 1);
  const auto split = text.find('e');
  const std::string mantissa = text.substr(0, split);
  return real_minus(keep_zeros ? mantissa : without_trailing_zeros(mantissa)) + "×" +
         power_of_ten(std::stoi(text.substr(split + 1)));
}

std::string rounded(double value, int digits, bool keep_zeros) {
  if (std::isnan(value)) return "not a number";
  if (std::isinf(value)) return value < 0 ? "−∞" : "∞";
  if (value == 0.0) return "0";
  if (needs_power(std::abs(value))) return scientific(value, digits, keep_zeros);
  const std::string text = fixed(value, std::max(0, digits - 1 - exponent_of(value)));
  return keep_zeros ? text : without_trailing_zeros(text);
}

constexpr std::string_view plus_minus = "\u00A0±\u00A0";  // no line break on either side

}  // namespace

std::string escape(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        const auto code = static_cast<unsigned char>(c);
        const bool allowed = (code >= 0x20 && code != 0x7F) || c == '\n' || c == '\t';
        if (allowed) {
          safe += c;
        } else {
          safe += "\xEF\xBF\xBD";
        }
    }
  }
  return safe;
}

std::string number_text(double value, int digits) { return rounded(value, digits, false); }

std::string significant(double value, int digits) { return rounded(value, digits, true); }

std::string with_error(double value, double error) {
  if (std::isnan(error)) return number_text(value);
  const auto pair = [](std::string_view left, std::string_view right) {
    return fmt::format("{}{}{}", left, plus_minus, right);
  };
  const double largest = std::max(std::abs(value), std::abs(error));
  const bool power = needs_power(largest);
  const bool at_the_limit = power && (largest < 1e-300 || !std::isfinite(largest));
  if (std::isnan(value) || at_the_limit || !(error > 0.0)) {
    return pair(number_text(value), number_text(error, 2));
  }
  const int exponent = power ? exponent_of(largest) : 0;
  const double unit = std::pow(10.0, exponent);
  const double scaled_error = error / unit;
  const bool negligible = scaled_error < 1e-10;
  if (negligible) return pair(number_text(value, 6), number_text(error, 2));
  const int decimals = 1 - exponent_of(scaled_error);
  const std::string text = pair(fixed(value / unit, decimals), fixed(scaled_error, decimals));
  return power ? "(" + text + ")×" + power_of_ten(exponent) : text;
}

std::string power_of_ten(int exponent) {
  static constexpr std::array<std::string_view, 10> superscripts = {"⁰", "¹", "²", "³", "⁴",
                                                                    "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "10⁻" : "10";
  for (const char digit : std::to_string(std::abs(exponent))) {
    text += superscripts[static_cast<std::size_t>(digit - '0')];
  }
  return text;
}

std::size_t character_count(std::string_view utf8) {
  return utf8.size() -
         static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), is_continuation));
}

std::string shortened(std::string_view utf8, std::size_t length) {
  if (character_count(utf8) <= length) return std::string(utf8);
  std::size_t end = 0;
  for (std::size_t kept = 0; kept + 1 < length; ++kept) {
    ++end;
    while (end < utf8.size() && is_continuation(utf8[end])) ++end;
  }
  return std::string(utf8.substr(0, end)) + "…";
}

std::string base64(std::span<const std::byte> bytes) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? digits[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return text;
}

std::string fill(std::string_view pattern,
                 const std::map<std::string, std::string, std::less<>>& values) {
  std::string text;
  for (;;) {
    const auto open = pattern.find("{{");
    text += pattern.substr(0, open);
    if (open == std::string_view::npos) return text;
    const auto close = pattern.find("}}", open);
    const auto name = pattern.substr(open + 2, close - open - 2);
    const auto value = values.find(name);
    if (close == std::string_view::npos || value == values.end()) {
      throw std::logic_error(fmt::format("report template: no value for '{}'", name));
    }
    text += value->second;
    pattern.remove_prefix(close + 2);
  }
}

}  // namespace pellucid::report
