// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/import_network.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "io/checked_json.hpp"
#include "io/float_tensors.hpp"
#include "io/input_file.hpp"
#include "pellucid/io/safetensors.hpp"
#include "pellucid/io/torch_checkpoint.hpp"
#include "pellucid/model/access.hpp"

namespace pellucid {

namespace {

using nlohmann::json;

constexpr std::uint64_t longest_parameters = 1 << 20;
constexpr int deepest_json = 16;

/// The authors' parameters: groups of fields.
class Parameters {
 public:
  explicit Parameters(const std::filesystem::path& path) : path_(path) {
    io::InputFile file(path);
    if (file.size() > longest_parameters) fail("", "is too long to be a file of parameters");
    std::string text(file.size(), '\0');
    file.read(std::as_writable_bytes(std::span(text)));
    object_ = io::parse_json(path, "the file", text, deepest_json);
    if (!object_.is_object()) fail("", "is no JSON object: give the network's sim_params.json");
  }

  [[noreturn]] void fail(const std::string& field, std::string_view what) const {
    io::fail(path_, field.empty() ? std::string(what) : fmt::format("{} {}", field, what));
  }

  [[nodiscard]] const json* find(const char* group, const char* key) const {
    const auto dict = object_.find(group);
    if (dict == object_.end() || !dict->is_object()) return nullptr;
    const auto value = dict->find(key);
    return value == dict->end() ? nullptr : &*value;
  }

  template <class V>
  [[nodiscard]] V get(const char* group, const char* key) const {
    const json* value = find(group, key);
    const std::string field = fmt::format("{}.{}", group, key);
    if (value == nullptr) fail(field, "is missing: give the parameters that belong to the network");
    return convert<V>(*value, field);
  }
  template <class V>
  [[nodiscard]] V get_or(const char* group, const char* key, V otherwise) const {
    const json* value = find(group, key);
    if (value == nullptr || value->is_null()) return otherwise;
    return convert<V>(*value, fmt::format("{}.{}", group, key));
  }

 private:
  template <class V>
  [[nodiscard]] V convert(const json& value, const std::string& field) const {
    try {
      return value.get<V>();
    } catch (const json::exception&) {
      fail(field, "has another type than expected");
    }
  }

