// SPDX-License-Identifier: BSD-3-Clause
#include "io/model_metadata.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "io/calibration_json.hpp"
#include "io/checked_json.hpp"
#include "io/input_file.hpp"
#include "io/network_tensors.hpp"

namespace pellucid::io {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr int kDeepestJson = 16;
constexpr int kMostSteps = 1'000'000;

/// The fields of one file, asked for by name.
class Fields {
 public:
  Fields(const std::filesystem::path& path, const std::map<std::string, std::string>& text)
      : path_(path), text_(text) {}

  [[noreturn]] void fail_field(std::string_view field, std::string_view what) const {
    fail(path_, fmt::format("metadata '{}' {}", field, what));
  }

  [[nodiscard]] const std::string* find(const std::string& field) const {
    const auto found = text_.find(field);
    return found == text_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] const std::string& require(const std::string& field, std::string_view mend) const {
    const std::string* text = find(field);
    if (text == nullptr) fail_field(field, fmt::format("is missing: {}", mend));
    return *text;
  }

  [[nodiscard]] std::optional<json> find_json(const std::string& field) const {
    const std::string* text = find(field);
    if (text == nullptr) return std::nullopt;
    return parse_json(path_, fmt::format("metadata '{}'", field), *text, kDeepestJson);
  }

 private:
  const std::filesystem::path& path_;
  const std::map<std::string, std::string>& text_;
};

// The whole text as a number.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A whole number in 1 .. most.
std::optional<std::int64_t> positive(const json& value, std::int64_t most) {
  if (!value.is_number_unsigned()) return std::nullopt;
  const auto number = value.get<std::uint64_t>();
  if (number < 1 || number > static_cast<std::uint64_t>(most)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

void check_format(const Fields& fields) {
  const std::string* format = fields.find("format");
  if (format != nullptr && *format != "pellucid") {
    fields.fail_field("format",
                      fmt::format("is '{}': give a model that pellucid wrote", printable(*format)));
  }
  const std::string* text = fields.find("version");
  if (text == nullptr) return;
  const auto version = parse_number<int>(*text);
  if (!version || *version < 1) {
    fields.fail_field("version", fmt::format("is '{}', no whole number from 1: write {}",
                                             printable(*text), kVersion));
  }
  if (*version > kVersion) {
    fields.fail_field("version", fmt::format("is {}, this program reads up to {}: update pellucid",
                                             *version, kVersion));
  }
}

bool parse_complex(const Fields& fields) {
  const std::string& text = fields.require("complex", "write true or false");
  if (text != "true" && text != "false") {
    fields.fail_field("complex", fmt::format("is '{}': write true or false", printable(text)));
  }
  return text == "true";
}

std::optional<double> parse_positive(const Fields& fields, const std::string& field) {
  const std::string* text = fields.find(field);
  if (text == nullptr) return std::nullopt;
  const auto value = parse_number<double>(*text);
  if (!value || !std::isfinite(*value) || *value <= 0.0) {
    fields.fail_field(field,
                      fmt::format("is '{}': write a finite number above 0", printable(*text)));
  }
  return value;
}

Schedule parse_schedule(const Fields& fields) {
  const auto object = fields.find_json("schedule");
  if (!object) return Schedule();
  const auto number = [&](const char* key) { return object->value(key, json(0.0)); };
  const auto steps = object->is_object() ? positive(number("steps"), kMostSteps) : std::nullopt;
  if (!steps || !object->value("kind", json()).is_string() || !number("beta_1").is_number() ||
      !number("beta_T").is_number()) {
    fields.fail_field(
        "schedule",
        fmt::format("is no {{\"kind\", \"steps\", \"beta_1\", \"beta_T\"}} with a name, "
                    "1 to {} steps and two numbers: correct it",
                    kMostSteps));
  }
  try {
    return Schedule({parse_schedule_kind((*object)["kind"].get<std::string>()),
                     static_cast<int>(*steps), number("beta_1").get<double>(),
                     number("beta_T").get<double>()});
  } catch (const Error& error) {
    fields.fail_field("schedule", fmt::format("cannot be used: {}", printable(error.what())));
  }
}

Calibration parse_calibration_field(const Fields& fields) {
  const auto list = fields.find_json("calibration");
  if (!list) return {};
  try {
    return parse_calibration(*list);
  } catch (const Error& error) {
    fields.fail_field("calibration", error.what());
  }
}

// The name of the transform; `stft` is the one that its framing makes.
Transform parse_transform_field(const Fields& fields) {
  const std::string* text = fields.find("transform");
  if (text == nullptr || *text == name(Framing::Kind::stft)) return Transform::none;
  try {
    return parse_transform(*text);
  } catch (const Error& error) {
    fields.fail_field("transform", fmt::format("cannot be used: {}", printable(error.what())));
  }
}

std::optional<CovarianceType> parse_covariance_field(const Fields& fields) {
  const std::string* text = fields.find("covariance");
  if (text == nullptr) return std::nullopt;
  try {
    return parse_covariance_type(*text);
  } catch (const Error& error) {
    fields.fail_field("covariance", fmt::format("cannot be used: {}", printable(error.what())));
  }
}

// A list of lengths from 1, such as `shape`; absent where the field is.
std::optional<std::vector<Index>> parse_lengths(const Fields& fields, const std::string& field,
                                                std::string_view example) {
  const auto list = fields.find_json(field);
  if (!list) return std::nullopt;
  std::vector<Index> lengths;
  bool good = list->is_array();
  for (std::size_t i = 0; good && i < list->size(); ++i) {
    const auto length = positive((*list)[i], INT64_MAX);
    good = length.has_value();
    if (good) lengths.push_back(*length);
  }
  if (!good) {
    fields.fail_field(field,
                      fmt::format("is no list of lengths from 1: write one such as {}", example));
  }
  return lengths;
}

std::array<double, 2> parse_pair(const json& object, const char* key) {
  const json list = object.value(key, json());
  if (!list.is_array() || list.size() != 2 || !list[0].is_number() || !list[1].is_number()) {
    throw Error(fmt::format("{} is no list of two numbers", key));
  }
  return {list[0].get<double>(), list[1].get<double>()};
}

Framing parse_framing_object(const json& object) {
  Framing framing;
  if (!object.is_object() || !object.value("kind", json()).is_string()) {
    throw Error("it has no kind");
  }
  framing.kind = parse_framing(object["kind"].get<std::string>());
  const json size = object.value("size", json());
  if (!size.is_array()) throw Error("size is no list");
  for (const json& length : size) {
    framing.size.push_back(positive(length, INT32_MAX).value_or(0));
  }
  framing.stride = positive(object.value("stride", json()), INT32_MAX).value_or(0);
  const json rate = object.value("sample_rate", json(0.0));
  if (!rate.is_number()) throw Error("sample_rate is no number");
  framing.sample_rate = rate.get<double>();
  if (framing.kind == Framing::Kind::stft) {
    framing.edge_mean = parse_pair(object, "edge_mean");
    framing.edge_variance = parse_pair(object, "edge_variance");
  }
  framing.validate();
  return framing;
}

Framing parse_framing_field(const Fields& fields) {
  const auto object = fields.find_json("framing");
  if (!object) return {};
  try {
    return parse_framing_object(*object);
  } catch (const Error& error) {
    fields.fail_field("framing", fmt::format("cannot be used: {}", printable(error.what())));
  }
}

std::string framing_text(const Framing& framing) {
  json object{{"kind", name(framing.kind)},
              {"size", framing.size},
              {"stride", framing.stride},
              {"sample_rate", framing.sample_rate}};
  if (framing.kind == Framing::Kind::stft) {
    object["edge_mean"] = framing.edge_mean;
    object["edge_variance"] = framing.edge_variance;
  }
  return object.dump();
}

std::string parse_settings(const Fields& fields) {
  const auto object = fields.find_json("settings");
  if (!object) return "{}";
  if (!object->is_object()) fields.fail_field("settings", "is no JSON object: write {}");
  return *fields.find("settings");
}

// Of a prior that depends on them.
std::vector<Index> blocks_of(const Model& model) {
  return std::visit(
      [](const auto& field) {
        return std::visit(
            [](const auto& prior) -> std::vector<Index> {
              if constexpr (requires { prior.blocks; }) return prior.blocks;
              return {};
            },
            field);
      },
      model.prior);
}

std::optional<NetworkArchitecture> parse_network_field(const Fields& fields) {
  const auto object = fields.find_json("network");
  if (!object) return std::nullopt;
  try {
    return parse_architecture(*object);
  } catch (const Error& error) {
    fields.fail_field("network", fmt::format("cannot be used: {}", printable(error.what())));
  }
}

// Of a network.
const NetworkArchitecture* architecture_of(const Model& model) {
  return std::visit(
      [](const auto& field) {
        return std::visit(
            [](const auto& prior) -> const NetworkArchitecture* {
              if constexpr (requires { prior.architecture; }) return &prior.architecture;
              return nullptr;
            },
            field);
      },
      model.prior);
}

}  // namespace

ModelMetadata parse_model_metadata(const std::filesystem::path& path,
                                   const std::map<std::string, std::string>& text) {
  const Fields fields(path, text);
  check_format(fields);
  ModelMetadata metadata;
  metadata.kind = fields.require("kind", "write gaussian, mixture, pca or network");
  metadata.is_complex = parse_complex(fields);
  metadata.shape = parse_lengths(fields, "shape", "[28, 28]");
  metadata.scale = parse_positive(fields, "scale");
  metadata.power = parse_positive(fields, "power");
  metadata.schedule = parse_schedule(fields);
  metadata.calibration = parse_calibration_field(fields);
  metadata.transform = parse_transform_field(fields);
  metadata.framing = parse_framing_field(fields);
  metadata.covariance = parse_covariance_field(fields);
  metadata.blocks = parse_lengths(fields, "blocks", "[4, 8]").value_or(std::vector<Index>());
  metadata.network = parse_network_field(fields);
  metadata.settings = parse_settings(fields);
  return metadata;
}

std::map<std::string, std::string> model_metadata(const Model& model) {
  const Schedule::Settings& schedule = model.schedule.settings();
  std::map<std::string, std::string> metadata{
      {"format", "pellucid"},
      {"version", fmt::format("{}", kVersion)},
      {"kind", std::string(model.kind())},
      {"complex", model.is_complex() ? "true" : "false"},
      {"shape", json(model.shape).dump()},
      {"scale", fmt::format("{}", model.scale)},
      {"power", fmt::format("{}", model.power)},
      {"schedule", json{{"kind", name(schedule.kind)},
                        {"steps", schedule.steps},
                        {"beta_1", schedule.beta_1},
                        {"beta_T", schedule.beta_T}}
                       .dump()},
      {"calibration", calibration_json(model.calibration).dump()},
      {"settings", model.settings},
  };
  if (const CovarianceType type = model.covariance(); type != CovarianceType::full) {
    metadata["covariance"] = name(type);
  }
  if (const auto blocks = blocks_of(model); blocks.size() > 1)
    metadata["blocks"] = json(blocks).dump();
  if (const auto* network = architecture_of(model); network != nullptr) {
    metadata["network"] = architecture_json(*network).dump();
  }
  if (model.transform != Transform::none) metadata["transform"] = name(model.transform);
  if (!model.framing.is_none()) metadata["framing"] = framing_text(model.framing);
  if (model.framing.kind == Framing::Kind::stft) metadata["transform"] = name(model.framing.kind);
  return metadata;
}

}  // namespace pellucid::io
