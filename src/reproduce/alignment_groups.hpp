// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "pellucid/analysis/alignment.hpp"
#include "pellucid/reproduce/findings.hpp"
#include "reproduce/linear_parts.hpp"

namespace pellucid::reproduce {

/// Measurements of several independent groups, row by row and component by component.
class Groups {
 public:
  void add(Alignment alignment) { groups_.push_back(std::move(alignment)); }

  [[nodiscard]] const Alignment& first() const { return groups_.front(); }

  template <class Value>
  [[nodiscard]] Measured mean(const Value& value) const {
    std::vector<double> values(groups_.size());
    std::transform(groups_.begin(), groups_.end(), values.begin(), value);
    return mean_of(values);
  }

  /// Measured as marks, theory as a line, for some components over the noise.
  void draw(FindingFigure& figure, const std::vector<Index>& components, bool mixing) const;

 private:
  std::vector<Alignment> groups_;
};

/// Largest distance of a component's noise at the squared cosine 1/2 from theory, as a logarithm.
[[nodiscard]] double emergence_error(const Alignment& alignment);

/// Smallest ratio of that noise between a component and the next one.
[[nodiscard]] double emergence_order(const Alignment& alignment);

/// Without curves: squared cosines over the noise.
[[nodiscard]] FindingFigure noise_figure(std::string id, std::string title, std::string caption,
                                         std::string unit = "");

/// Noise at the squared cosine 1/2 over the components' variances, measured and theory.
[[nodiscard]] FindingFigure emergence_figure(std::string id, std::string title,
                                             const Groups& groups);

}  // namespace pellucid::reproduce
