// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pellucid/report/figures.hpp"
#include "report/document.hpp"
#include "report/heat_map.hpp"
#include "report/line_plot.hpp"
#include "report/picture_rows.hpp"

namespace pellucid::report {

/// What people read: HTML.
struct Paragraph {
  std::string html;
};

struct PlotBlock {
  LinePlot plot;
  std::string caption;  ///< HTML
  double height = 360;
};

struct HeatMapBlock {
  HeatMap map;
  std::string caption;  ///< HTML
};

struct PictureRowsBlock {
  PictureRows pictures;
  std::string caption;  ///< HTML
};

struct TableCell {
  std::optional<double> value;  ///< with all its digits for the CSV; none: "–" and an empty cell
  std::string text;             ///< for people; empty: four digits of the value
};

struct TableColumn {
  std::string name;      ///< over the column
  std::string csv_name;  ///< of the CSV's column
};

/// Numbers, with a CSV of all their digits to download; the first column names the row.
struct TableBlock {
  std::string name;  ///< of the CSV without extension, unique in a page
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableCell>> rows;
  std::string note;      ///< HTML under the table, may be empty
  bool stacked = false;  ///< on a phone a row's cells stand under each other, each with its name
  bool folded = false;   ///< shown when asked for, and not in print
};

using Block = std::variant<Paragraph, PlotBlock, HeatMapBlock, PictureRowsBlock, TableBlock>;

struct AnalysisSection {
  std::string heading;
  std::vector<Block> blocks;
};

/// A page for any analysis: text, plots, heat maps and tables in sections.
struct AnalysisPage {
  std::string kind = "Pellucid analysis";
  std::string title;
  std::string summary;                                     ///< HTML
  std::vector<std::pair<std::string, std::string>> facts;  ///< name and value
  std::vector<AnalysisSection> sections;
  std::vector<std::pair<std::string, std::string>> words;  ///< what they mean (HTML)
  std::string command_line;
  RunSettings settings;
  std::string version = {};  ///< of the program that measured; empty: this one
};

/// The page as one self-contained HTML document.
[[nodiscard]] std::string analysis_html(const AnalysisPage& page);

/// Its plots, heat maps and pictures, a file each under their ids.
[[nodiscard]] std::vector<FigureFile> analysis_figures(const AnalysisPage& page);

/// A table's CSV.
[[nodiscard]] std::string csv_text(const TableBlock& table);

}  // namespace pellucid::report
