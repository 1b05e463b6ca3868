// SPDX-License-Identifier: BSD-3-Clause
#include "report/analysis_page.hpp"

#include <fmt/format.h>

#include <cmath>

#include "report/csv.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

bool known(const TableCell& cell) { return cell.value && std::isfinite(*cell.value); }

std::string cell_html(const TableCell& cell) {
  if (!known(cell)) {
    return cell.text.empty() ? "<span class=\"absent\">–</span>" : escape(cell.text);
  }
  return fmt::format("<data value=\"{}\">{}</data>", *cell.value,
                     escape(cell.text.empty() ? number_text(*cell.value) : cell.text));
}

std::string cell_csv(const TableCell& cell) {
  if (known(cell)) return fmt::format("{}", *cell.value);
  return cell.value ? "" : csv_cell(cell.text);
}

// Text of several words may take several lines, numbers may not.
const char* style_of(const TableCell& cell) {
  const bool several = !cell.value && cell.text.find(' ') != std::string::npos;
  return several ? " class=\"sentence\"" : "";
}

// `name` for where cells stand under each other, else empty.
std::string data_html(const TableCell& cell, const std::string& name) {
  return fmt::format("<td{}{}>{}</td>", style_of(cell),
                     name.empty() ? "" : fmt::format(" data-name=\"{}\"", escape(name)),
                     cell_html(cell));
}

std::string row_html(const std::vector<TableCell>& row, const TableBlock& table) {
  std::string text = fmt::format("<tr><th scope=\"row\">{}</th>", cell_html(row.front()));
  for (std::size_t i = 1; i < row.size(); ++i) {
    text += data_html(row[i], table.stacked ? table.columns[i].name : "");
  }
  return text + "</tr>\n";
}

std::string html(const Paragraph& paragraph) {
  return fmt::format("<p class=\"text\">{}</p>\n", paragraph.html);
}

std::string html(const PlotBlock& block) {
  return figure_html(block.plot, block.height, block.caption);
}

// Both forms of a drawing over its caption.
std::string chart(const std::string& wide, const std::string& narrow, const std::string& caption) {
  return fmt::format(
      "<figure class=\"chart\">\n<div class=\"drawing\">\n{}{}</div>\n"
      "<figcaption>{}</figcaption>\n</figure>\n",
      wide, narrow, caption);
}

std::string html(const HeatMapBlock& block) {
  if (block.map.values.size() == 0) return "";
  return chart(heat_map_svg(block.map, PlotForm::wide), heat_map_svg(block.map, PlotForm::narrow),
               block.caption);
}

std::string html(const PictureRowsBlock& block) {
  return chart(picture_rows_svg(block.pictures, PlotForm::wide),
               picture_rows_svg(block.pictures, PlotForm::narrow), block.caption);
}

std::string html(const TableBlock& table) {
  std::string head, rows;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    head += fmt::format("<th scope=\"col\"{}>{}</th>",
                        table.rows.empty() ? "" : style_of(table.rows.front()[i]),
                        escape(table.columns[i].name));
  }
  for (const auto& row : table.rows) rows += row_html(row, table);
  std::string text = fmt::format(
      "<div class=\"numbers\">\n<p class=\"actions\"><a class=\"button\" download=\"{0}.csv\" "
      "href=\"{1}\">Download CSV</a></p>\n<div class=\"table\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Table: {0}\">\n<table{5}>\n<thead><tr>{2}</tr></thead>\n<tbody>\n{3}</tbody>\n"
      "</table>\n</div>\n{4}</div>\n",
      escape(table.name), csv_url(csv_text(table)), head, rows,
      table.note.empty() ? "" : fmt::format("<p class=\"note\">{}</p>\n", table.note),
      table.stacked ? " class=\"stacked\"" : "");
  if (!table.folded) return text;
  return fmt::format("<details>\n<summary>{} rows</summary>\n{}</details>\n", table.rows.size(),
                     text);
}

std::string words_html(const AnalysisPage& page) {
  if (page.words.empty()) return "";
  std::string text = "<section class=\"words\">\n<h2>Words</h2>\n<dl>\n";
  for (const auto& [word, meaning] : page.words) {
    text += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(word), meaning);
  }
  return text + "</dl>\n</section>\n";
}

template <class Block>
std::pair<std::string, std::string> figure(const Block& block) {
  if constexpr (std::is_same_v<Block, PlotBlock>) {
    return {block.plot.id, line_plot_svg(block.plot, PlotForm::paper, 240)};
  } else if constexpr (std::is_same_v<Block, HeatMapBlock>) {
    return {block.map.id, heat_map_svg(block.map, PlotForm::paper)};
  } else if constexpr (std::is_same_v<Block, PictureRowsBlock>) {
    return {block.pictures.id, picture_rows_svg(block.pictures, PlotForm::paper)};
  } else {
    return {};
  }
}

}  // namespace

std::string analysis_html(const AnalysisPage& page) {
  Document document{.kind = page.kind,
                    .title = page.title,
                    .summary = page.summary,
                    .facts = "",
                    .body = "",
                    .words = words_html(page),
                    .command_line = page.command_line,
                    .settings = page.settings,
                    .version = page.version};
  for (const auto& [name, value] : page.facts) document.facts += fact_html(name, value);
  for (const AnalysisSection& section : page.sections) {
    std::string body;
    for (const Block& block : section.blocks) {
      body += std::visit([](const auto& one) { return html(one); }, block);
    }
    document.body += section_html(section.heading, body);
  }
  return document_html(document);
}

std::vector<FigureFile> analysis_figures(const AnalysisPage& page) {
  std::vector<FigureFile> files;
  for (const AnalysisSection& section : page.sections) {
    for (const Block& block : section.blocks) {
      auto [name, svg] = std::visit([](const auto& one) { return figure(one); }, block);
      if (!svg.empty()) files.push_back({std::move(name), std::move(svg)});
    }
  }
  return files;
}

std::string csv_text(const TableBlock& table) {
  std::string text;
  for (const TableColumn& column : table.columns) {
    if (&column != &table.columns.front()) text += ',';
    text += csv_cell(column.csv_name);
  }
  text += "\r\n";
  for (const auto& row : table.rows) {
    for (const TableCell& cell : row) {
      if (&cell != &row.front()) text += ',';
      text += cell_csv(cell);
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace pellucid::report
