// SPDX-License-Identifier: BSD-3-Clause
#include "report/step_curves.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/curve_style.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

LinePlot over_steps(std::string id, std::string title, std::string y_label, std::string y_name,
                    Scale scale) {
  return {.id = std::move(id),
          .title = std::move(title),
          .x_name = "Step",
          .x_unit = "",
          .y_label = std::move(y_label),
          .y_name = std::move(y_name),
          .scale = scale,
          .curves = {},
          .x_scale = Scale::linear,
          .marks = {}};
}

/// A curve over the steps; marks would touch each other where there are many.
template <class Value>
Curve curve_of(const Trajectory& trajectory, std::string label, std::size_t i, std::size_t series,
               const Value& value) {
  Curve curve{std::move(label), numbered_style(i), series, {}};
  if (trajectory.steps.size() > 40) curve.style.marker = Marker::none;
  for (const TrajectoryStep& step : trajectory.steps) {
    const double y = value(step);
    curve.points.push_back({static_cast<double>(step.step), y, 0.0, number_text(y)});
  }
  return curve;
}

// Switches of the page: bands and components are different things.
constexpr std::size_t band_series = 100;
constexpr std::size_t component_series = 200;

/// Curves of the leading entries of a vector that every step has.
template <class Values>
void add_components(LinePlot& plot, const Trajectory& trajectory, const Values& values) {
  if (trajectory.steps.empty()) return;
  const std::size_t shown = std::min(values(trajectory.steps.front()).size(), distinct_styles);
  for (std::size_t i = 0; i < shown; ++i) {
    plot.curves.push_back(curve_of(trajectory, fmt::format("component {}", i + 1), i,
                                   component_series + i, [&](const TrajectoryStep& step) {
                                     const std::vector<double> all = values(step);
                                     return i < all.size() ? all[i] : 0.0;
                                   }));
  }
}

/// What a band's energy is compared with.
double reference_energy(const Trajectory& trajectory, std::size_t band) {
  const auto& clean = trajectory.clean_band_energy;
  const double energy = clean.empty() ? trajectory.steps.back().band_energy[band] : clean[band];
  return energy > 0.0 ? energy : 1.0;
}

std::size_t bands_of(const Trajectory& trajectory) {
  return trajectory.steps.empty() ? 0 : trajectory.steps.front().band_energy.size();
}

}  // namespace

std::string band_name(const Trajectory& trajectory, std::size_t band) {
  return fmt::format("{} to {}", number_text(trajectory.band_edges[band], 3),
                     number_text(trajectory.band_edges[band + 1], 3));
}

LinePlot error_plot(const Trajectory& trajectory) {
  LinePlot plot = over_steps("error", "NMSE of the estimate at every step, on a logarithmic axis",
                             "NMSE of the estimate", "NMSE", Scale::logarithmic);
  if (trajectory.steps.empty() || !trajectory.steps.front().nmse) return plot;
  plot.curves.push_back(
      curve_of(trajectory, std::string(name(trajectory.mode)), 0, 0,
               [](const TrajectoryStep& step) { return step.nmse.value_or(0.0); }));
  for (std::size_t i = 0; i < trajectory.steps.size(); ++i) {
    PlotPoint& point = plot.curves.front().points[i];
    point.error = trajectory.steps[i].nmse_stderr.value_or(0.0);
    point.value = with_error(point.y, point.error);
  }
  return plot;
}

LinePlot band_plot(const Trajectory& trajectory) {
  LinePlot plot = over_steps(
      "bands", "Energy of the estimate by frequency band at every step, on a logarithmic axis",
      "Energy, relative", "relative energy", Scale::logarithmic);
  for (std::size_t band = 0; band < std::min(bands_of(trajectory), distinct_styles); ++band) {
    const double reference = reference_energy(trajectory, band);
    plot.curves.push_back(
        curve_of(trajectory, band_name(trajectory, band), band, band_series + band,
                 [&](const TrajectoryStep& step) { return step.band_energy[band] / reference; }));
  }
  return plot;
}

HeatMap band_map(const Trajectory& trajectory) {
  HeatMap map{.id = "bands_map",
              .title = "Energy of the estimate by frequency band and step",
              .x_name = "Step",
              .y_name = "Band (cycles per sample)",
              .value_name = "relative energy",
              .columns = {},
              .rows = {},
              .values = {}};
  const std::size_t bands = bands_of(trajectory);
  map.values.resize(static_cast<Index>(bands), static_cast<Index>(trajectory.steps.size()));
  for (std::size_t j = 0; j < trajectory.steps.size(); ++j) {
    const TrajectoryStep& step = trajectory.steps[j];
    map.columns.push_back(std::to_string(step.step));
    for (std::size_t band = 0; band < bands; ++band) {
      map.values(static_cast<Index>(band), static_cast<Index>(j)) =
          step.band_energy[band] / reference_energy(trajectory, band);
    }
  }
  for (std::size_t band = 0; band < bands; ++band) {
    map.rows.push_back(band_name(trajectory, band));
  }
  if (trajectory.mode == LinearMode::project) {
    map.value_name = "times the mean over bands";
    map.high = 2.0;
    for (Index j = 0; j < map.values.cols(); ++j) {
      const double mean = map.values.col(j).mean();
      if (mean > 0.0) map.values.col(j) /= mean;
    }
  }
  return map;
}

LinePlot spectrum_plot(const Trajectory& trajectory) {
  LinePlot plot = over_steps(
      "spectrum", "Leading variances of the estimates at every step, on a logarithmic axis",
      "Variance", "variance", Scale::logarithmic);
  add_components(plot, trajectory, [](const TrajectoryStep& step) { return step.spectrum; });
  return plot;
}

LinePlot product_plot(const Trajectory& trajectory) {
  LinePlot plot = over_steps("product",
                             "Squared singular values of the product of the steps so far, divided "
                             "by the largest one, on a logarithmic axis",
                             "Squared singular value, relative", "relative", Scale::logarithmic);
  if (!trajectory.linear) return plot;
  add_components(plot, trajectory, [](const TrajectoryStep& step) {
    std::vector<double> values = step.linear ? step.linear->product : std::vector<double>();
    const double largest = values.empty() ? 0.0 : values.front();
    for (double& value : values) value = largest > 0.0 ? value / largest : 0.0;
    return values;
  });
  Curve power = curve_of(
      trajectory, "2nd, plain power iteration", 7, component_series + 50,
      [](const TrajectoryStep& step) { return step.linear ? step.linear->power_ratio : 0.0; });
  power.style = {"c-observation", "2 4", Marker::none};
  plot.curves.push_back(std::move(power));
  return plot;
}

LinePlot component_plot(const Trajectory& trajectory) {
  LinePlot plot = over_steps("components",
                             "Squared cosine between each eigenvector of the step's denoiser and "
                             "the reference's",
                             "Squared cosine", "squared cosine", Scale::linear);
  if (!trajectory.linear) return plot;
  add_components(plot, trajectory, [](const TrajectoryStep& step) {
    return step.linear ? step.linear->cos2 : std::vector<double>();
  });
  return plot;
}

}  // namespace pellucid::report
