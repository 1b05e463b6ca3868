// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/alignment_groups.hpp"

#include <fmt/format.h>

#include <cmath>

#include "reproduce/figure_parts.hpp"

namespace pellucid::reproduce {

namespace {

Measured measured_of(const Groups& groups, std::size_t row) {
  return groups.mean([row](const Alignment& one) { return one.rows[row].cos2; });
}

double theory_of(const Groups& groups, std::size_t row) {
  return groups.mean([row](const Alignment& one) { return one.rows[row].cos2_theory; }).value;
}

}  // namespace

template <class Value>
Measured Groups::over_groups(const Value& value) const {
  std::vector<double> left_out(groups_.size());
  for (std::size_t i = 0; i < groups_.size(); ++i) left_out[i] = value(i);
  return jackknife(value(groups_.size()), left_out);
}

double Groups::difference_without(std::size_t left_out, bool mixing) const {
  double sum = 0;
  for (std::size_t row = 0; row < first().rows.size(); ++row) {
    double distance = 0, count = 0;
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      if (group == left_out) continue;
      const AlignmentRow& one = groups_[group].rows[row];
      distance += one.cos2 - (mixing ? one.cos2_mixing : one.cos2_theory);
      count += 1;
    }
    sum += std::abs(distance / count);
  }
  return sum / static_cast<double>(first().rows.size());
}

Measured Groups::difference(bool mixing) const {
  return over_groups([&](std::size_t left_out) { return difference_without(left_out, mixing); });
}

void Groups::draw(FindingFigure& figure, const std::vector<Index>& components, bool mixing) const {
  for (const Index component : components) {
    const std::string name = fmt::format("component {}", component);
    FindingCurve measured{name, {}, FindingCurve::Look::marks};
    FindingCurve theory{name + ", theory", {}, FindingCurve::Look::line};
    FindingCurve mixed{name + ", with mixing", {}, FindingCurve::Look::line};
    for (std::size_t i = 0; i < first().rows.size(); ++i) {
      const AlignmentRow& row = first().rows[i];
      if (row.component != component) continue;
      const auto with_mixing = [i](const Alignment& one) { return one.rows[i].cos2_mixing; };
      measured.points.push_back(point(row.noise_std, measured_of(*this, i)));
      theory.points.push_back({row.noise_std, theory_of(*this, i), 0});
      mixed.points.push_back({row.noise_std, mean(with_mixing).value, 0});
    }
    figure.curves.push_back(std::move(measured));
    figure.curves.push_back(std::move(theory));
    if (mixing) figure.curves.push_back(std::move(mixed));
  }
}

Eigen::ArrayX2d Groups::emergence_without(std::size_t left_out) const {
  const auto components = static_cast<Index>(first().emergence.size());
  Eigen::ArrayX2d sum = Eigen::ArrayX2d::Zero(components, 2);
  double count = 0;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    if (group == left_out) continue;
    for (Index i = 0; i < components; ++i) {
      const Emergence& one = groups_[group].emergence[static_cast<std::size_t>(i)];
      sum(i, 0) += std::log(one.half_std);
      sum(i, 1) += std::log(one.half_std / one.half_std_theory);
    }
    count += 1;
  }
  return sum / count;
}

Measured Groups::emergence_error() const {
  return over_groups(
      [&](std::size_t left_out) { return emergence_without(left_out).col(1).abs().maxCoeff(); });
}

Measured Groups::emergence_order() const {
  return over_groups([&](std::size_t left_out) {
    const Eigen::ArrayXd noise = emergence_without(left_out).col(0);
    const Index apart = noise.size() - 1;
    return std::exp((noise.head(apart) - noise.tail(apart)).minCoeff());
  });
}

Measured mean_difference(const std::vector<Groups>& all) {
  // Means of independent measurements add up, and so do squared errors.
  const auto count = static_cast<double>(all.size());
  Measured mean;
  for (const Groups& groups : all) {
    const Measured one = groups.difference();
    mean.value += one.value / count;
    mean.error = std::hypot(mean.error, one.error / count);
    mean.draws = one.draws;  // of each: no fewer degrees of freedom together
  }
  return mean;
}

void draw_over_samples(FindingFigure& figure, const std::vector<int>& samples,
                       const std::vector<Groups>& all, std::size_t row, const std::string& name) {
  FindingCurve measured{name, {}, FindingCurve::Look::marks};
  FindingCurve theory{name + ", theory", {}, FindingCurve::Look::line};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    measured.points.push_back(point(samples[i], measured_of(all[i], row)));
    theory.points.push_back({static_cast<double>(samples[i]), theory_of(all[i], row), 0});
  }
  figure.curves.push_back(std::move(measured));
  figure.curves.push_back(std::move(theory));
}

FindingFigure samples_figure(std::string id, std::string title, std::string caption) {
  return {std::move(id),
          std::move(title),
          std::move(caption),
          "training samples",
          "",
          "squared cosine",
          true,
          false,
          {}};
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
    const auto variance = groups.mean([i](const auto& a) { return a.emergence[i].variance; });
    measured.points.push_back(
        point(variance.value, groups.mean([i](const auto& a) { return a.emergence[i].half_std; })));
    const auto half =
        groups.mean([i](const Alignment& a) { return a.emergence[i].half_std_theory; });
    theory.points.push_back({variance.value, half.value, 0});
  }
  figure.curves = {std::move(measured), std::move(theory)};
  return figure;
}

}  // namespace pellucid::reproduce
