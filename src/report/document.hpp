// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/report/evaluation_json.hpp"
#include "report/line_plot.hpp"

namespace pellucid::report {

/// The parts of a page, HTML but for those said to be text.
struct Document {
  std::string kind;          ///< text over the title: "Pellucid evaluation"
  std::string title;         ///< text
  std::string summary;       ///< what came out, in a sentence or two
  std::string facts;         ///< items of a `<dl>`
  std::string body;          ///< sections
  std::string words;         ///< a section that explains them
  std::string command_line;  ///< text
  RunSettings settings;
  std::string version = {};  ///< text; empty: of this program
};

/// One self-contained document: styles and script inside, nothing loaded.
[[nodiscard]] std::string document_html(const Document& document);

/// `<section>` under a heading (text).
[[nodiscard]] std::string section_html(std::string_view heading, std::string_view body);

/// A plot in its wide and its narrow form over a caption (HTML), which also tells how many values
/// have no place on the axes.
[[nodiscard]] std::string figure_html(const LinePlot& plot, double height,
                                      std::string_view caption);

/// A fact under the headline, both text.
[[nodiscard]] std::string fact_html(std::string_view name, std::string_view value);

}  // namespace pellucid::report
