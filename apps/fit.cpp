// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "fit_inputs.hpp"
#include "help.hpp"
#include "outputs.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/report/training_report.hpp"
#include "pellucid/version.hpp"

namespace pellucid::app {

namespace {

// A fit that ends by an error leaves nothing; one that is stopped leaves its checkpoint, and so
// does a training, whose hours are not to be lost where memory or the disk were full.
Fit fit_or_tidy_up(const Inputs& inputs, const Framing& framing, const FitArguments& arguments,
                   int threads, Console& console) {
  const bool had = has_checkpoints(arguments), is_network = arguments.prior == "network";
  try {
    return fit_model(inputs, framing, arguments, threads, console);
  } catch (const Stopped& stopped) {
    const bool keeps_state = arguments.prior == "mixture" || is_network;
    if (!keeps_state || !std::filesystem::exists(arguments.checkpoint())) throw;
    const bool has_reason = std::string_view(stopped.what()) != Stopped().what();
    throw Stopped(fmt::format("{}; {} keeps what was {}: --resume goes on",
                              has_reason ? stopped.what() : "interrupted", arguments.checkpoint(),
                              has_reason ? "saved before" : "done"));
  } catch (...) {
    if (!had && !is_network) remove_checkpoints(arguments);
    throw;
  }
}

// Losses and calibration of a network that was trained, as they were asked for.
void write_training(ReportOutputs& outputs, const FitArguments& arguments,
                    const std::optional<TrainedNetwork>& network, const Common& common) {
  if (!network) return;
  const auto text = [](const std::string& value) { return nlohmann::json(value).dump(); };
  const RunSettings settings{{"version", text(std::string(version))},
                             {"command_line", text(common.command_line)},
                             {"clean", nlohmann::json(arguments.clean).dump()},
                             {"seed", std::to_string(arguments.seed)}};
  if (outputs.has_json()) outputs.write_json(training_json(*network, settings));
  if (!outputs.has_page() && !outputs.has_figures()) return;
  const std::string& title = arguments.network.outputs.title;
  outputs.write(
      training_report(network->training, network->calibration,
                      {title.empty() ? arguments.output : title, common.command_line, settings}));
}

// Options that the prior asked for has no use for.
void check_options(const CLI::App& fit, const FitArguments& arguments) {
  const bool is_mixture = arguments.prior == "mixture", is_network = arguments.prior == "network";
  if (!is_mixture) {
    refuse_given(fit,
                 {"--components", "--covariance", "--blocks", "--passes", "--tolerance",
                  "--restarts", "--regularisation", "--ridge", "--init"},
                 "--prior mixture");
  }
  if (!is_mixture && !is_network) {
    refuse_given(fit, {"--batch", "--resume"}, "--prior mixture or network");
  }
  const CovarianceType type = parse_covariance_type(arguments.structure.covariance);
  if (!has_blocks(type)) {
    refuse_given(fit, {"--blocks"}, "--covariance block-circulant or block-toeplitz");
  }
  if (arguments.prior == "gaussian" || is_network ||
      (is_mixture && type != CovarianceType::low_rank)) {
    refuse_given(fit, {"--rank"}, "--prior pca or --covariance low-rank");
  }
  if (framing_of(arguments.framing).is_none()) {
    refuse_given(fit, {"--vectors"}, "--frame, --patch or --transform stft");
  }
}

void run(const FitArguments& arguments, const Common& common) {
  const Schedule schedule =
      arguments.schedule.empty() ? Schedule() : parse_schedule_argument(arguments.schedule);
  const Framing framing = framing_of(arguments.framing);
  (void)transform_of(arguments.framing);  // a wrong name is found before files are read
  (void)arguments.component_range();
  arguments.network.check();
  Console console(common.quiet);
  const bool patches = framing.kind == Framing::Kind::patches;
  const Inputs inputs(arguments.clean, arguments.first, patches);
  std::vector<std::string> read = names_of(inputs.files());
  read.push_back(arguments.start);
  std::vector<std::string> written = arguments.network.outputs.outputs();
  written.insert(written.end(), {arguments.output, arguments.checkpoint()});
  check_apart(read, written);
  OutputFile output(arguments.output);
  ReportOutputs reports(arguments.network.outputs);
  Fit fit = fit_or_tidy_up(inputs, framing, arguments, common.threads, console);
  Model& model = fit.prior.model;
  model.schedule = schedule;
  if (const int bits = picture_bits(inputs.files().front()); bits > 0) {
    auto settings = nlohmann::json::parse(model.settings);
    settings["bits"] = bits;
    model.settings = settings.dump();
  }
  write_model(output, model);
  write_training(reports, arguments, fit.prior.network, common);
  console.check_stop();
  output.commit();
  reports.commit();
  remove_checkpoints(arguments);
  if (fit.prior.network && !fit.prior.network->failure.empty()) {
    throw Error(fmt::format("{}: {}; {} holds the weights of the best epoch, {}", inputs.label(),
                            fit.prior.network->failure, arguments.output,
                            fit.prior.network->training.best_epoch));
  }
  if (common.quiet) return;
  fmt::print(
      "{}{}: {} prior of {} signals of shape {}, fitted to {}; mean square about the "
      "mean {:.6g}\n",
      fit.prior.report, arguments.output, model.kind(), model.is_complex() ? "complex" : "real",
      shape_text(model.shape), fit.fitted_to, model.power);
}

// Of mixtures, and of principal components.
void add_mixture_options(CLI::App& fit, FitArguments& a) {
  fit.add_option("--components", a.components,
                 "mixture: components; start:step:stop keeps the range's best by BIC")
      ->type_name("K")
      ->capture_default_str();
  add_structure_options(fit, a.structure);
  fit.add_option("--rank", a.rank,
                 "pca: principal components [64]; low-rank: factors [8]; or fewer")
      ->check(size_from_one())
      ->type_name("K");
  fit.add_option("--passes", a.passes, "mixture: most passes of expectation-maximisation")
      ->check(count_from_one())
      ->type_name("N")
      ->capture_default_str();
  fit.add_option("--tolerance", a.tolerance, "mixture: stop below this gain a pass, nats per entry")
      ->check(not_negative())
      ->type_name("GAIN")
      ->capture_default_str();
  fit.add_option("--restarts", a.restarts, "mixture: k-means++ starts tried")
      ->check(count_from_one())
      ->type_name("N")
      ->capture_default_str();
  fit.add_option("--regularisation", a.regularisation,
                 "mixture: inverse-Wishart strength, 0 is off")
      ->check(not_negative())
      ->type_name("R")
      ->capture_default_str();
  fit.add_option("--ridge", a.ridge,
                 "mixture: added to covariances' diagonals, in average variances")
      ->check(not_negative())
      ->type_name("R")
      ->capture_default_str();
  fit.add_option("--init", a.start, "mixture: start from this model instead of k-means++")
      ->type_name("MODEL");
}

// The options that `add` adds.
template <class Add>
std::vector<CLI::Option*> added(CLI::App& command, const Add& add) {
  const auto before = static_cast<std::ptrdiff_t>(command.get_options().size());
  add();
  const auto all = command.get_options();
  return {all.begin() + before, all.end()};
}

void refuse_network_options(const std::vector<CLI::Option*>& options) {
  for (const CLI::Option* option : options) {
    if (option->count() == 0) continue;
    throw UsageError(fmt::format("{0} goes with --prior network: add that, or leave {0} out",
                                 option->get_name()));
  }
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
      ->check(model_file_name())
      ->type_name("MODEL");
  CLI::Option* prior =
      fit->add_option("--prior", a.prior, "gaussian, pca, mixture or network")
          ->check(CLI::Validator(CLI::IsMember({"gaussian", "pca", "mixture", "network"}))
                      .description(""))
          ->type_name("KIND")
          ->capture_default_str();
  const auto of_others = added(*fit, [&] { add_mixture_options(*fit, a); });
  const auto of_networks = added(*fit, [&] { add_network_options(*fit, a.network); });
  // Help shows the options of the prior that was asked for.
  const auto help = std::make_shared<HelpFormatter>();
  help->hidden = of_networks;
  fit->formatter(help);
  prior->each([help, of_others, of_networks](const std::string& kind) {
    help->hidden = kind == "network" ? of_others : of_networks;
  });
  fit->add_option("--batch", a.batch,
                  "mixture: update after every COUNT samples [all]; network: a step's samples")
      ->check(size_from_one())
      ->type_name("COUNT");
  fit->add_flag("--resume", a.resume, "Go on from MODEL.checkpoint, left by a killed fit");
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
      "  pellucid fit sounds/ --transform stft --covariance diag -o speech.safetensors\n"
      "  pellucid fit photographs/ --patch 8 --components 64 -o photographs.safetensors\n"
      "  pellucid fit images/ --prior network --epochs 20 -o network.safetensors\n\n"
      "For a network's options: pellucid fit --prior network --help");
  fit->callback([fit, arguments, of_networks, &common] {
    if (arguments->prior != "network") refuse_network_options(of_networks);
    check_options(*fit, *arguments);
    run(*arguments, common);
  });
}

}  // namespace pellucid::app
