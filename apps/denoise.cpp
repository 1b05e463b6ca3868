// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "inputs.hpp"
#include "outputs.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/model/estimator.hpp"

namespace pellucid::app {

namespace {

struct DenoiseArguments {
  std::vector<std::string> noisy;
  std::string model, output, method = "auto", steps = "all", rule = "posterior", schedule;
  std::optional<std::string> snr_db, noise_std;
  double resampling = 1.0;
  int draws = 16;
  std::uint64_t seed = 1;
};

// Estimators of one model, made when a file first asks for their arithmetic.
class Estimators {
 public:
  Estimators(const Model& model, int threads) : model_(model), threads_(threads) {}

  template <class T>
  const Estimator<T>& get() {
    auto& estimator = std::get<std::optional<Estimator<T>>>(made_);
    if (!estimator) estimator.emplace(model_, threads_);
    return *estimator;
  }

 private:
  template <class... T>
  using Optionals = std::tuple<std::optional<Estimator<T>>...>;

  const Model& model_;
  int threads_;
  Optionals<float, double, std::complex<float>, std::complex<double>> made_;
};

// "scan.npy", "scan.idx.gz" and "scan/" are all called "scan"; other dots belong to the name.
std::string plain_name(const std::string& input) {
  std::filesystem::path path = input;
  if (path.filename().empty()) path = path.parent_path();
  path = path.filename();
  for (const char* extension : {".gz", ".npy", ".idx", ".png"}) {
    if (path.extension() == extension) path = path.stem();
  }
  return path.string();
}

// One file goes to OUT itself, several into the folder OUT under their own names.
std::vector<std::string> output_paths(const DenoiseArguments& arguments) {
  if (arguments.noisy.size() == 1) return {arguments.output};
  std::vector<std::string> paths;
  std::set<std::string> taken;
  for (const std::string& input : arguments.noisy) {
    const auto path = std::filesystem::path(arguments.output) / (plain_name(input) + ".npy");
    paths.push_back(path.string());
    if (!taken.insert(paths.back()).second) {
      throw Error(
          fmt::format("{}: would be written to {}, as another input is: rename it, or run "
                      "pellucid once for each",
                      input, paths.back()));
    }
  }
  return paths;
}

// The folder of several outputs, which goes again when nothing comes to lie in it.
class NewFolder {
 public:
  explicit NewFolder(const std::string& path) : path_(path) {
    std::error_code error;
    made_ = std::filesystem::create_directory(path_, error);
    if (!made_ && !std::filesystem::is_directory(path_)) {
      throw Error(fmt::format("{}: cannot be made ({}): name a new folder in an existing one", path,
                              error ? error.message() : "a file of this name exists"));
    }
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder() {
    std::error_code not_empty;
    if (made_) std::filesystem::remove(path_, not_empty);
  }

 private:
  std::filesystem::path path_;
  bool made_ = false;
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

void check_noise(const Noise& noise, const Model& model, const Samples& samples,
                 const DenoiseArguments& arguments) {
  const auto variances = noise.model_variances(model);
  for (const double v : variances) {
    if (!std::isfinite(v)) {
      throw Error(fmt::format("{}: noise too large for double precision: check its unit",
                              arguments.noise_std.value_or("--snr-db")));
    }
  }
  const auto count = static_cast<Index>(variances.size());
  if (count != 1 && count != samples.count()) {
    throw Error(
        fmt::format("{}: {} standard deviations for the {} samples of {}: give one for each",
                    arguments.noise_std.value_or(""), count, samples.count(), samples.label()));
  }
}

void run(const DenoiseArguments& arguments, const Common& common) {
  const EstimateOptions options = estimate_options(arguments, common.threads);
  const Noise noise = parse_noise(arguments.snr_db, arguments.noise_std);
  Console console(common.quiet);
  Model model = read_model(arguments.model);
  if (!arguments.schedule.empty()) model.schedule = parse_schedule_argument(arguments.schedule);
  const std::vector<std::string> paths = output_paths(arguments);
  std::optional<NewFolder> folder;
  if (paths.size() > 1) folder.emplace(arguments.output);
  Estimators estimators(model, common.threads);

  // All outputs appear together, when the last is done.
  std::deque<SampleOutput> outputs;
  std::string summary;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Samples samples({arguments.noisy[i]});
    check_fits(samples, model, arguments.model);
    check_noise(noise, model, samples, arguments);
    SampleOutput& output = outputs.emplace_back(paths[i], samples.shape());
    double evaluations = 0;
    std::string remark;
    dispatch(model.is_complex(), samples.is_double(), [&]<class T>() {
      const Matrix<T> estimates = samples.named([&] {
        return estimators.get<T>().denoise(samples.matrix<T>(), noise, options, &console,
                                           &evaluations);
      });
      remark = output.write(from_samples<T>(estimates, samples.shape()));
    });
    summary += fmt::format("{}: {} samples denoised by {}, {:g} evaluations each{}\n", paths[i],
                           samples.count(), name(options.method), evaluations, remark);
  }
  console.check_stop();
  for (SampleOutput& output : outputs) output.commit();
  if (!common.quiet) fmt::print("{}", summary);
}

}  // namespace

void add_denoise(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<DenoiseArguments>();
  DenoiseArguments& a = *arguments;
  auto* denoise = app.add_subcommand("denoise", "Estimate clean signals from noisy ones");
  denoise->add_option("NOISY", a.noisy, "Noisy samples: .npy, IDX, PNG or folder of PNG")
      ->required();
  denoise->add_option("-m,--model", a.model, "Model file")->required()->type_name("MODEL");
  denoise->add_option("-o,--output", a.output, "A .npy file, or a folder for PNG or several inputs")
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
  denoise->add_option("--seed", a.seed, "Seed of the random numbers")
      ->check(seed_number())
      ->type_name("N")
      ->capture_default_str();
  denoise->footer(
      "Examples:\n"
      "  pellucid denoise noisy.npy -m model.safetensors -o clean.npy --snr-db 10\n"
      "  pellucid denoise noisy.npy -m model.safetensors -o clean.npy --noise-std sigma.npy\n"
      "  pellucid denoise noisy.npy -m model.safetensors -o draws.npy --snr-db 0 --method "
      "sample\n\n"
      "auto takes the calibrated number of steps, or one step for a model without calibration.");
  denoise->callback([arguments, &common] { run(*arguments, common); });
}

}  // namespace pellucid::app
