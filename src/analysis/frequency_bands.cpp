// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/frequency_bands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pellucid/base/error.hpp"
#include "pellucid/base/signal_source.hpp"

namespace pellucid {

namespace {

// The axes that the transform runs along; colour is none of them.
std::vector<Index> transformed(std::vector<Index> shape) {
  if (shape.size() == 3 && shape[2] == 3) shape.pop_back();
  return shape;
}

// Frequency of a bin in C order.
double frequency(const std::vector<Index>& lengths, Index bin) {
  double sum = 0;
  for (auto length = lengths.rbegin(); length != lengths.rend(); ++length) {
    const Index k = bin % *length;
    const double f = static_cast<double>(std::min(k, *length - k)) / static_cast<double>(*length);
    sum += f * f;
    bin /= *length;
  }
  return std::sqrt(sum);
}

}  // namespace

template <class T>
FrequencyBands<T>::FrequencyBands(const std::vector<Index>& shape, Index bands)
    : transform_(Transform::dft, shape) {
  if (bands < 1) throw Error(fmt::format("bands: {}: give 1 or more", bands));
  const std::vector<Index> lengths = transformed(shape);
  const Index longest = *std::max_element(lengths.begin(), lengths.end());
  bands = std::min(bands, longest / 2 + 1);
  const Index points = entries_of(lengths), entries = entries_of(shape);
  double highest = 0.5;
  constexpr double rounding = 1e-12;  // frequencies at an edge belong to the band above it
  for (Index i = 0; i < entries; ++i) {
    const double f = frequency(lengths, i / (entries / points));
    highest = std::max(highest, f);
    const auto band = static_cast<Index>(2 * f * static_cast<double>(bands) + rounding);
    band_of_.push_back(std::min(band, bands - 1));
  }
  for (Index i = 0; i < bands; ++i) {
    edges_.push_back(0.5 * static_cast<double>(i) / static_cast<double>(bands));
  }
  edges_.push_back(highest);
}

template <class T>
Eigen::MatrixXd FrequencyBands<T>::energy(ConstBatch<T> signals) const {
  Matrix<std::complex<double>> spectra = signals.template cast<std::complex<double>>();
  transform_.forward(spectra);
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(bands(), signals.cols());
  for (Index j = 0; j < spectra.cols(); ++j) {
    for (Index i = 0; i < spectra.rows(); ++i) {
      out(band_of_[static_cast<std::size_t>(i)], j) += std::norm(spectra(i, j));
    }
  }
  return out;
}

template <class T>
BandRecorder<T>::BandRecorder(FrequencyBands<T> bands, Index signals, int steps,
                              ConstBatch<T> clean)
    : bands_(std::move(bands)),
      clean_(clean),
      energy_(static_cast<std::size_t>(steps), Eigen::MatrixXd::Zero(bands_.bands(), signals)),
      error_(energy_) {
  if (clean.cols() > 0 && clean.cols() != signals) {
    throw Error(fmt::format("bands: {} clean signals for {} in the process: give one each, or none",
                            clean.cols(), signals));
  }
}

template <class T>
Observer<T> BandRecorder<T>::observer() {
  return [this](const StepView<T>& view) { record(view); };
}

template <class T>
void BandRecorder<T>::record(const StepView<T>& view) {
  const auto step = static_cast<std::size_t>(view.index);
  Eigen::MatrixXd& energy = energy_.at(step);
  const Eigen::MatrixXd found = bands_.energy(view.x0hat);
  Matrix<T> difference = view.x0hat;
  for (Index j = 0; j < found.cols(); ++j) {
    const auto number = static_cast<Index>(view.samples[static_cast<std::size_t>(j)]);
    energy.col(number) = found.col(j);
    if (clean_.cols() > 0) difference.col(j) -= clean_.col(number);
  }
  if (clean_.cols() == 0) return;
  const Eigen::MatrixXd wrong = bands_.energy(difference);
  for (Index j = 0; j < found.cols(); ++j) {
    error_[step].col(static_cast<Index>(view.samples[static_cast<std::size_t>(j)])) = wrong.col(j);
  }
}

template <class T>
Eigen::MatrixXd BandRecorder<T>::mean(const std::vector<Eigen::MatrixXd>& steps) const {
  Eigen::MatrixXd out(bands_.bands(), static_cast<Index>(steps.size()));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    out.col(static_cast<Index>(i)) = steps[i].rowwise().mean();
  }
  return out;
}

template class FrequencyBands<double>;
template class FrequencyBands<std::complex<double>>;
template class BandRecorder<double>;
template class BandRecorder<std::complex<double>>;

}  // namespace pellucid
