// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "pellucid/base/types.hpp"
#include "report/line_plot.hpp"

namespace pellucid::report {

/// Rows of small pictures or curves under each other, each under its name; one scale for all.
struct PictureRows {
  struct Row {
    std::string label;
    Eigen::MatrixXf samples;  ///< entries x count
  };
  std::string id;
  std::string title;         ///< for those who cannot see the pictures
  std::vector<Index> shape;  ///< of a sample
  std::vector<Row> rows;
};

/// An SVG element as `line_plot_svg`; empty without pictures.
[[nodiscard]] std::string picture_rows_svg(const PictureRows& pictures, PlotForm form);

}  // namespace pellucid::report
