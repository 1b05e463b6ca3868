// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/fit.hpp"

#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "inputs.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/model/access.hpp"

namespace pellucid::app {

namespace {

struct FitArguments {
  std::vector<std::string> clean;
  std::string prior = "mixture", output, schedule, start;
  Index components = 16, rank = 0, first = no_limit;
  int passes = 100, restarts = 4;
  double tolerance = MixtureFitOptions<double>{}.tolerance;
  double regularisation = MixtureFitOptions<double>{}.regularisation;
  std::uint64_t seed = 1;
};

// The mixture of a model file in the user's units, as a fit takes it to start from.
template <class T>
GaussianMixture<T> read_start(const std::string& path) {
  const Model model = read_model(path);
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
  if (!arguments.start.empty()) options.start = read_start<T>(arguments.start);
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
Model fit_prior(const SampleSource<T>& source, const std::vector<Index>& shape,
                const FitArguments& arguments, const MixtureFitOptions<T>& mixture,
                Console& console, std::string& report) {
  if (arguments.prior == "gaussian") {
    return fit_gaussian_model(source, shape, mixture.threads, &console);
  }
  if (arguments.prior == "pca") {
    constexpr Index default_rank = 64;
    const Index possible = std::min(source.dim(), source.count() - 1);
    const Index rank = arguments.rank > 0 ? arguments.rank : std::min(default_rank, possible);
    return fit_pca_model(source, shape, rank, mixture.threads, &console);
  }
  MixtureFitReport passes;
  Model model = fit_mixture_model(source, shape, mixture, &console, &passes);
  report = report_text(passes, model.dim());
  return model;
}

void run(const FitArguments& arguments, const Common& common) {
  const Schedule schedule =
      arguments.schedule.empty() ? Schedule() : parse_schedule_argument(arguments.schedule);
  Console console(common.quiet);
  const Samples samples(arguments.clean, arguments.first);
  OutputFile output(arguments.output);
  std::string report;
  const auto fit = [&]<class T>() {
    const auto mixture = mixture_options<T>(arguments, common.threads);
    return samples.with_source<T>([&](const SampleSource<T>& source) {
      return samples.named([&] {
        return fit_prior<T>(source, samples.shape(), arguments, mixture, console, report);
      });
    });
  };
  Model model =
      samples.is_complex() ? fit.operator()<std::complex<double>>() : fit.operator()<double>();
  model.schedule = schedule;
  write_model(output, model);
  console.check_stop();
  output.commit();
  if (common.quiet) return;
  fmt::print(
      "{}{}: {} prior of {} signals of shape {}, fitted to {} samples; mean square about the "
      "mean {:.6g}\n",
      report, arguments.output, model.kind(), model.is_complex() ? "complex" : "real",
      shape_text(model.shape), samples.count(), model.power);
}

}  // namespace

void add_fit(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<FitArguments>();
  FitArguments& a = *arguments;
  auto* fit = app.add_subcommand("fit", "Learn a prior from clean examples");
  fit->add_option("CLEAN", a.clean, "Clean samples: .npy, IDX (also gzipped), PNG or folder of PNG")
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
      "fashion.safetensors\n\n"
      "The mixture's covariances are regularised towards the data's own: see docs/mathematics.md.");
  fit->callback([arguments, &common] { run(*arguments, common); });
}

}  // namespace pellucid::app
