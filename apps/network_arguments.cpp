// SPDX-License-Identifier: BSD-3-Clause
#include "network_arguments.hpp"

#include <fmt/format.h>

#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "arguments.hpp"
#include "checks.hpp"
#include "load_trainer.hpp"

namespace pellucid::app {

namespace {

// The ends of "-30:40".
std::pair<double, double> parse_snr_ends(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos) {
    const auto low = read_number(text.substr(0, colon)), high = read_number(text.substr(colon + 1));
    if (low && high && *low < *high) return {*low, *high};
  }
  throw UsageError(
      fmt::format("--snr-range: '{}' is no range: give low:high in dB, as in -30:40", text));
}

// A number for which `is_good`; `range` says which are.
CLI::Validator number_that(bool (*is_good)(double), const char* range) {
  const auto check = [is_good, range](std::string& text) -> std::string {
    const auto value = read_number(text);
    return value && is_good(*value) ? "" : fmt::format("'{}': give {}", text, range);
  };
  return CLI::Validator(check, "");
}

// Sizes that were asked for; one that the architecture has not is a usage error.
void set_sizes(CnnArchitecture& cnn, const NetworkArguments& a) {
  if (a.blocks > 0) throw UsageError("--residual-blocks: the cnn has none: leave it out");
  if (a.width > 0) cnn.channels_pre.back() = cnn.channels_post.front() = a.width;
}
void set_sizes(UnetArchitecture& unet, const NetworkArguments& a) {
  if (a.width > 0) unet.channels_init = a.width;
  if (a.blocks > 0) unet.blocks = a.blocks;
}
void set_sizes(MlpArchitecture& mlp, const NetworkArguments& a) {
  if (a.width > 0) mlp.width = a.width;
  if (a.blocks > 0) mlp.blocks = a.blocks;
  if (a.expert_rank > 0) mlp.expert_rank = a.expert_rank;
  mlp.experts = a.experts.value_or(mlp.experts);
}

// An error that begins with a field of the architecture, with the option that sets it.
UsageError in_options(const Error& error) {
  constexpr std::pair<std::string_view, std::string_view> options[] = {
      {"channels_init: ", "--width: "},
      {"channels_pre: ", "--width: "},
      {"width: ", "--width: "},
      {"blocks: ", "--residual-blocks: "},
      {"experts: ", "--experts, --expert-rank: "},
      {"prediction: ", "--predict: "},
      {"SNRs ", "--snr-range: "}};
  std::string_view what = error.what();
  for (const auto& [field, option] : options) {
    if (!what.starts_with(field)) continue;
    what.remove_prefix(field.size());
    return UsageError(fmt::format("{}{}", option, what));
  }
  return usage_error("--prior network", what);
}

}  // namespace

void NetworkArguments::check() const {
  const NetworkTrainingOptions wanted = options();
  const Conditioning levels =
      as_usage("--conditioning", [&] { return parse_conditioning(conditioning); });
  if (!snr_range.empty()) {
    (void)parse_snr_ends(snr_range);
    if (levels == Conditioning::step) {
      throw UsageError(
          "--snr-range: --conditioning step trains the steps of --schedule: leave "
          "one of the two out");
    }
  }
  if (patience > 0 && validation == 0) {
    throw UsageError("--patience: needs a validation loss: give --validation above 0");
  }
  if (wanted.device != TrainingDevice::cpu) {
    const NetworkTrainer& trainer = load_trainer();
    as_usage("--device", [&] { trainer.check_device(wanted.device); });
  }
  if (!prediction.empty())
    (void)as_usage("--predict", [&] { return parse_prediction(prediction); });
}

NetworkArchitecture NetworkArguments::architecture_for(const std::vector<Index>& shape,
                                                       bool complex) const {
  NetworkArchitecture result =
      as_usage("--network", [&] { return default_architecture(shape, complex, architecture); });
  if ((experts || expert_rank > 0) && !std::holds_alternative<MlpArchitecture>(result.layers)) {
    throw UsageError("--experts and --expert-rank: only the mlp has experts: leave them out");
  }
  std::visit([&](auto& layers) { set_sizes(layers, *this); }, result.layers);
  result.conditioning = parse_conditioning(conditioning);
  if (!prediction.empty()) result.prediction = parse_prediction(prediction);
  if (!snr_range.empty()) {
    std::tie(result.lowest_snr_db, result.highest_snr_db) = parse_snr_ends(snr_range);
  }
  try {
    result.validate();
  } catch (const Error& error) {
    throw in_options(error);
  }
  return result;
}

