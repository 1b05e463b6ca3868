// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "io/model_tensors.hpp"
#include "pellucid/network/network_prior.hpp"

namespace pellucid::io {

/// An architecture as the metadata `network` of a model file has it, and back. Throws `Error`
/// without a path, naming the field.
[[nodiscard]] nlohmann::json architecture_json(const NetworkArchitecture& architecture);
[[nodiscard]] NetworkArchitecture parse_architecture(const nlohmann::json& object);

/// All tensors but `offset` are the network's, in single precision and C order.
[[nodiscard]] NamedTensors read_network_tensors(TensorReader& tensors, const SafeTensors& content);

template <class T>
void store(SafeTensors& content, const NetworkPrior<T>& prior);

}  // namespace pellucid::io
