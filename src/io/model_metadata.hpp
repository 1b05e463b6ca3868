// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pellucid/model/model.hpp"

namespace pellucid::io {

/// The metadata strings of a model file, parsed.
struct ModelMetadata {
  std::string kind;  ///< as written, checked where the prior is read
  bool is_complex = false;
  std::optional<std::vector<Index>> shape;  ///< absent in a hand-written file
  std::optional<double> scale;              ///< absent in a hand-written file
  std::optional<double> power;
  Schedule schedule;
  Calibration calibration;
  Transform transform = Transform::none;
  Framing framing;
  std::optional<CovarianceType> covariance;    ///< of a mixture
  std::vector<Index> blocks;                   ///< of a block type, else empty
  std::optional<NetworkArchitecture> network;  ///< of a network
  std::string settings = "{}";
};

/// Throws `Error`, first word `path`, naming the field.
[[nodiscard]] ModelMetadata parse_model_metadata(const std::filesystem::path& path,
                                                 const std::map<std::string, std::string>& text);

[[nodiscard]] std::map<std::string, std::string> model_metadata(const Model& model);

}  // namespace pellucid::io