  const std::filesystem::path& path_;
  json object_;
};

// One odd number; the authors write a number, or a list with one for each axis.
Index kernel_size(const Parameters& parameters) {
  const json* value = parameters.find("unet_dict", "kernel_size");
  if (value == nullptr) return 3;
  if (value->is_number_unsigned()) return value->get<Index>();
  const auto sizes = parameters.get<std::vector<Index>>("unet_dict", "kernel_size");
  for (const Index size : sizes) {
    if (size != sizes.front()) {
      parameters.fail("unet_dict.kernel_size", "differs between axes, which is not supported");
    }
  }
  if (sizes.empty()) parameters.fail("unet_dict.kernel_size", "is empty");
  return sizes.front();
}

void require_default(const Parameters& parameters, const char* key, const json& usual) {
  const json* value = parameters.find("unet_dict", key);
  if (value == nullptr || *value == usual) return;
  parameters.fail(fmt::format("unet_dict.{}", key),
                  fmt::format("is {}, only {} is supported", value->dump(), usual.dump()));
}

std::vector<Index> data_shape(const Parameters& parameters) {
  const char* group =
      parameters.find("diff_model_dict", "data_shape") != nullptr ? "diff_model_dict" : "unet_dict";
  return parameters.get<std::vector<Index>>(group, "data_shape");
}

NetworkArchitecture architecture_of(const Parameters& parameters) {
  NetworkArchitecture architecture;
  architecture.data_shape = data_shape(parameters);
  if (parameters.find("unet_dict", "ch_layers_pre") != nullptr) {
    require_default(parameters, "downsamp_fac", 1);
    require_default(parameters, "stride", 1);
    require_default(parameters, "padding_mode", "zeros");
    CnnArchitecture cnn;
    cnn.channels_pre = parameters.get<std::vector<Index>>("unet_dict", "ch_layers_pre");
    cnn.channels_post = parameters.get<std::vector<Index>>("unet_dict", "ch_layers_post");
    cnn.time_channels = parameters.get_or<Index>("unet_dict", "ch_init_time", 16);
    cnn.time_layers = parameters.get_or<Index>("unet_dict", "n_layers_time", 1);
    // The authors' networks for one axis have no normalisation whatever they ask for.
    cnn.batch_norm = architecture.data_shape.size() == 3 &&
                     parameters.get_or<bool>("unet_dict", "batch_norm", false);
    cnn.kernel_size = kernel_size(parameters);
    architecture.layers = cnn;
  } else if (parameters.find("unet_dict", "ch_multipliers") != nullptr) {
    require_default(parameters, "norm_type", "batch");
    UnetArchitecture unet;
    unet.channels = parameters.get<Index>("unet_dict", "ch_data");
    unet.channels_init = parameters.get_or<Index>("unet_dict", "ch_init", 16);
    unet.multipliers = parameters.get<std::vector<Index>>("unet_dict", "ch_multipliers");
    unet.blocks = parameters.get_or<Index>("unet_dict", "num_res_blocks", 2);
    unet.kernel_size = kernel_size(parameters);
    architecture.layers = unet;
  } else {
    parameters.fail("unet_dict",
                    "has neither ch_layers_pre (a CNN) nor ch_multipliers (a U-Net): give the "
                    "network's sim_params.json");
  }
  return architecture;
}

NamedTensors read_plain(const std::filesystem::path& path) {
  NamedTensors tensors;
  for (auto& [name, array] : read_safetensors(path).tensors) {
    if (array.type != DType::float32) continue;  // counters
    tensors.emplace(name, io::network_tensor(array));
  }
  return tensors;
}

// The network's own tensors, without the prefix of the diffusion model that holds it; what else
// that has of a name, such as `betas`, stays under `buffers`.
struct Weights {
  NamedTensors network, buffers;
};

Weights read_weights(const std::filesystem::path& path) {
  constexpr std::string_view prefix = "model.";
  NamedTensors all =
      path.extension() == ".safetensors" ? read_plain(path) : read_torch_checkpoint(path);
  bool held = false;
  for (const auto& [name, tensor] : all) held = held || name.starts_with(prefix);
  Weights weights;
  for (auto& [name, tensor] : all) {
    if (!held) {
      weights.network.emplace(name, std::move(tensor));
    } else if (name.starts_with(prefix)) {
      weights.network.emplace(name.substr(prefix.size()), std::move(tensor));
    } else {
      weights.buffers.emplace(name, std::move(tensor));
    }
  }
  return weights;
}

Schedule schedule_of(const Parameters& parameters, const Weights& weights,
                     const std::filesystem::path& checkpoint) {
  const auto betas = weights.buffers.find("betas");
  const bool stored = betas != weights.buffers.end();
  Schedule::Settings settings;
  const auto kind = parameters.get_or<std::string>("diff_model_dict", "which_schedule", "linear");
  const char* steps_key = "num_timesteps";
  if (parameters.find("diff_model_dict", steps_key) == nullptr && stored) {
    settings.steps = static_cast<int>(betas->second.values.size());
  } else {
    settings.steps = parameters.get<int>("diff_model_dict", steps_key);
  }
  settings.beta_1 = parameters.get<double>("diff_model_dict", "beta_start");
  settings.beta_T = parameters.get<double>("diff_model_dict", "beta_end");
  Schedule schedule;
  try {
    settings.kind = parse_schedule_kind(kind);
    schedule = Schedule(settings);
  } catch (const Error& error) {
    parameters.fail("diff_model_dict", fmt::format("cannot be used: {}", error.what()));
  }
  if (!stored) return schedule;
  const auto& values = betas->second.values;
  bool same = static_cast<int>(values.size()) == schedule.steps();
  for (int t = 1; same && t <= schedule.steps(); ++t) {
    const double beta = values[static_cast<std::size_t>(t - 1)];
    same =
        std::abs(beta - schedule.beta(t)) <= 1e-5 * schedule.beta(t);  // stored in single precision
  }
  if (!same) {
    io::fail(checkpoint, fmt::format("its betas are not those of the parameters ({}): give the "
                                     "parameters that belong to the network",
                                     schedule.text()));
  }
  return schedule;
}

template <class T>
NetworkPrior<T> prior_of(const NetworkArchitecture& architecture, NamedTensors tensors) {
  return {architecture, std::make_shared<const NamedTensors>(std::move(tensors))};
}

}  // namespace

Model import_network(const std::filesystem::path& checkpoint,
                     const std::filesystem::path& parameters_path) {
  const Parameters parameters(parameters_path);
  const auto objective =
      parameters.get_or<std::string>("diff_model_dict", "objective", "pred_noise");
  if (objective != "pred_noise") {
    parameters.fail("diff_model_dict.objective",
                    fmt::format("is {}, only pred_noise is supported", io::printable(objective)));
  }
  const NetworkArchitecture architecture = architecture_of(parameters);
  try {
    architecture.validate();
  } catch (const Error& error) {
    parameters.fail("unet_dict", error.what());
  }
  Weights weights = read_weights(checkpoint);

  Model model;
  const auto complex_data = parameters.get_or<bool>("diff_model_dict", "complex_data", false);
  model.schedule = schedule_of(parameters, weights, checkpoint);
  if (complex_data) {
    model.prior =
        ComplexPrior(prior_of<std::complex<double>>(architecture, std::move(weights.network)));
  } else {
    model.prior = RealPrior(prior_of<double>(architecture, std::move(weights.network)));
  }
  const auto& shape = architecture.data_shape;
  const bool single_channel = shape.front() == (complex_data ? 2 : 1);
  model.shape.assign(shape.begin() + (single_channel ? 1 : 0), shape.end());
  if (!single_channel && complex_data) model.shape.front() /= 2;
  const bool angular = parameters.get_or<bool>("tester_dict", "fft_pre", false) ||
                       parameters.get_or<bool>("trainer_dict", "fft_pre", false);
  if (angular) model.transform = Transform::dft;
  model.offset = Eigen::VectorXcd::Zero(model.dim());
  model.settings = json{{"imported", checkpoint.filename().string()},
                        {"parameters", parameters_path.filename().string()}}
                       .dump();
  try {
    model.validate();
  } catch (const Error& error) {
    io::fail(checkpoint, error.what());
  }
  return model;
}

namespace {

template <class T>
SafeTensors network_tensors(const Model& model) {
  const auto* network = std::get_if<NetworkPrior<T>>(&prior_as<T>(model));
  if (network == nullptr) {
    throw Error(
        fmt::format("is a {} model, which is a .safetensors file that other programs open as it "
                    "is: export is for networks",
                    model.kind()));
  }
  SafeTensors content;
  for (const auto& [name, tensor] : *network->tensors) {
    content.tensors.emplace(name, io::network_array(tensor));
  }
  return content;
}

}  // namespace

Index export_network(OutputFile& out, const Model& model) {
  const SafeTensors content = model.is_complex() ? network_tensors<std::complex<double>>(model)
                                                 : network_tensors<double>(model);
  write_safetensors(out, content);
  return std::ssize(content.tensors);
}

}  // namespace pellucid
