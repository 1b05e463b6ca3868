// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "inputs.hpp"
#include "memory.hpp"
#include "outputs.hpp"
#include "pellucid/analysis/test_noise.hpp"
#include "pellucid/signal/statistics.hpp"

namespace pellucid::app {

namespace {

struct CorruptArguments {
  std::vector<std::string> clean;
  std::string output;
  std::optional<std::string> snr_db, noise_std;
  MemoryLimit memory;
  Index first = no_limit;
  std::uint64_t seed = 1;
};

constexpr int copies = 4;

template <class T>
double noise_std_of(const CorruptArguments& arguments, const Inputs& inputs, Console& console) {
  if (arguments.noise_std) return parse_not_negative(*arguments.noise_std, "--noise-std");
  const auto statistics =
      measure_signals(InputSignals<T>(inputs), MeanOf::each_entry,
                      arguments.memory.block_entries(sizeof(T), copies), &console);
  if (!(statistics.power > 0)) {
    throw Error(fmt::format("{}: all samples are equal, an SNR sets no noise: give --noise-std",
                            inputs.label()));
  }
  return std::sqrt(statistics.power / from_db(parse_snr_db(*arguments.snr_db)));
}

// Adds noise to one file; `number` is that of its first signal among all.
template <class T>
void corrupt_file(const InputFile& file, Index number, double noise_std,
                  const CorruptArguments& arguments, ArrayWriter& writer, Console& console) {
  const InputSignals<T> signals(file);
  const Task task(&console, "adding noise", static_cast<double>(signals.count()));
  SignalBlock block;
  for (Index first = 0; first < signals.count(); first += block.count) {
    block = block_from(signals, first, arguments.memory.block_entries(sizeof(T), copies));
    Matrix<T> noisy(entries_of(file.signal_shape()), block.count);
    signals.read(first, noisy);
    noisy += static_cast<RealOf<T>>(noise_std) *
             unit_noise<T>(noisy.rows(), noisy.cols(), arguments.seed, number + first);
    writer.write(from_samples<T>(noisy, file.signal_shape()));
    task.update(static_cast<double>(first + block.count));
  }
}

void run(const CorruptArguments& arguments, const Common& common) {
  if (arguments.snr_db.has_value() == arguments.noise_std.has_value()) {
    throw UsageError(std::string(arguments.snr_db ? "both" : "neither") +
                     " of --snr-db and --noise-std given: give one of them");
  }
  Console console(common.quiet);
  const Inputs inputs(arguments.clean, arguments.first, true);
  Outputs outputs(inputs.files(), arguments.output);
  double noise_std = 0;
  std::string summary;
  dispatch(inputs.is_complex(), inputs.is_double(), [&]<class T>() {
    noise_std = inputs.named([&] { return noise_std_of<T>(arguments, inputs, console); });
    Index number = 0;
    for (std::size_t i = 0; i < inputs.files().size(); ++i) {
      const InputFile& file = inputs.files()[i];
      ArrayWriter& writer = outputs.open(i, dtype_of<T>());
      corrupt_file<T>(file, number, noise_std, arguments, writer, console);
      number += file.count();
      summary += fmt::format("{}: {} with noise of standard deviation {:.6g}{}\n", outputs.name(i),
                             counted(file), noise_std, writer.remark());
    }
  });
  console.check_stop();
  outputs.commit();
  if (!common.quiet) fmt::print(summary_stream(arguments.output), "{}", summary);
}

}  // namespace

void add_corrupt(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<CorruptArguments>();
  CorruptArguments& a = *arguments;
  auto* corrupt = app.add_subcommand("corrupt", "Add white Gaussian noise to clean samples");
  corrupt
      ->add_option("CLEAN", a.clean,
                   "Clean signals: .npy, .npz[:NAME], .mat[:NAME], IDX, PNG, WAV, FLAC, CSV,\n"
                   "folders of PNG or sounds; - for standard input")
      ->required();
  corrupt
      ->add_option("-o,--output", a.output,
                   "File whose extension names its format, a folder for PNG or several\n"
                   "inputs, or - for standard output")
      ->required()
      ->check(file_name())
      ->type_name("OUT");
  corrupt
      ->add_option("--snr-db", a.snr_db,
                   "SNR in dB, for these samples' average variance about their mean")
      ->type_name("X");
  corrupt->add_option("--noise-std", a.noise_std, "Standard deviation per (complex) entry")
      ->type_name("S");
  corrupt->add_option("--first", a.first, "Use the first COUNT samples only")
      ->check(size_from_one())
      ->type_name("COUNT");
  add_memory_option(*corrupt, a.memory);
  corrupt->add_option("--seed", a.seed, "Seed of the noise")
      ->check(seed_number())
      ->type_name("N")
      ->capture_default_str();
  corrupt->footer(
      "The noise is that of 'evaluate' with the same seed. Of pictures for a model of patches say\n"
      "--noise-std: there an SNR refers to the variance about one mean of all pixels.\n\n"
      "Examples:\n"
      "  pellucid corrupt clean.npy --snr-db 10 -o noisy.npy\n"
      "  pellucid corrupt channels.mat:H --noise-std 0 -o channels.npy");
  corrupt->callback([arguments, &common] { run(*arguments, common); });
}

}  // namespace pellucid::app
