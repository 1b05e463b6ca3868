// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// A number with its standard error, 0 where nothing random is in it.
struct Measured {
  double value = 0.0;
  double error = 0.0;
  /// Independent values that the error was estimated from; 0: it is known.
  Index draws = 0;
};

struct FindingPoint {
  double x = 0.0;
  double y = 0.0;
  double error = 0.0;  ///< standard error of `y`
};

struct FindingCurve {
  enum class Look { marks_and_line, marks, line };
  std::string label;
  std::vector<FindingPoint> points;
  Look look = Look::marks_and_line;  ///< theory is a line, single measurements are marks
};

/// Curves over a horizontal axis, as they are kept in an experiment's JSON and drawn from it.
struct FindingFigure {
  std::string id;     ///< of files, unique in an experiment: "excess"
  std::string title;  ///< what it shows, in a line
  std::string caption;
  std::string x_name, x_unit;  ///< "SNR" and "dB"; the unit may be empty
  std::string y_name;          ///< "excess over the CME"
  bool x_logarithmic = false, y_logarithmic = false;
  std::vector<FindingCurve> curves;
};

/// Rows of samples of one shape under each other.
struct FindingPictures {
  struct Row {
    std::string label;
    Eigen::MatrixXf samples;  ///< N x count, every row as many
  };
  std::string id;
  std::string title;
  std::string caption;
  std::vector<Index> shape;
  std::vector<Row> rows;
};

/// What an experiment measured.
struct Findings {
  std::vector<std::pair<std::string, Measured>> measured;  ///< by the statement's id
  std::vector<FindingFigure> figures;
  std::vector<FindingPictures> pictures;
  std::string explanation;  ///< why, in a few sentences of plain text
};

}  // namespace pellucid
