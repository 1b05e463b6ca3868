// SPDX-License-Identifier: BSD-3-Clause
#include "model/sample_units.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "pellucid/base/error.hpp"

namespace pellucid {

template <class T>
UnitSums<T>::UnitSums(Vector<T> shift)
    : shift_(std::move(shift)),
      sum_(Vector<T>::Zero(shift_.size())),
      squares_(Eigen::VectorXd::Zero(shift_.size())) {}

template <class T>
void UnitSums<T>::add(Batch<T> samples) {
  samples.colwise() -= shift_;
  sum_ += samples.rowwise().sum();
  squares_ += samples.cwiseAbs2().rowwise().sum();
  count_ += samples.cols();
}

template <class T>
SampleUnits<T> UnitSums<T>::units() const {
  const auto count = static_cast<double>(count_);
  const Vector<T> mean = sum_ / count;
  const double power =
      (squares_ / count - mean.cwiseAbs2()).sum() / static_cast<double>(shift_.size());
  return {shift_ + mean, power};
}

template <class T>
Model model_with_units(const SampleUnits<T>& units, const SampleSpace& space,
                       const std::string& kind, Index samples) {
  if (!std::isfinite(units.power)) {
    throw Error(
        "the samples' variance is not finite: look for NaN, infinite or huge entries, or scale the "
        "data");
  }
  if (!(units.power > 0)) {
    throw Error(
        "all samples are equal, or differ by less than double precision can square: give samples "
        "that differ, or scale them");
  }
  Model model;
  model.shape = space.shape;
  model.transform = space.transform;
  model.framing = space.framing;
  model.offset = units.offset.template cast<std::complex<double>>();
  model.scale = std::sqrt(units.power);
  model.power = space.signal_power.value_or(units.power);
  model.settings = nlohmann::json{{"prior", kind}, {"samples", samples}}.dump();
  return model;
}

#define PELLUCID_INSTANTIATE(T)                                                 \
  template class UnitSums<T>;                                                   \
  template Model model_with_units<T>(const SampleUnits<T>&, const SampleSpace&, \
                                     const std::string&, Index);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
