// SPDX-License-Identifier: BSD-3-Clause

// For compare.py: the library in a process of its own. Builds the denoiser of a mixture and prints
// "setup SECONDS"; then each line `run` on standard input is one estimate of all samples, answered
// by its seconds, and `write` puts the last estimate into OUT.npy.
//
// Usage: conditional_mean_once MIXTURE TYPE VARIANCE SAMPLES.npy OUT.npy THREADS
// MIXTURE is the path before `.weights.npy`, `.means.npy` and `.covariances.npy`; TYPE float32,
// float64, complex64 or complex128; THREADS 0 means all cores.

#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>

#include "mixtures.hpp"
#include "pellucid/pellucid.hpp"

namespace {

using namespace pellucid;

struct Arguments {
  std::string mixture, samples, out;
  double variance;
  int threads;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

template <class T>
void serve(const Arguments& arguments) {
  const Model model = bench::model_of(bench::read_mixture<Wide<T>>(arguments.mixture));
  const auto begin = std::chrono::steady_clock::now();
  const Estimator<T> estimator(model, arguments.threads);
  std::printf("setup %.9f\n", seconds_since(begin));
  std::fflush(stdout);

  const Matrix<T> noisy = to_samples<T>(read_npy(arguments.samples), arguments.samples);
  const Noise noise = Noise::std(std::sqrt(arguments.variance));
  EstimateOptions options;
  options.threads = arguments.threads;
  Matrix<T> estimates;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "run") {
      const auto start = std::chrono::steady_clock::now();
      estimates = estimator.denoise(noisy, noise, options);
      std::printf("%.9f\n", seconds_since(start));
    } else if (line == "write") {
      write_npy(arguments.out, from_samples<T>(estimates, model.shape));
      std::printf("written\n");
    } else {
      throw Error("\"" + line + "\": say run or write");
    }
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 7) {
    std::fprintf(stderr,
                 "usage: conditional_mean_once MIXTURE TYPE VARIANCE SAMPLES OUT THREADS\n");
    return 2;
  }
  const std::string type = argv[2];
  const Arguments arguments{argv[1], argv[4], argv[5], std::stod(argv[3]), std::stoi(argv[6])};
  if (type == "float32") {
    serve<float>(arguments);
  } else if (type == "float64") {
    serve<double>(arguments);
  } else if (type == "complex64") {
    serve<std::complex<float>>(arguments);
  } else if (type == "complex128") {
    serve<std::complex<double>>(arguments);
  } else {
    throw Error("\"" + type + "\": not a type; see the first lines of the source");
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "conditional_mean_once: %s\n", error.what());
  return 1;
}
