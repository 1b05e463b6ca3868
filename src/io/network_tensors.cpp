// SPDX-License-Identifier: BSD-3-Clause
#include "io/network_tensors.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "io/float_tensors.hpp"

namespace pellucid::io {

namespace {

using nlohmann::json;

/// Fields of a JSON object, each asked for once; what is left over at the end is an error.
class JsonFields {
 public:
  explicit JsonFields(const json& object) : object_(object) {
    if (!object.is_object()) throw Error("is no JSON object");
  }

  Index number(const char* key) {
    const json& value = field(key);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > (std::uint64_t{1} << 40)) {
      throw Error(fmt::format("{} is no whole number from 0", key));
    }
    return value.get<Index>();
  }
  std::vector<Index> numbers(const char* key) {
    const json& list = field(key);
    constexpr std::size_t longest = 64;
    if (!list.is_array() || list.size() > longest) throw Error(fmt::format("{} is no list", key));
    std::vector<Index> numbers;
    for (const json& value : list) {
      if (!value.is_number_unsigned() || value.get<std::uint64_t>() > (std::uint64_t{1} << 40)) {
        throw Error(fmt::format("{} is no list of whole numbers", key));
      }
      numbers.push_back(value.get<Index>());
    }
    return numbers;
  }
  bool flag(const char* key) {
    const json& value = field(key);
    if (!value.is_boolean()) throw Error(fmt::format("{} is not true or false", key));
    return value.get<bool>();
  }
  double decibel(const char* key) {
    const json& value = field(key);
    if (!value.is_number()) throw Error(fmt::format("{} is no number", key));
    return value.get<double>();
  }
  [[nodiscard]] bool has(const char* key) const { return object_.contains(key); }
  std::string text(const char* key) {
    const json& value = field(key);
    if (!value.is_string()) throw Error(fmt::format("{} is no text", key));
    return value.get<std::string>();
  }
  void require_all_read() const {
    if (object_.size() != read_) throw Error("it has a field that this architecture lacks");
  }

 private:
  const json& field(const char* key) {
    const auto found = object_.find(key);
    if (found == object_.end()) throw Error(fmt::format("{} is missing", key));
    ++read_;
    return *found;
  }

  const json& object_;
  std::size_t read_ = 0;
};

}  // namespace

json architecture_json(const NetworkArchitecture& architecture) {
  json object{{"kind", architecture.kind()}, {"data_shape", architecture.data_shape}};
  object["conditioning"] = name(architecture.conditioning);
  object["prediction"] = name(architecture.prediction);
  if (architecture.conditioning == Conditioning::log_snr) {
    object["lowest_snr_db"] = architecture.lowest_snr_db;
    object["highest_snr_db"] = architecture.highest_snr_db;
  }
  if (const auto* cnn = std::get_if<CnnArchitecture>(&architecture.layers)) {
    object["channels_pre"] = cnn->channels_pre;
    object["channels_post"] = cnn->channels_post;
    object["time_channels"] = cnn->time_channels;
    object["time_layers"] = cnn->time_layers;
    object["batch_norm"] = cnn->batch_norm;
    object["kernel_size"] = cnn->kernel_size;
  } else if (const auto* unet = std::get_if<UnetArchitecture>(&architecture.layers)) {
    object["channels"] = unet->channels;
    object["channels_init"] = unet->channels_init;
    object["multipliers"] = unet->multipliers;
    object["blocks"] = unet->blocks;
    object["kernel_size"] = unet->kernel_size;
  } else {
    const auto& mlp = std::get<MlpArchitecture>(architecture.layers);
    object["width"] = mlp.width;
    object["blocks"] = mlp.blocks;
    object["experts"] = mlp.experts;
    object["expert_rank"] = mlp.expert_rank;
    object["time_channels"] = mlp.time_channels;
  }
  return object;
}

NetworkArchitecture parse_architecture(const json& object) {
  JsonFields fields(object);
  NetworkArchitecture architecture;
  const std::string kind = fields.text("kind");
  architecture.data_shape = fields.numbers("data_shape");
  if (fields.has("conditioning")) {
    architecture.conditioning = parse_conditioning(fields.text("conditioning"));
  }
  if (fields.has("prediction")) {
    architecture.prediction = parse_prediction(fields.text("prediction"));
  }
  if (architecture.conditioning == Conditioning::log_snr) {
    architecture.lowest_snr_db = fields.decibel("lowest_snr_db");
    architecture.highest_snr_db = fields.decibel("highest_snr_db");
  }
  if (kind == "cnn") {
    architecture.layers =
        CnnArchitecture{fields.numbers("channels_pre"), fields.numbers("channels_post"),
                        fields.number("time_channels"), fields.number("time_layers"),
                        fields.flag("batch_norm"),      fields.number("kernel_size")};
  } else if (kind == "unet") {
    architecture.layers = UnetArchitecture{
        fields.number("channels"), fields.number("channels_init"), fields.numbers("multipliers"),
        fields.number("blocks"), fields.number("kernel_size")};
  } else if (kind == "mlp") {
    architecture.layers =
        MlpArchitecture{fields.number("width"), fields.number("blocks"), fields.number("experts"),
                        fields.number("expert_rank"), fields.number("time_channels")};
  } else {
    throw Error(fmt::format("kind is '{}': known are cnn, unet, mlp", kind));
  }
  fields.require_all_read();
  architecture.validate();
  return architecture;
}

NamedTensors read_network_tensors(TensorReader& tensors, const SafeTensors& content) {
  NamedTensors result;
  for (const auto& [name, array] : content.tensors) {
    if (name == "offset") continue;
    result.emplace(name, tensors.take_floats(name));
  }
  return result;
}

template <class T>
void store(SafeTensors& content, const NetworkPrior<T>& prior) {
  for (const auto& [name, tensor] : *prior.tensors) {
    content.tensors.insert_or_assign(name, network_array(tensor));
  }
}

template void store(SafeTensors&, const NetworkPrior<double>&);
template void store(SafeTensors&, const NetworkPrior<std::complex<double>>&);

}  // namespace pellucid::io