NetworkTrainingOptions NetworkArguments::options() const {
  NetworkTrainingOptions options;
  options.loss = as_usage("--loss", [&] { return parse_training_loss(loss); });
  options.weighting = as_usage("--weighting", [&] { return parse_loss_weighting(weighting); });
  options.precision = as_usage("--precision", [&] { return parse_training_precision(precision); });
  options.device = as_usage("--device", [&] { return parse_training_device(device); });
  options.epochs = epochs;
  options.patience = patience;
  options.learning_rate = learning_rate;
  options.warm_up = warm_up;
  options.average_decay = average_decay;
  options.weight_decay = weight_decay;
  options.clip_norm = clip_norm;
  options.validation = validation;
  options.save_every = save_every;
  return options;
}

void add_network_options(CLI::App& fit, NetworkArguments& a) {
  const auto add = [&fit](const char* option, auto& value, const char* help, const char* type) {
    return fit.add_option(option, value, help)->type_name(type);
  };
  const auto share = number_that([](double value) { return value >= 0 && value < 1; },
                                 "a number from 0 to below 1");
  add("--network", a.architecture, "cnn, unet or mlp [unet for pictures, mlp for vectors]", "KIND");
  add("--width", a.width, "Hidden width of the mlp, first channels of the unet, middle of the cnn",
      "N")
      ->check(size_from_one());
  add("--residual-blocks", a.blocks, "Of the mlp, or at each resolution of the unet", "N")
      ->check(size_from_one());
  add("--experts", a.experts, "Of the mlp: linear maps weighed by a softmax, 0: none [128]", "N")
      ->check(whole_number(0, 1 << 16));
  add("--expert-rank", a.expert_rank, "Rank of each expert's map [24]", "N")
      ->check(size_from_one());
  add("--conditioning", a.conditioning,
      "log-snr: any noise level can be asked for; step: the schedule's", "HOW")
      ->capture_default_str();
  add("--predict", a.prediction, "noise, clean, velocity or, by steps, posterior-mean [velocity]",
      "WHAT");
  add("--snr-range", a.snr_range, "Noise levels trained, in dB [-15:25]", "LOW:HIGH");
  add("--epochs", a.epochs, "Passes over the samples [what the architecture needs]", "N")
      ->check(count_from_one());
  add("--learning-rate", a.learning_rate, "Of Adam, the highest [the architecture's]", "R")
      ->check(number_that([](double value) { return value > 0 && value <= 1; },
                          "a number above 0, up to 1"));
  add("--warm-up", a.warm_up, "Share of the steps in which the learning rate rises", "SHARE")
      ->check(share)
      ->capture_default_str();
  add("--loss", a.loss, "l2 or l1", "NAME")->capture_default_str();
  add("--weighting", a.weighting, "Of noise levels: uniform, snr or min-snr", "NAME")
      ->capture_default_str();
  add("--weight-decay", a.weight_decay, "Of Adam [mlp: 0.05, others: 0]", "R")->check(share);
  add("--average", a.average_decay, "Decay of the moving average of the weights", "DECAY")
      ->check(share)
      ->capture_default_str();
  add("--clip", a.clip_norm, "Longest gradient, 0: any", "NORM")
      ->check(not_negative())
      ->capture_default_str();
  add("--validation", a.validation, "Share of the samples kept for the validation loss", "SHARE")
      ->check(number_that([](double value) { return value >= 0 && value <= 0.5; },
                          "a number from 0 to 0.5"))
      ->capture_default_str();
  add("--patience", a.patience, "Epochs without a better validation loss that end it [never]", "N")
      ->check(count_from_one());
  add("--precision", a.precision, "auto, f32 or bf16", "NAME")->capture_default_str();
  add("--device", a.device, "cpu or cuda", "NAME")->capture_default_str();
  add("--save-every", a.save_every, "Seconds at least between saves of the state after epochs", "S")
      ->check(not_negative())
      ->capture_default_str();
  add_report_options(fit, a.outputs, "Write losses and calibration as JSON");
}

}  // namespace pellucid::app
