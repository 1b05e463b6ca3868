// SPDX-License-Identifier: BSD-3-Clause
#include "shrink.hpp"

#include <memory>

#include "checks.hpp"
#include "inputs.hpp"

namespace pellucid::app {

Error shrink_error(const Error& error) {
  return in_options(error, {{"give its standard deviation", "give --noise-std"},
                            {"do not center", "leave --center out"},
                            {"a window of ", "--patch: a window of "}});
}

void add_shrink(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<ShrinkArguments>();
  ShrinkArguments& a = *arguments;
  auto* shrink =
      app.add_subcommand("shrink", "Denoise a matrix of low rank by its singular values");
  shrink
      ->add_option("MATRIX", a.matrix,
                   "Noisy array, real or complex: .npy, .npz[:NAME], .mat[:NAME], IDX, PNG,\n"
                   "WAV, FLAC, CSV; - for standard input")
      ->required();
  shrink
      ->add_option("-o,--output", a.output,
                   "File whose extension names its format, or - for standard output")
      ->required()
      ->check(file_name())
      ->type_name("OUT");
  shrink
      ->add_option("--loss", a.loss,
                   "frobenius, operator, nuclear: shrink for the least error in that norm;\n"
                   "leeb: operator, for matrices that are not square; hard: threshold of least\n"
                   "squared error; mp: cut at the noise's (Marchenko-Pastur) edge")
      ->type_name("NAME")
      ->capture_default_str();
  shrink
      ->add_option("--noise-std", a.noise_std,
                   "Noise's standard deviation per (complex) entry; else estimated. With\n"
                   "--patch also a file with a number per voxel")
      ->type_name("S|FILE");
  shrink->add_flag("--center", a.center, "Keep the mean of the samples; gamma = d / (n - 1)");
  shrink
      ->add_option("--samples", a.samples,
                   "Axis that counts samples, first or last; the others are variables.\n"
                   "Default: first for two axes, last (repeated looks) for more")
      ->type_name("AXIS");
  shrink
      ->add_option("--patch", a.patch,
                   "Windows of so many entries along every axis but the last, which holds\n"
                   "repeated looks: 5,5,5. Each is denoised, overlapping estimates averaged")
      ->type_name("A,B,...");
  shrink
      ->add_option("--noise-map", a.noise_map,
                   "With --patch: write the noise's level per voxel (float32)")
      ->check(file_name())
      ->type_name("FILE");
  shrink->add_option("--rank-map", a.rank_map, "The mean rank kept per voxel (float32)")
      ->check(file_name())
      ->type_name("FILE");
  shrink->add_option("--removed-map", a.removed_map, "The mean squared change per voxel (float32)")
      ->check(file_name())
      ->type_name("FILE");
  shrink->add_option("--json", a.json, "Write noise, rank and singular values as JSON")
      ->check(file_name())
      ->type_name("FILE");
  shrink->footer(
      "Examples:\n"
      "  pellucid shrink noisy.npy -o clean.npy\n"
      "  pellucid shrink noisy.npy -o clean.npy --loss hard --noise-std 0.5 --center\n"
      "  pellucid shrink scan.npy -o denoised.npy --patch 5,5,5 --noise-map level.npy\n\n"
      "Prints the noise's standard deviation, the rank kept, and the variance removed per entry.\n"
      "Gavish and Donoho, IEEE Trans. Inf. Theory 60 (2014) and 63 (2017); Leeb (2022).");
  shrink->callback([shrink, arguments, &common] {
    if (arguments->patch.empty()) {
      refuse_given(*shrink, {"--noise-map", "--rank-map", "--removed-map"}, "--patch");
    } else {
      refuse_given(*shrink, {"--center", "--samples"}, "whole arrays, not --patch");
    }
    arguments->patch.empty() ? run_shrink_matrix(*arguments, common)
                             : run_shrink_patches(*arguments, common);
  });
}

}  // namespace pellucid::app
