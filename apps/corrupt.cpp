// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "inputs.hpp"
#include "outputs.hpp"
#include "pellucid/analysis/test_noise.hpp"

namespace pellucid::app {

namespace {

struct CorruptArguments {
  std::vector<std::string> clean;
  std::string output;
  std::optional<std::string> snr_db, noise_std;
  Index first = no_limit;
  std::uint64_t seed = 1;
};

void run(const CorruptArguments& arguments, const Common& common) {
  if (arguments.snr_db.has_value() == arguments.noise_std.has_value()) {
    throw UsageError(std::string(arguments.snr_db ? "both" : "neither") +
                     " of --snr-db and --noise-std given: give one of them");
  }
  const Samples samples(arguments.clean, arguments.first);
  SampleOutput output(arguments.output, samples.shape());
  double noise_std = 0;
  std::string remark;
  dispatch(samples.is_complex(), samples.is_double(), [&]<class T>() {
    const Matrix<T> clean = samples.matrix<T>();
    if (arguments.noise_std) {
      noise_std = parse_not_negative(*arguments.noise_std, "--noise-std");
    } else {
      const double power = average_power<T>(clean);
      if (!(power > 0)) {
        throw Error(fmt::format("{}: all samples are equal, an SNR sets no noise: give --noise-std",
                                samples.label()));
      }
      noise_std = std::sqrt(power / from_db(parse_snr_db(*arguments.snr_db)));
    }
    const Matrix<T> noisy = clean + static_cast<RealOf<T>>(noise_std) *
                                        unit_noise<T>(clean.rows(), clean.cols(), arguments.seed);
    remark = output.write(from_samples<T>(noisy, samples.shape()));
  });
  output.commit();
  if (common.quiet) return;
  fmt::print("{}: {} samples with noise of standard deviation {:.6g}{}\n", arguments.output,
             samples.count(), noise_std, remark);
}

}  // namespace

void add_corrupt(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<CorruptArguments>();
  CorruptArguments& a = *arguments;
  auto* corrupt = app.add_subcommand("corrupt", "Add white Gaussian noise to clean samples");
  corrupt->add_option("CLEAN", a.clean, "Clean samples: .npy, IDX, PNG or folder of PNG")
      ->required();
  corrupt->add_option("-o,--output", a.output, "A .npy file, or a folder for PNG")
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
  corrupt->add_option("--seed", a.seed, "Seed of the noise")
      ->check(seed_number())
      ->type_name("N")
      ->capture_default_str();
  corrupt->footer(
      "The noise is that of 'evaluate' with the same seed.\n\n"
      "Example:\n  pellucid corrupt clean.npy --snr-db 10 -o noisy.npy");
  corrupt->callback([arguments, &common] { run(*arguments, common); });
}

}  // namespace pellucid::app
