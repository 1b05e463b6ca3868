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

  /// Mean over all rows of |squared cosine - theory|, both averaged over groups before (else what
  /// one group scatters would count as distance), with the jackknife's error over groups; `mixing`:
  /// the theory with the mixing of n samples.
  [[nodiscard]] Measured difference(bool mixing = false) const;

  /// Of the noise at the squared cosine 1/2, geometric means over groups: its largest distance from
  /// theory, |ln|, and the smallest ratio between a component and the next one; jackknife's errors.
  [[nodiscard]] Measured emergence_error() const;
  [[nodiscard]] Measured emergence_order() const;

  /// Measured as marks, theory as a line, for some components over the noise.
  void draw(FindingFigure& figure, const std::vector<Index>& components, bool mixing) const;

 private:
  /// `value(left_out)` of all groups but one, and of all; none is left out for their number.
  template <class Value>
  [[nodiscard]] Measured over_groups(const Value& value) const;
  [[nodiscard]] double difference_without(std::size_t left_out, bool mixing) const;
  /// Mean of ln(noise), and of ln(noise / theory), by component.
  [[nodiscard]] Eigen::ArrayX2d emergence_without(std::size_t left_out) const;

  std::vector<Alignment> groups_;
};

/// Of independent measurements by number of samples, their mean.
[[nodiscard]] Measured mean_difference(const std::vector<Groups>& all);

/// Row `row` of all groups over the number of samples: marks, and theory as a line.
void draw_over_samples(FindingFigure& figure, const std::vector<int>& samples,
                       const std::vector<Groups>& all, std::size_t row, const std::string& name);

/// Without curves: squared cosines over the number of training samples.
[[nodiscard]] FindingFigure samples_figure(std::string id, std::string title, std::string caption);

/// Without curves: squared cosines over the noise.
[[nodiscard]] FindingFigure noise_figure(std::string id, std::string title, std::string caption,
                                         std::string unit = "");

/// Noise at the squared cosine 1/2 over the components' variances, measured and theory.
[[nodiscard]] FindingFigure emergence_figure(std::string id, std::string title,
                                             const Groups& groups);

}  // namespace pellucid::reproduce
