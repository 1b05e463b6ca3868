// SPDX-License-Identifier: BSD-3-Clause
#include <memory>

#include "checks.hpp"
#include "commands.hpp"
#include "denoise_run.hpp"
#include "method_options.hpp"
#include "precision_option.hpp"

namespace pellucid::app {

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
  add_observation_options(*denoise, a.observation);
  denoise
      ->add_option("--std", a.std_output,
                   "Also write the exact posterior's standard deviation per entry")
      ->check(file_name())
      ->type_name("OUT");
  denoise->add_option("--method", a.method, "auto, one-step, mean-forwarding, average or sample")
      ->type_name("NAME")
      ->capture_default_str();
  denoise
      ->add_option("--steps", a.steps,
                   "Steps of the reverse process: all of the schedule, or K;\nunder auto they ask "
                   "for mean-forwarding")
      ->type_name("K|all")
      ->capture_default_str();
  denoise
      ->add_option("--schedule", a.schedule,
                   "Schedule in place of the model's: KIND,T or KIND,T,BETA_1,BETA_T")
      ->type_name("KIND,T");
  denoise->add_option("--rule", a.rule, "Step rule: posterior, renoise or ddim; not of one-step")
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
  add_precision_option(*denoise, a.precision, "that of calibrate");
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
      "  pellucid denoise pilots.npy -m model.safetensors -o clean.npy --operator A.npy "
      "--noise-std 0.1\n"
      "  pellucid denoise noisy.wav -m speech.safetensors -o clean.wav --snr-db 10\n\n"
      "The output has the input's shape and order, and for - and several inputs its format. "
      "Sounds\n"
      "are estimated channel by channel; full scale is 1. auto takes the calibrated number of "
      "steps,\nor one step for a model without calibration. With --operator outputs have the "
      "model's shape:\nexact posterior means, or draws by --method sample and average.");
  denoise->callback([denoise, arguments, &common] {
    std::vector<std::string> methods{arguments->method};
    if (arguments->observation.operator_file) refuse_process_options(*denoise);
    settle_methods(*denoise, methods, arguments->rule);
    arguments->method = methods.front();
    run_denoise(*arguments, common);
  });
}

}  // namespace pellucid::app
