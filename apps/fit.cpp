// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/fit.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "framing_arguments.hpp"
#include "inputs.hpp"
#include "memory.hpp"
#include "outputs.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/training_vectors.hpp"

namespace pellucid::app {

namespace {

struct FitArguments {
  std::vector<std::string> clean;
  std::string prior = "mixture", output, schedule, start;
  FramingArguments framing;
  MemoryLimit memory;
  Index components = 16, rank = 0, first = no_limit, vectors = 0;
  int passes = 100, restarts = 4;
  double tolerance = MixtureFitOptions<double>{}.tolerance;
  double regularisation = MixtureFitOptions<double>{}.regularisation;
  std::uint64_t seed = 1;
};

std::string framing_name(const Framing& framing) {
  return framing.is_none() ? "whole samples" : framing.text();
}

// The mixture of a model file in the user's units, as a fit takes it to start from.
template <class T>
GaussianMixture<T> read_start(const std::string& path, const FramingArguments& wanted) {
  const Model model = read_model(path);
  const Framing framing = framing_of(wanted);
  const bool same_cut = model.framing.kind == framing.kind && model.framing.size == framing.size;
  if (model.transform != transform_of(wanted) || !same_cut) {
    throw Error(
        fmt::format("{}: is a prior of {} under transform '{}': --init takes one that was cut "
                    "and transformed as this fit is",
                    path, framing_name(model.framing), name(model.transform)));
  }
  const auto* prior = model.is_complex() == is_complex<T>
                          ? std::get_if<GaussianMixture<T>>(&prior_as<T>(model))
                          : nullptr;
  if (prior == nullptr) {
    throw Error(fmt::format("{}: kind '{}'{}: --init takes a mixture of {} signals", path,
                            model.kind(), model.is_complex() ? " (complex)" : "",
                            is_complex<T> ? "complex" : "real"));
  }
  GaussianMixture<T> start = *prior;
  start.means = (start.means * model.scale).colwise() + offset_as<T>(model);
  for (auto& covariance : start.covariances) covariance *= model.scale * model.scale;
  return start;
}

template <class T>
MixtureFitOptions<T> mixture_options(const FitArguments& arguments, int threads) {
  MixtureFitOptions<T> options;
  options.components = arguments.components;
  options.passes = arguments.passes;
  options.tolerance = arguments.tolerance;
  options.restarts = arguments.restarts;
  options.regularisation = arguments.regularisation;
  options.seed = arguments.seed;
  options.threads = threads;
  if (!arguments.start.empty()) {
    options.start = read_start<T>(arguments.start, arguments.framing);
  }
  return options;
}

std::string report_text(const MixtureFitReport& report, Index dim) {
  Index reseeded = 0;
  for (const Index count : report.reseeded) reseeded += count;
  std::string text = fmt::format(
      "{} after {} passes: {:.6g} nats per sample and dimension in model units, BIC {:.6g}\n",
      report.converged ? "converged" : "stopped", report.log_likelihood.size(),
      report.log_likelihood.back() / static_cast<double>(dim), report.bic);
  if (reseeded > 0) text += fmt::format("{} empty components were re-seeded\n", reseeded);
  return text;
}

template <class T>
Model fit_prior(const SampleSource<T>& source, const SampleSpace& space,
                const FitArguments& arguments, const MixtureFitOptions<T>& mixture,
                Console& console, std::string& report) {
  if (arguments.prior == "gaussian") {
    return fit_gaussian_model(source, space, mixture.threads, &console);
  }
  if (arguments.prior == "pca") {
    constexpr Index default_rank = 64;
    const Index possible = std::min(source.dim(), source.count() - 1);
    const Index rank = arguments.rank > 0 ? arguments.rank : std::min(default_rank, possible);
    return fit_pca_model(source, space, rank, mixture.threads, &console);
  }
  MixtureFitReport passes;
  Model model = fit_mixture_model(source, space, mixture, &console, &passes);
  report = report_text(passes, model.dim());
  return model;
}

// What a fit holds whatever the data's size, and of fewer samples than entries all of them: better
// said before than found out.
template <class T>
void check_memory(const FitArguments& arguments, Index dim, Index count) {
  const std::size_t limit = arguments.memory.bytes();
  const auto n = static_cast<double>(dim), samples = static_cast<double>(count);
  double entries = 3.0 * n * n;
  if (arguments.prior == "mixture") entries *= static_cast<double>(arguments.components);
  if (arguments.prior == "pca" && count < dim)
    entries = 2.0 * n * samples + 2.0 * samples * samples;
  const double needed = entries * sizeof(T);
  if (limit == 0 || needed <= static_cast<double>(limit)) return;
  throw UsageError(
      fmt::format("--memory: a prior of kind {} for {} samples of {} entries takes about {:.0f} "
                  "MiB: allow more, "
                  "fit fewer components, or cut frames or patches",
                  arguments.prior, count, dim, needed / 0x1p20));
}

struct Fit {
  Model model;
  std::string report;
  std::string fitted_to;  // for people
};

// A prior of whole samples.
template <class T>
Fit fit_samples(const Inputs& inputs, const FitArguments& arguments, int threads,
                Console& console) {
  const InputSamples<T> source(inputs);
  if (source.count() == 1) {
    throw Error(
        fmt::format("{}: holds one sample, a prior needs several: give more, or cut patches "
                    "(--patch) or frames (--frame) from it",
                    inputs.label()));
  }
  check_memory<T>(arguments, source.dim(), source.count());
  SampleSpace space(inputs.common_shape());
  if (space.shape.empty()) space.shape = {1};
  space.transform = transform_of(arguments.framing);
  Fit fit;
  const auto mixture = mixture_options<T>(arguments, threads);
  fit.model = inputs.named(
      [&] { return fit_prior<T>(source, space, arguments, mixture, console, fit.report); });
  fit.fitted_to = fmt::format("{} samples", inputs.count());
  return fit;
}

// A prior of vectors `V` cut from signals `T`.
template <class T, class V>
Fit fit_vectors(const Inputs& inputs, const Framing& framing, const FitArguments& arguments,
                int threads, Console& console) {
  constexpr Index default_vectors = 100'000;
  const auto shape_in = [&](const InputFile& file) {
    return file.named([&] { return framing.vector_shape(file.signal_shape()); });
  };
  SampleSpace space(shape_in(inputs.files().front()));
  for (const InputFile& file : inputs.files()) {
    if (shape_in(file) == space.shape) continue;
    throw Error(fmt::format(
        "{}: {} have shape {} here, those of {} have {}: give signals of one sort", file.name(),
        framing.text(), shape_text(shape_in(file)), inputs.label(), shape_text(space.shape)));
  }
  const Index dim = entries_of(space.shape);

  Index most = arguments.vectors > 0 ? arguments.vectors : default_vectors;
  if (const std::size_t limit = arguments.memory.bytes(); limit > 0) {
    const std::size_t fitting = limit / 2 / (static_cast<std::size_t>(dim) * sizeof(V));
    most = std::min(most, std::max<Index>(1, static_cast<Index>(fitting)));
  }
  check_memory<Wide<V>>(arguments, dim, most);
  const auto mixture = mixture_options<Wide<V>>(arguments, threads);
  const auto cut = inputs.named([&] {
    return cut_training_vectors<T, V>(InputSignals<T>(inputs), framing, most, arguments.seed,
                                      &console);
  });
  space.framing = cut.framing;
  space.signal_power = cut.signal_power;
  space.transform = transform_of(arguments.framing);
  Fit fit;
  fit.model = inputs.named([&] {
    return fit_prior<Wide<V>>(MatrixSource<V>(cut.vectors), space, arguments, mixture, console,
                              fit.report);
  });
  fit.fitted_to = fmt::format("{} of {} {} from {} signals", cut.vectors.cols(), cut.available,
                              framing.text(), inputs.count());
  return fit;
}

Fit fit_model(const Inputs& inputs, const Framing& framing, const FitArguments& arguments,
              int threads, Console& console) {
  if (framing.is_none()) {
    return inputs.is_complex()
               ? fit_samples<std::complex<double>>(inputs, arguments, threads, console)
               : fit_samples<double>(inputs, arguments, threads, console);
  }
  Fit fit;
  dispatch(inputs.is_complex(), inputs.is_double(), [&]<class T>() {
    if constexpr (!is_complex<T>) {
      if (framing.kind == Framing::Kind::stft) {
        fit = fit_vectors<T, std::complex<T>>(inputs, framing, arguments, threads, console);
        return;
      }
    }
    fit = fit_vectors<T, T>(inputs, framing, arguments, threads, console);
  });
  return fit;
}

void run(const FitArguments& arguments, const Common& common) {
  const Schedule schedule =
      arguments.schedule.empty() ? Schedule() : parse_schedule_argument(arguments.schedule);
  const Framing framing = framing_of(arguments.framing);
  (void)transform_of(arguments.framing);  // a wrong name is found before files are read
  Console console(common.quiet);
  const bool patches = framing.kind == Framing::Kind::patches;
  const Inputs inputs(arguments.clean, arguments.first, patches);
  std::vector<std::string> read = names_of(inputs.files());
  read.push_back(arguments.start);
  check_apart(read, {arguments.output});
  OutputFile output(arguments.output);
  Fit fit = fit_model(inputs, framing, arguments, common.threads, console);
  fit.model.schedule = schedule;
  if (const int bits = picture_bits(inputs.files().front()); bits > 0) {
    auto settings = nlohmann::json::parse(fit.model.settings);
    settings["bits"] = bits;
    fit.model.settings = settings.dump();
  }
  write_model(output, fit.model);
  console.check_stop();
  output.commit();
  if (common.quiet) return;
  fmt::print(
      "{}{}: {} prior of {} signals of shape {}, fitted to {}; mean square about the "
      "mean {:.6g}\n",
      fit.report, arguments.output, fit.model.kind(), fit.model.is_complex() ? "complex" : "real",
      shape_text(fit.model.shape), fit.fitted_to, fit.model.power);
}

}  // namespace

void add_fit(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<FitArguments>();
  FitArguments& a = *arguments;
  auto* fit = app.add_subcommand("fit", "Learn a prior from clean examples");
  fit->add_option("CLEAN", a.clean,
                  "Clean signals: .npy, .npz[:NAME], .mat[:NAME], IDX, PNG or folder of\n"
                  "them, WAV, FLAC or folder of them, CSV; - for standard input")
      ->required();
  fit->add_option("-o,--output", a.output, "Model file to write (.safetensors)")
      ->required()
      ->check(file_name())
      ->type_name("MODEL");
  fit->add_option("--prior", a.prior, "gaussian, pca or mixture")
      ->check(CLI::Validator(CLI::IsMember({"gaussian", "pca", "mixture"})).description(""))
      ->type_name("KIND")
      ->capture_default_str();
  fit->add_option("--components", a.components, "mixture: number of components")
      ->check(size_from_one())
      ->type_name("K")
      ->capture_default_str();
  fit->add_option("--rank", a.rank,
                  "pca: number of principal components [64, fewer for small data]")
      ->check(size_from_one())
      ->type_name("K");
  fit->add_option("--passes", a.passes, "mixture: most passes of expectation-maximisation")
      ->check(count_from_one())
      ->type_name("N")
      ->capture_default_str();
  fit->add_option("--tolerance", a.tolerance,
                  "mixture: stop below this gain a pass, nats per entry")
      ->check(not_negative())
      ->type_name("GAIN")
      ->capture_default_str();
  fit->add_option("--restarts", a.restarts, "mixture: k-means++ starts tried")
      ->check(count_from_one())
      ->type_name("N")
      ->capture_default_str();
  fit->add_option("--regularisation", a.regularisation,
                  "mixture: inverse-Wishart strength, 0 is off")
      ->check(not_negative())
      ->type_name("R")
      ->capture_default_str();
  fit->add_option("--init", a.start, "mixture: start from this model instead of k-means++")
      ->type_name("MODEL");
  fit->add_option("--schedule", a.schedule,
                  "Schedule stored: KIND,T or KIND,T,BETA_1,BETA_T [linear,300]")
      ->type_name("KIND,T");
  add_framing_options(*fit, a.framing);
  fit->add_option("--vectors", a.vectors,
                  "Fit to at most COUNT frames or patches, spread evenly [100000]")
      ->check(size_from_one())
      ->type_name("COUNT");
  add_memory_option(*fit, a.memory);
  fit->add_option("--first", a.first, "Use the first COUNT samples only")
      ->check(size_from_one())
      ->type_name("COUNT");
  fit->add_option("--seed", a.seed, "Seed of the random start")
      ->check(seed_number())
      ->type_name("N")
      ->capture_default_str();
  fit->footer(
      "Examples:\n"
      "  pellucid fit channels.npy -o channels.safetensors\n"
      "  pellucid fit images/ --prior pca --rank 100 -o images.safetensors\n"
      "  pellucid fit train-images-idx3-ubyte.gz --components 32 --first 20000 -o "
      "fashion.safetensors\n"
      "  pellucid fit sounds/ --transform stft --components 32 -o speech.safetensors\n"
      "  pellucid fit photographs/ --patch 8 --components 64 -o photographs.safetensors\n\n"
      "The mixture's covariances are regularised towards the data's own: see docs/mathematics.md.");
  fit->callback([arguments, &common] { run(*arguments, common); });
}

}  // namespace pellucid::app
