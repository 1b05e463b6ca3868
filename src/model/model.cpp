// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "pellucid/base/error.hpp"

namespace pellucid {
namespace {

// Calls `f` with the prior itself, whatever its kind and number type.
template <class F>
auto visit_prior(const Model& model, F&& f) {
  return std::visit([&](const auto& field) { return std::visit(f, field); }, model.prior);
}

std::string text_of(const std::vector<Index>& shape) {
  std::string text;
  for (const Index length : shape) text += fmt::format("{}{}", text.empty() ? "" : ", ", length);
  return "(" + text + ")";
}

void check_shape(const Model& model) {
  const Index dim = model.dim();
  Index product = 1;
  bool good = !model.shape.empty();
  for (const Index length : model.shape) {
    good = good && length >= 1 && length <= dim / product;
    if (good) product *= length;
  }
  if (!good || product != dim) {
    throw Error(
        fmt::format("shape: {} does not hold the {} entries of the prior's samples: give "
                    "lengths whose product is {}",
                    text_of(model.shape), dim, dim));
  }
}

void check_units(const Model& model) {
  if (model.offset.size() != model.dim()) {
    throw Error(fmt::format("offset: has {} entries, the prior {}: give one per entry",
                            model.offset.size(), model.dim()));
  }
  if (!model.offset.allFinite()) {
    throw Error("offset: has an entry that is not finite: give finite numbers");
  }
  if (!model.is_complex() && (model.offset.imag().array() != 0.0).any()) {
    throw Error("offset: is complex, the prior real: give real numbers");
  }
  if (!(model.scale > 0.0) || !std::isfinite(model.scale)) {
    throw Error(fmt::format("scale: is {}: give a finite number above 0", model.scale));
  }
  if (!(model.power > 0.0) || !std::isfinite(model.power)) {
    throw Error(
        fmt::format("power: is {}: give a prior with a finite variance above 0", model.power));
  }
}

void check_framing(const Model& model) {
  model.framing.validate();
  const bool spectra = model.framing.kind == Framing::Kind::stft;
  if (spectra && !model.is_complex()) {
    throw Error("framing: short-time spectra are complex, the prior is real: fit a complex one");
  }
  if (model.transform == Transform::dft && !model.is_complex()) {
    throw Error("transform: dft is for complex data, the prior is real: choose dct or none");
  }
  if (spectra && model.transform != Transform::none) {
    throw Error("transform: short-time spectra are not transformed again: choose none");
  }
}

void check_calibration(const Calibration& calibration) {
  const auto& entries = calibration.entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!std::isfinite(entries[i].snr_db) || entries[i].steps < 1) {
      throw Error(
          fmt::format("calibration: entry {} has {} steps at {} dB: give 1 step or more at a "
                      "finite SNR",
                      i, entries[i].steps, entries[i].snr_db));
    }
    if (i > 0 && !(entries[i - 1].snr_db < entries[i].snr_db)) {
      throw Error(fmt::format("calibration: {} dB follows {} dB: sort by ascending SNR",
                              entries[i].snr_db, entries[i - 1].snr_db));
    }
  }
}

// Toeplitz types have dense covariances; a fit says in its settings that they are.
CovarianceType stored_type(const std::string& settings) {
  const auto object = nlohmann::json::parse(settings, nullptr, false);
  if (!object.is_object()) return CovarianceType::full;
  for (const CovarianceType type : {CovarianceType::toeplitz, CovarianceType::block_toeplitz}) {
    if (object.value("covariance", nlohmann::json()) == name(type)) return type;
  }
  return CovarianceType::full;
}

}  // namespace

Index Model::dim() const {
  return visit_prior(*this, [](const auto& known) { return known.dim(); });
}

std::string_view Model::kind() const {
  constexpr std::string_view kinds[] = {"gaussian", "mixture", "pca",
                                        "mixture",  "mixture", "network"};
  return kinds[std::visit([](const auto& field) { return field.index(); }, prior)];
}

bool Model::is_bound_to_schedule() const {
  return visit_prior(*this, [](const auto& known) {
    if constexpr (requires { known.architecture; }) {
      return known.architecture.conditioning == Conditioning::step;
    } else {
      return false;
    }
  });
}

CovarianceType Model::covariance() const {
  return visit_prior(*this, [&](const auto& known) {
    if constexpr (requires { known.covariance == CovarianceType::diag; }) {
      return known.covariance;
    } else if constexpr (requires { known.noise_variances; }) {
      return CovarianceType::low_rank;
    } else if constexpr (requires { known.covariances; }) {
      return stored_type(settings);
    } else {
      return CovarianceType::full;
    }
  });
}

void Model::validate() const {
  if (dim() < 1) throw Error("prior: has samples without entries: give at least one");
  visit_prior(*this, [](const auto& known) { known.validate(); });
  check_shape(*this);
  check_units(*this);
  check_framing(*this);
  check_calibration(calibration);
}

}  // namespace pellucid
