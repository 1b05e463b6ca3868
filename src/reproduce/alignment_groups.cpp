// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/alignment_groups.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "reproduce/figure_parts.hpp"

namespace pellucid::reproduce {

void Groups::draw(FindingFigure& figure, const std::vector<Index>& components, bool mixing) const {
  for (const Index component : components) {
    const std::string name = fmt::format("component {}", component);
    FindingCurve measured{name, {}, FindingCurve::Look::marks};
    FindingCurve theory{name + ", theory", {}, FindingCurve::Look::line};
    FindingCurve mixed{name + ", with mixing", {}, FindingCurve::Look::line};
    for (std::size_t i = 0; i < first().rows.size(); ++i) {
      const AlignmentRow& row = first().rows[i];
      if (row.component != component) continue;
      const auto cos2 = [i](const Alignment& one) { return one.rows[i].cos2; };
      measured.points.push_back(point(row.noise_std, mean(cos2)));
      theory.points.push_back({row.noise_std, row.cos2_theory, 0});
      mixed.points.push_back({row.noise_std, row.cos2_mixing, 0});
    }
    figure.curves.push_back(std::move(measured));
    figure.curves.push_back(std::move(theory));
    if (mixing) figure.curves.push_back(std::move(mixed));
  }
}

double emergence_error(const Alignment& alignment) {
  double largest = 0;
  for (const Emergence& one : alignment.emergence) {
    largest = std::max(largest, std::abs(std::log(one.half_std / one.half_std_theory)));
  }
  return largest;
}

double emergence_order(const Alignment& alignment) {
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < alignment.emergence.size(); ++i) {
    smallest =
        std::min(smallest, alignment.emergence[i - 1].half_std / alignment.emergence[i].half_std);
  }
  return smallest;
}

FindingFigure noise_figure(std::string id, std::string title, std::string caption,
                           std::string unit) {
  return {std::move(id),
          std::move(title),
          std::move(caption),
          "noise",
          std::move(unit),
          "squared cosine",
          true,
          false,
          {}};
}

FindingFigure emergence_figure(std::string id, std::string title, const Groups& groups) {
  FindingFigure figure{std::move(id),
                       std::move(title),
                       "Noise at which the squared cosine between sample eigenvector and true one "
                       "crosses 1/2. Bars: one standard error to each side.",
                       "variance of the component",
                       "",
                       "noise at squared cosine 1/2",
                       true,
                       true,
                       {}};
  FindingCurve measured{"measured", {}, FindingCurve::Look::marks};
  FindingCurve theory{"spiked model", {}, FindingCurve::Look::line};
  for (std::size_t i = 0; i < groups.first().emergence.size(); ++i) {
    const Emergence& one = groups.first().emergence[i];
    const auto variance = groups.mean([i](const auto& a) { return a.emergence[i].variance; });
    measured.points.push_back(
        point(variance.value, groups.mean([i](const auto& a) { return a.emergence[i].half_std; })));
    theory.points.push_back({variance.value, one.half_std_theory, 0});
  }
  figure.curves = {std::move(measured), std::move(theory)};
  return figure;
}

}  // namespace pellucid::reproduce
