// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/network_curves.hpp"

#include <fmt/format.h>

#include <complex>

#include "reproduce/figure_parts.hpp"

namespace pellucid::reproduce {

namespace {

constexpr auto line = FindingCurve::Look::line;

FindingFigure nmse_figure(const std::vector<int>& steps, Index draws) {
  FindingFigure figure{
      "nmse_network",
      "NMSE of a network's mean forwarding over SNR, by the number of steps T",
      fmt::format("A network trained on draws of the mixture, under the papers' rule and in one "
                  "step at the observation's own level, beside the CME; of at most {} draws at "
                  "every SNR. Bars: one standard error to each side.",
                  draws),
      "SNR",
      "dB",
      "NMSE",
      false,
      true,
      {{"CME", {}, line}, {"one step", {}, {}}}};
  for (const int count : steps) figure.curves.push_back({fmt::format("T = {}", count), {}, {}});
  return figure;
}

template <class T>
Observed<T> first_of(const Observed<T>& observed, Index draws) {
  return {observed.level, observed.snr_db, observed.x_t.leftCols(draws),
          observed.cme.leftCols(draws), observed.variance.head(draws)};
}

}  // namespace

template <class T>
NetworkCurves<T>::NetworkCurves(const KnownMixture<T>& truth,
                                std::unique_ptr<const Denoiser<T>> network, std::vector<int> steps,
                                Index draws)
    : truth_(truth),
      network_(std::move(network)),
      steps_(std::move(steps)),
      draws_(draws),
      nmse_(nmse_figure(steps_, draws)) {}

template <class T>
void NetworkCurves<T>::add_level(const Observed<T>& observed, FindingFigure* excess,
                                 Monitor* monitor) {
  const Observed<T> seen = first_of(observed, std::min(draws_, observed.x_t.cols()));
  const auto by_network = [&](const Grid& grid) {
    return walk<T>(*network_, seen.x_t, grid, 0, 1, truth_.threads(), monitor);
  };
  const auto add_nmse = [&](std::size_t curve, const Measured& measured) {
    nmse_.curves[curve].points.push_back(point(seen.snr_db, measured));
  };
  add_nmse(0, truth_.mmse(seen));
  const Matrix<T> one = by_network({seen.level});
  add_nmse(1, truth_.nmse(one));
  FindingCurve papers{"network: the papers' rule", {}, {}};
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Schedule schedule(Schedule::paper(steps_[i]));
    const Matrix<T> found = by_network(observation_grid(schedule, seen.snr_db, {}));
    add_nmse(2 + i, truth_.nmse(found));
    papers.points.push_back(point(steps_[i], truth_.excess(seen, found)));
  }
  if (excess == nullptr) return;
  const Measured alone = truth_.excess(seen, one);
  excess->curves.push_back(std::move(papers));
  excess->curves.push_back(
      {"network: one step", {point(steps_.front(), alone), point(steps_.back(), alone)}, line});
}

template class NetworkCurves<double>;
template class NetworkCurves<std::complex<double>>;

}  // namespace pellucid::reproduce
