// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "noise_finder.hpp"
#include "outputs.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/io/output_file.hpp"
#include "pellucid/version.hpp"

namespace pellucid::app {

namespace {

using Json = nlohmann::ordered_json;

struct NoiseArguments {
  std::string file, model, estimator = "auto", json;
  bool per_sample = false;
};

// What was found: one level of all signals, or one of each.
struct Findings {
  Index used = 0, available = 0;
  NoiseEstimate pooled;
  std::vector<NoiseEstimate> each;
};

template <class T>
std::vector<NoiseEstimate> find_each(const SignalSource<T>& signals, NoiseFinder& finder,
                                     Console& console) {
  const Task task(&console, "estimating noise", static_cast<double>(signals.count()));
  std::vector<NoiseEstimate> each;
  for (Index i = 0; i < signals.count(); ++i) {
    Matrix<T> column(entries_of(signals.shape(i)), 1);
    signals.read(i, column);
    if (!column.allFinite()) {
      throw Error(fmt::format("signal {} holds entries that are not finite: remove it", i));
    }
    NoiseSample<T> one;
    one.signals.push_back({signals.shape(i), column.col(0)});
    one.available = 1;
    one.is_sound = signals.is_sound();
    each.push_back(finder.find(one, &console));
    task.update(static_cast<double>(i + 1));
  }
  return each;
}

template <class T>
Findings find(const Inputs& inputs, bool per_sample, NoiseFinder& finder, Console& console) {
  const InputSignals<T> signals(inputs);
  Findings findings;
  findings.available = findings.used = signals.count();
  if (per_sample) {
    findings.each = find_each<T>(signals, finder, console);
    return findings;
  }
  const NoiseSample<T> sample = sample_for_noise<T>(signals);
  findings.used = static_cast<Index>(sample.signals.size());
  findings.pooled = finder.find(sample, &console);
  return findings;
}

Json estimate_json(const NoiseEstimate& noise) {
  Json json;
  json["noise_std"] = noise.noise_std;
  json["estimator"] = name(noise.estimator);
  json["interval"] = noise.interval;
  json["certainty"] = name(noise.certainty);
  json["note"] = noise.note;
  return json;
}

Json findings_json(const Findings& findings, const NoiseArguments& arguments,
                   const Common& common) {
  Json json = findings.each.empty() ? estimate_json(findings.pooled) : Json::object();
  json["file"] = arguments.file;
  json["model"] = arguments.model.empty() ? Json(nullptr) : Json(arguments.model);
  json["samples"] = findings.available;
  json["samples_used"] = findings.used;
  if (!findings.each.empty()) {
    json["per_sample"] = Json::array();
    for (const NoiseEstimate& noise : findings.each) {
      json["per_sample"].push_back(estimate_json(noise));
    }
  }
  json["command_line"] = common.command_line;
  json["version"] = version;
  return json;
}

void print(const Findings& findings, const NoiseArguments& arguments) {
  for (std::size_t i = 0; i < findings.each.size(); ++i) {
    fmt::print("{}\t{}\n", i, noise_text(findings.each[i]));
  }
  if (!findings.each.empty()) return;
  const std::string share =
      findings.used < findings.available
          ? fmt::format(" (from {} of {} samples)", findings.used, findings.available)
          : "";
  fmt::print("{}: noise {}{}\n", arguments.file, noise_text(findings.pooled), share);
}

void run(const NoiseArguments& arguments, const Common& common) {
  const NoiseEstimator estimator = parse_estimator_argument(arguments.estimator);
  if (estimator == NoiseEstimator::likelihood && arguments.model.empty()) {
    throw UsageError("--estimator likelihood: needs a prior: give --model");
  }
  check_apart({arguments.file, arguments.model}, {arguments.json});
  Console console(common.quiet);
  std::optional<Model> model;
  if (!arguments.model.empty()) model = read_model(arguments.model);
  const Inputs inputs({arguments.file}, no_limit,
                      !model || model->framing.kind == Framing::Kind::patches);
  if (model) check_fits(inputs, *model, arguments.model);
  std::optional<OutputFile> json;
  if (!arguments.json.empty()) json.emplace(arguments.json);
  NoiseFinder finder(model ? &*model : nullptr, estimator, common.threads);
  const auto find_all = [&] {
    return inputs.is_complex()
               ? find<std::complex<double>>(inputs, arguments.per_sample, finder, console)
               : find<double>(inputs, arguments.per_sample, finder, console);
  };
  const auto error_of = [](const Error& error) {
    return in_options(error, {{"choose wavelet", "choose --estimator wavelet"},
                              {"choose another estimator", "choose another --estimator"}});
  };
  const Findings findings = inputs.named([&] { return renamed(find_all, error_of); });
  console.check_stop();
  if (json) {
    json->write(findings_json(findings, arguments, common).dump(2) + "\n");
    json->commit();
  }
  if (!common.quiet) print(findings, arguments);
}

}  // namespace

void add_noise(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<NoiseArguments>();
  NoiseArguments& a = *arguments;
  auto* noise = app.add_subcommand("noise", "Estimate the noise level of data");
  noise
      ->add_option("FILE", a.file,
                   "Noisy signals: .npy, .npz[:NAME], .mat[:NAME], IDX, PNG, WAV, FLAC, CSV or\n"
                   "a folder of pictures or sounds; - for standard input")
      ->required();
  noise
      ->add_option("-m,--model", a.model,
                   "Model of the clean signals: finds the noise by its likelihood")
      ->check(file_name())
      ->type_name("MODEL");
  noise
      ->add_option("--estimator", a.estimator,
                   "auto, median or edge (Marchenko-Pastur, samples as a matrix), wavelet,\n"
                   "likelihood")
      ->type_name("NAME")
      ->capture_default_str();
  noise->add_flag("--per-sample", a.per_sample, "One level for each sample, not for all together");
  noise->add_option("--json", a.json, "Write the results as JSON")
      ->check(file_name())
      ->type_name("FILE");
  noise->footer(
      "Examples:\n"
      "  pellucid noise noisy.npy\n"
      "  pellucid noise noisy.npy -m model.safetensors --json noise.json\n"
      "  pellucid noise noisy.wav --estimator wavelet\n\n"
      "The level is the standard deviation per (complex) entry in the data's units, followed by "
      "its\n95 % interval, the estimator, and how far it may be trusted: sure, fair (nothing "
      "speaks against\nit), bound (an upper bound), doubtful. The interval knows of chance alone. "
      "Of large files an\neven choice of samples is used.");
  noise->callback([arguments, &common] { run(*arguments, common); });
}

}  // namespace pellucid::app
