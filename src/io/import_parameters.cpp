// SPDX-License-Identifier: BSD-3-Clause
#include "io/import_parameters.hpp"

#include <array>
#include <span>

#include "io/checked_json.hpp"
#include "io/input_file.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid::io {

namespace {

using nlohmann::json;

constexpr std::uint64_t longest_parameters = 1 << 20;
constexpr int deepest_json = 16;

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
  parameters.fail(
      fmt::format("unet_dict.{}", key),
      fmt::format("is {}, only {} is supported", printable(value->dump()), usual.dump()));
}

std::vector<Index> data_shape(const Parameters& parameters) {
  const char* group =
      parameters.find("diff_model_dict", "data_shape") != nullptr ? "diff_model_dict" : "unet_dict";
  return parameters.get<std::vector<Index>>(group, "data_shape");
}

// An error of ours, in which a field of the architecture comes first, with the authors' names.
std::string in_their_words(std::string text, const NetworkArchitecture& architecture) {
  constexpr std::array<std::array<std::string_view, 2>, 8> words{{
      {"channels_pre", "ch_layers_pre"},
      {"channels_post", "ch_layers_post"},
      {"time_channels", "ch_init_time"},
      {"time_layers", "n_layers_time"},
      {"channels_init", "ch_init"},
      {"multipliers:", "ch_multipliers:"},
      {"blocks:", "num_res_blocks:"},
      {"channels:", "ch_data:"},
  }};
  const bool is_unet = architecture.kind() == "unet";
  for (const auto& [ours, theirs] : words) {
    if (theirs == "ch_data:" && !is_unet) continue;
    std::size_t at = text.find(ours);
    for (; at != std::string::npos; at = text.find(ours, at + theirs.size())) {
      text.replace(at, ours.size(), theirs);
    }
  }
  return text;
}

}  // namespace

Parameters::Parameters(const std::filesystem::path& path) : path_(path) {
  InputFile file(path);
  if (file.size() > longest_parameters) fail("", "is too long to be a file of parameters");
  std::string text(file.size(), '\0');
  file.read(std::as_writable_bytes(std::span(text)));
  object_ = parse_json(path, "the file", text, deepest_json);
  if (!object_.is_object()) fail("", "is no JSON object: give the network's sim_params.json");
}

void Parameters::fail(const std::string& field, std::string_view what) const {
  io::fail(path_, field.empty() ? std::string(what) : fmt::format("{} {}", field, what));
}

const json* Parameters::find(const char* group, const char* key) const {
  const auto dict = object_.find(group);
  if (dict == object_.end() || !dict->is_object()) return nullptr;
  const auto value = dict->find(key);
  return value == dict->end() ? nullptr : &*value;
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
  try {
    architecture.validate();
  } catch (const Error& error) {
    parameters.fail("unet_dict", in_their_words(error.what(), architecture));
  }
  return architecture;
}

}  // namespace pellucid::io
