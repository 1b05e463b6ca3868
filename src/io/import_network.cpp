// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/import_network.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/float_tensors.hpp"
#include "io/import_parameters.hpp"
#include "io/input_file.hpp"
#include "pellucid/io/safetensors.hpp"
#include "pellucid/io/torch_checkpoint.hpp"
#include "pellucid/model/access.hpp"

namespace pellucid {

namespace {

using nlohmann::json;

NamedTensors read_plain(const std::filesystem::path& path) {
  NamedTensors tensors;
  for (auto& [name, array] : read_safetensors(path).tensors) {
    if (array.type == DType::float64) {
      io::fail(path, fmt::format("tensor '{}' is {}: store the weights as F32", name,
                                 pellucid::name(array.type)));
    }
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

// What the authors' diffusion model holds beside its network: functions of the betas.
constexpr std::string_view known_buffers[] = {"betas",
                                              "alphas",
                                              "alphas_cumprod",
                                              "alphas_cumprod_shifted",
                                              "snrs",
                                              "snrs_db",
                                              "sqrt_betas",
                                              "sqrt_one_minus_betas",
                                              "sqrt_alphas",
                                              "sqrt_alphas_cumprod",
                                              "sqrt_one_minus_alphas_cumprod",
                                              "sqrt_recip_alphas",
                                              "sqrt_recip_alphas_cumprod",
                                              "sqrt_recip_minus1_alphas_cumprod",
                                              "posterior_variance",
                                              "posterior_mean_coef_x_0",
                                              "posterior_mean_coef_x_t",
                                              "post_mean_from_noise_coef",
                                              "noise_from_post_mean_coef",
                                              "loss_weights"};

void check_buffers(const NamedTensors& buffers, const std::filesystem::path& checkpoint) {
  std::vector<std::string> unknown;
  for (const auto& [name, tensor] : buffers) {
    if (std::ranges::find(known_buffers, name) == std::end(known_buffers)) unknown.push_back(name);
  }
  if (unknown.empty()) return;
  io::fail(checkpoint,
           fmt::format("tensors not known: {}: beside those of the network, model.*, only the "
                       "buffers of the authors' diffusion model may stand: leave them out",
                       fmt::join(unknown, ", ")));
}

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
  check_buffers(weights.buffers, path);
  return weights;
}

Schedule schedule_of(const io::Parameters& parameters, const Weights& weights,
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
    settings.kind = parse_schedule_kind(io::printable(kind));
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
  const io::Parameters parameters(parameters_path);
  const auto objective =
      parameters.get_or<std::string>("diff_model_dict", "objective", "pred_noise");
  if (objective != "pred_noise") {
    parameters.fail("diff_model_dict.objective",
                    fmt::format("is {}, only pred_noise is supported", io::printable(objective)));
  }
  const NetworkArchitecture architecture = io::architecture_of(parameters);
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
