// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "report/line_plot.hpp"

namespace pellucid::report {

/// Numbers as colours, `rows x columns`; those who cannot tell them find them in a table.
struct HeatMap {
  std::string id;     ///< prefix of the picture's element ids, unique in a page
  std::string title;  ///< for those who cannot see the picture
  std::string x_name;
  std::string y_name;
  std::string value_name;
  std::vector<std::string> columns;  ///< labels from left to right
  std::vector<std::string> rows;     ///< labels from top to bottom
  Eigen::MatrixXd values;            ///< those not finite stay empty
  double low = 0.0, high = 1.0;      ///< the ends of the colours
};

/// An SVG element of its own form for wide and narrow pages and for papers, as `line_plot_svg`;
/// well-formed XML. Numbers stand in the cells where there is room. Empty without cells.
[[nodiscard]] std::string heat_map_svg(const HeatMap& map, PlotForm form);

}  // namespace pellucid::report
