// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "inputs.hpp"

namespace pellucid::app {

namespace {

// The depth of the pictures that a model was fitted to, 0 where it was fitted to other files.
int model_bits(const Model& model) {
  const auto settings = nlohmann::json::parse(model.settings, nullptr, false);
  return settings.is_object() ? settings.value("bits", 0) : 0;
}

void check_depth(const InputFile& file, const Model& model, const std::string& path) {
  const int bits = picture_bits(file), fitted = model_bits(model);
  if (bits == 0 || fitted == 0 || bits == fitted) return;
  throw Error(fmt::format(
      "{}: {} bits a pixel, model {} is of pictures with {}: convert it, as with convert IN -depth "
      "{} OUT",
      file.name(), bits, path, fitted, fitted));
}

void check_whole(const InputFile& file, const Model& model, const std::string& path) {
  const Index dim = entries_of(file.signal_shape());
  const bool flat_model = model.shape.size() == 1;
  if (file.signal_shape() == model.shape || (flat_model && dim == model.dim())) return;
  std::string hint = "give samples of the model's shape, first axis counting them";
  if (file.signal_shape().empty() && file.count() == model.dim()) {
    hint = fmt::format("for a single sample give shape (1, {})", model.dim());
  }
  throw Error(fmt::format("{}: samples of shape {}, those of model {} have {}: {}", file.name(),
                          shape_text(file.signal_shape()), path, shape_text(model.shape), hint));
}

void check_framed(const InputFile& file, const Model& model, const std::string& path) {
  const Framing& framing = model.framing;
  if (framing.sample_rate > 0 && file.signal_shape().size() > 1) {
    throw Error(fmt::format("{}: is no sound, model {} is of sound: give sounds, or another model",
                            file.name(), path));
  }
  if (framing.kind == Framing::Kind::patches && file.is_sound()) {
    throw Error(
        fmt::format("{}: is sound, model {} is of pictures: give pictures, or another model",
                    file.name(), path));
  }
  const auto vectors = file.named([&] { return framing.vector_shape(file.signal_shape()); });
  if (vectors != model.shape) {
    throw Error(fmt::format(
        "{}: {} have shape {} here, those of model {} have {}: give signals of the same sort",
        file.name(), framing.text(), shape_text(vectors), path, shape_text(model.shape)));
  }
  const int rate = file.traits().sample_rate;
  if (framing.sample_rate > 0 && rate > 0 && rate != framing.sample_rate) {
    throw Error(fmt::format(
        "{}: {} Hz, model {} is of sound of {:g} Hz: convert it, as with sox IN -r {:g} OUT",
        file.name(), rate, path, framing.sample_rate, framing.sample_rate));
  }
}

}  // namespace

bool has_complex_signals(const Model& model) {
  return model.is_complex() && model.framing.kind != Framing::Kind::stft;
}

void check_exact(const Model& model, const std::string& path, std::string_view option) {
  if (model.kind() != "network") return;
  throw Error(fmt::format(
      "{}: is a network, whose posterior is not known exactly: {} needs a gaussian, mixture or pca "
      "model",
      path, option));
}

void check_fits(const Inputs& inputs, const Model& model, const std::string& path) {
  for (const InputFile& file : inputs.files()) {
    check_depth(file, model, path);
    if (model.framing.is_none()) {
      if (file.is_sound() && entries_of(file.signal_shape()) != model.dim()) {
        throw Error(
            fmt::format("{}: is sound, model {} is not: give one fitted with --frame or "
                        "--transform stft",
                        file.name(), path));
      }
      check_whole(file, model, path);
    } else {
      check_framed(file, model, path);
    }
  }
  if (inputs.is_complex() != has_complex_signals(model)) {
    const auto sort = sort_name(has_complex_signals(model));
    throw Error(
        fmt::format("{}: {} data, model {} is of {} signals: give {} data, or another model",
                    inputs.label(), sort_name(inputs.is_complex()), path, sort, sort));
  }
}

}  // namespace pellucid::app
