// SPDX-License-Identifier: BSD-3-Clause
#include "report/document.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/assets.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

// As content security policies name it: base64 of the hash.
std::string script_hash() {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < page_script_sha256.size(); i += 2) {
    const std::string digits(page_script_sha256.substr(i, 2));
    bytes.push_back(static_cast<std::byte>(std::stoi(digits, nullptr, 16)));
  }
  return base64(bytes);
}

// Text without its quotes, everything else as JSON has it.
std::string value_text(const std::string& json) {
  const auto value = nlohmann::json::parse(json, nullptr, false);
  return value.is_string() ? value.get<std::string>() : json;
}

// Items of a `<dl>`.
std::string settings_html(const RunSettings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) {
    text +=
        fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value_text(value)));
  }
  return text;
}

}  // namespace

std::string document_html(const Document& document) {
  return fill(page_template, {
                                 {"kind", escape(document.kind)},
                                 {"title", escape(document.title)},
                                 {"style", std::string(page_style) + std::string(plot_style)},
                                 {"script", std::string(page_script)},
                                 {"script_hash", script_hash()},
                                 {"summary", document.summary},
                                 {"facts", document.facts},
                                 {"body", document.body},
                                 {"words", document.words},
                                 {"command", escape(document.command_line)},
                                 {"settings", settings_html(document.settings)},
                                 {"version", document.version.empty() ? std::string(program_version)
                                                                      : escape(document.version)},
                             });
}

std::string section_html(std::string_view heading, std::string_view body) {
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", escape(heading), body);
}

std::string figure_html(const LinePlot& plot, double height, std::string_view caption) {
  const std::string wide = line_plot_svg(plot, PlotForm::wide, height);
  if (wide.empty()) return "<p class=\"note\">No value here has a place on an axis.</p>";
  const int hidden = points_left_out(plot);
  const std::string missing =
      hidden == 0
          ? ""
          : fmt::format(" {} {} zero to rounding or not finite, which the axis cannot show.",
                        hidden, hidden == 1 ? "value is" : "values are");
  return fmt::format(
      "<figure class=\"chart\">\n<div class=\"drawing\">\n{}{}</div>\n"
      "<figcaption>{}{}</figcaption>\n</figure>\n",
      wide, line_plot_svg(plot, PlotForm::narrow, 300), caption, missing);
}

std::string fact_html(std::string_view name, std::string_view value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value));
}

}  // namespace pellucid::report
