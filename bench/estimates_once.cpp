// SPDX-License-Identifier: BSD-3-Clause

// For compare_estimates.py: whole channel estimates in a process of its own. Each line on standard
// input is `run SNR_DB STEPS PRECISION`: all noisy channels estimated by mean forwarding with so
// many steps, answered by the seconds; `write` puts the last estimates into OUT.npy.
//
// Usage: estimates_once MODEL.safetensors NOISY.npy OUT.npy THREADS

#include <chrono>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "pellucid/pellucid.hpp"

namespace {

using namespace pellucid;
using Complex = std::complex<float>;

void serve(char** argv) {
  const Estimator<Complex> estimator(read_model(argv[1]));
  const Array array = read_npy(argv[2]);
  const Matrix<Complex> noisy = to_samples<Complex>(array, argv[2]);
  Matrix<Complex> estimates;
  EstimateOptions options;
  options.method = Method::mean_forwarding;
  options.threads = std::stoi(argv[4]);
  std::printf("ready\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream text(line);
    std::string word, precision;
    double snr_db = 0;
    text >> word >> snr_db >> options.steps.count >> precision;
    if (word == "run") {
      options.precision = parse_precision(precision);
      const auto start = std::chrono::steady_clock::now();
      estimates = estimator.denoise(noisy, Noise::snr_db(snr_db), options);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      std::printf("%.9f\n", taken.count());
    } else {
      write_npy(argv[3], from_samples<Complex>(estimates, array.sample_shape()));
      std::printf("written\n");
    }
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) {
    std::fprintf(stderr, "usage: estimates_once MODEL NOISY OUT THREADS\n");
    return 2;
  }
  serve(argv);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "estimates_once: %s\n", error.what());
  return 1;
}
