// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <optional>
#include <tuple>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "inputs.hpp"
#include "memory.hpp"
#include "outputs.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/model/signal_estimator.hpp"

namespace pellucid::app {

namespace {

struct DenoiseArguments {
  std::vector<std::string> noisy;
  std::string model, output, method = "auto", steps = "all", rule = "posterior", schedule;
  std::optional<std::string> snr_db, noise_std;
  MemoryLimit memory;
  double resampling = 1.0;
  int draws = 16;
  std::uint64_t seed = 1;
};

constexpr int copies = 6;  // noisy, in model units, estimates, and what they are made from

// Estimators of one model, made when a file first asks for their arithmetic.
class Estimators {
 public:
  Estimators(const Model& model, int threads, const MemoryLimit& memory)
      : model_(model), threads_(threads), memory_(memory) {}

  template <class T>
  const SignalEstimator<T>& get() {
    auto& estimator = std::get<std::optional<SignalEstimator<T>>>(made_);
    if (!estimator) {
      estimator.emplace(model_, threads_, memory_.block_entries(sizeof(T), copies));
    }
    return *estimator;
  }

 private:
  template <class... T>
  using Optionals = std::tuple<std::optional<SignalEstimator<T>>...>;

  const Model& model_;
  int threads_;
  const MemoryLimit& memory_;
  Optionals<float, double, std::complex<float>, std::complex<double>> made_;
};

EstimateOptions estimate_options(const DenoiseArguments& arguments, int threads) {
  EstimateOptions options;
  options.method = parse_method_argument(arguments.method);
  options.steps = parse_steps(arguments.steps);
  options.rule = parse_rule_argument(arguments.rule);
  options.resampling = arguments.resampling;
  options.draws = arguments.draws;
  options.seed = arguments.seed;
  options.threads = threads;
  return options;
}

void check_noise(const Noise& noise, const Model& model, const InputFile& file,
                 const DenoiseArguments& arguments) {
  const auto variances = noise.model_variances(model);
  for (const double v : variances) {
    if (!std::isfinite(v)) {
      throw Error(fmt::format("{}: noise too large for double precision: check its unit",
                              arguments.noise_std.value_or("--snr-db")));
    }
  }
  const auto count = static_cast<Index>(variances.size());
  if (count != 1 && count != file.count()) {
    throw Error(
        fmt::format("{}: {} standard deviations for the {} samples of {}: give one for each",
                    arguments.noise_std.value_or(""), count, file.count(), file.name()));
  }
}

// The noise of a block of signals.
Noise part_of(const Noise& noise, const Model& model, SignalBlock block) {
  std::vector<double> all = noise.standard_deviations(model);
  if (all.size() == 1) return noise;
  const auto first = all.begin() + block.first;
  return Noise::std_per_sample({first, first + block.count});
}

// Denoises one file block by block; `number` is that of its first signal among all. Returns the
// mean number of evaluations.
template <class T>
double denoise_file(const InputFile& file, Index number, const SignalEstimator<T>& estimator,
                    const Noise& noise, EstimateOptions options, Index block_entries,
                    ArrayWriter& writer, Console& console) {
  const InputSignals<T> signals(file);
  const Task task(&console, name(options.method), static_cast<double>(signals.count()));
  double evaluations = 0;
  SignalBlock block;
  for (Index first = 0; first < signals.count(); first += block.count) {
    block = block_from(signals, first, block_entries);
    Matrix<T> noisy(entries_of(file.signal_shape()), block.count);
    signals.read(first, noisy);
    options.first_sample = static_cast<std::uint64_t>(number + first);
    PartMonitor part(&console, static_cast<double>(first), static_cast<double>(first + block.count),
                     "");
    double used = 0;
    const Matrix<T> estimates = file.named([&] {
      return estimator.denoise(noisy, file.signal_shape(), part_of(noise, estimator.model(), block),
                               options, &part, &used);
    });
    writer.write(from_samples<T>(estimates, file.signal_shape()));
    evaluations += used * static_cast<double>(block.count) / static_cast<double>(signals.count());
  }
  return evaluations;
}

void run(const DenoiseArguments& arguments, const Common& common) {
  const EstimateOptions options = estimate_options(arguments, common.threads);
  const Noise noise = parse_noise(arguments.snr_db, arguments.noise_std);
  Console console(common.quiet);
  Model model = read_model(arguments.model);
  if (!arguments.schedule.empty()) model.schedule = parse_schedule_argument(arguments.schedule);
  const bool patches = model.framing.kind == Framing::Kind::patches;
  const Inputs inputs(arguments.noisy, no_limit, patches);
  check_fits(inputs, model, arguments.model);
  check_apart({arguments.model, arguments.noise_std.value_or("")}, {arguments.output});
  Outputs outputs(inputs.files(), arguments.output);
  Estimators estimators(model, common.threads, arguments.memory);

  // All outputs appear together, when the last is done.
  std::string summary;
  Index number = 0;
  for (std::size_t i = 0; i < inputs.files().size(); ++i) {
    const InputFile& file = inputs.files()[i];
    check_noise(noise, model, file, arguments);
    double evaluations = 0;
    std::string remark;
    const bool wide = file.type() == DType::float64 || file.type() == DType::complex128;
    dispatch(inputs.is_complex(), wide, [&]<class T>() {
      ArrayWriter& writer = outputs.open(i, dtype_of<T>());
      evaluations =
          denoise_file<T>(file, number, estimators.get<T>(), noise, options,
                          arguments.memory.block_entries(sizeof(T), copies), writer, console);
      remark = writer.remark();
    });
    number += file.count();
    summary += fmt::format("{}: {} denoised by {}, {:g} evaluation{} each{}\n", outputs.name(i),
                           counted(file), name(options.method), evaluations,
                           evaluations == 1 ? "" : "s", remark);
  }
  console.check_stop();
  outputs.commit();
  if (!common.quiet) fmt::print(summary_stream(arguments.output), "{}", summary);
}

}  // namespace

void add_denoise(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<DenoiseArguments>();
  DenoiseArguments& a = *arguments;
  auto* denoise = app.add_subcommand("denoise", "Estimate clean signals from noisy ones");
  denoise
      ->add_option("NOISY", a.noisy,
                   "Noisy signals: .npy, .npz[:NAME], .mat[:NAME], IDX, PNG or a folder of\n"
                   "them, WAV, FLAC, CSV; - for standard input")
      ->required();
  denoise->add_option("-m,--model", a.model, "Model file")->required()->type_name("MODEL");
  denoise
      ->add_option("-o,--output", a.output,
                   "File whose extension names its format, a folder for PNG or several inputs,\n"
                   "or - for standard output")
      ->required()
      ->check(file_name())
      ->type_name("OUT");
  denoise
      ->add_option("--snr-db", a.snr_db,
                   "Signal-to-noise ratio in dB, for the model's own signal power")
      ->type_name("X");
  denoise
      ->add_option("--noise-std", a.noise_std,
                   "Noise standard deviation per (complex) entry in the data's\n"
                   "units, or a .npy file with one per sample")
      ->type_name("S|FILE");
  denoise->add_option("--method", a.method, "auto, one-step, mean-forwarding, average or sample")
      ->type_name("NAME")
      ->capture_default_str();
  denoise->add_option("--steps", a.steps, "Steps of the reverse process: all of the schedule, or K")
      ->type_name("K|all")
      ->capture_default_str();
  denoise
      ->add_option("--schedule", a.schedule,
                   "Schedule in place of the model's: KIND,T or KIND,T,BETA_1,BETA_T")
      ->type_name("KIND,T");
  denoise->add_option("--rule", a.rule, "Step rule: posterior, renoise or ddim")
      ->type_name("RULE")
      ->capture_default_str();
  denoise
      ->add_option("--resampling", a.resampling,
                   "average, sample: re-sampling strength; 1 is ancestral, 0 none")
      ->check(not_negative())
      ->type_name("R")
      ->capture_default_str();
  denoise->add_option("--draws", a.draws, "average: number of posterior draws")
      ->check(count_from_one())
      ->type_name("M")
      ->capture_default_str();
  add_memory_option(*denoise, a.memory);
  denoise->add_option("--seed", a.seed, "Seed of the random numbers")
      ->check(seed_number())
      ->type_name("N")
      ->capture_default_str();
  denoise->footer(
      "Examples:\n"
      "  pellucid denoise noisy.npy -m model.safetensors -o clean.npy --snr-db 10\n"
      "  pellucid denoise noisy.npy -m model.safetensors -o clean.npy --noise-std sigma.npy\n"
      "  pellucid denoise noisy.npy -m model.safetensors -o draws.npy --snr-db 0 --method "
      "sample\n"
      "  pellucid denoise noisy.wav -m speech.safetensors -o clean.wav --snr-db 10\n\n"
      "The output has the input's shape and order, and for - and several inputs its format. "
      "Sounds\n"
      "are estimated channel by channel; full scale is 1. auto takes the calibrated number of "
      "steps,\nor one step for a model without calibration.");
  denoise->callback([arguments, &common] { run(*arguments, common); });
}

}  // namespace pellucid::app
