// SPDX-License-Identifier: BSD-3-Clause

// How long one channel estimate takes, from the noisy channel in the receiver's memory to the
// estimate in it: a denoiser that is held and warm, one observation after the other. Prints for
// every number of threads, precision and SNR the median and the 99th percentile in microseconds.
//
// Usage: latency MODEL.safetensors SNR,SNR... STEPS,STEPS... [THREADS,...] [PRECISION,...] [COUNT]
// STEPS are those of mean forwarding for each SNR.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <sstream>

#include "pellucid/pellucid.hpp"

namespace {

using namespace pellucid;
using Complex = std::complex<float>;

std::vector<std::string> words(const std::string& list) {
  std::vector<std::string> found;
  std::istringstream text(list);
  for (std::string word; std::getline(text, word, ',');) found.push_back(word);
  return found;
}

/// One estimate after the other at one SNR.
class Receiver {
 public:
  Receiver(const Model& model, const Denoiser<Complex>& denoiser, double snr_db, int steps,
           int threads)
      : process_(denoiser, {}, threads),
        gain_(static_cast<float>(std::sqrt(from_db(snr_db) / (1 + from_db(snr_db))))),
        x_(denoiser.dim(), 1),
        transform_(model.transform, model.shape) {
    Grid grid = observation_grid(model.schedule, snr_db, {steps});
    grid.front() = NoiseLevel::from_variance(1 / from_db(snr_db));
    if (denoiser.bound_schedule() != nullptr) grid = round_to_steps(model.schedule, grid);
    grids_.push_back(std::move(grid));
  }

  const Matrix<Complex>& estimate(ConstBatch<Complex> noisy) {
    x_ = gain_ * noisy;
    transform_.forward(x_);
    process_.run(x_, grids_, numbers_, random_);
    transform_.inverse(x_);
    return x_;
  }

 private:
  ReverseProcess<Complex> process_;
  float gain_;
  Matrix<Complex> x_;
  SampleTransform<Complex> transform_;
  std::vector<Grid> grids_;
  std::vector<std::uint64_t> numbers_{0};
  RandomStream random_{1, Purpose::reverse_noise};
};

void measure(const Model& model, const Denoiser<Complex>& denoiser, double snr_db, int steps,
             int threads, int count) {
  Receiver receiver(model, denoiser, snr_db, steps, threads);
  constexpr Index different = 16;
  Matrix<Complex> noisy(denoiser.dim(), different);
  RandomStream(7, Purpose::start_noise).normal<Complex>(0, 0, noisy);
  noisy *= std::sqrt(1 + 1 / static_cast<float>(from_db(snr_db)));
  std::vector<double> microseconds;
  float sum = 0;
  for (int i = -200; i < count; ++i) {
    const auto start = std::chrono::steady_clock::now();
    sum += receiver.estimate(noisy.col((i + 208) % different))(0).real();
    const std::chrono::duration<double, std::micro> taken =
        std::chrono::steady_clock::now() - start;
    if (i >= 0) microseconds.push_back(taken.count());
  }
  std::sort(microseconds.begin(), microseconds.end());
  const auto quantile = [&](double q) {
    return microseconds[static_cast<std::size_t>(q * static_cast<double>(count - 1))];
  };
  std::printf(" %.0f | %.0f |%s\n", quantile(0.5), quantile(0.99), std::isfinite(sum) ? "" : "!");
  std::fflush(stdout);
}

void run(int argc, char** argv) {
  const auto argument = [&](int i, const char* otherwise) {
    return words(argc > i ? argv[i] : otherwise);
  };
  const Model model = read_model(argv[1]);
  const auto snrs = argument(2, ""), steps = argument(3, "");
  if (snrs.size() != steps.size()) throw Error("as many numbers of steps as SNRs, please");
  const int count = std::stoi(argument(6, "10000").front());
  const auto denoiser = denoiser_of<Complex>(model);
  std::printf(
      "| threads | precision | SNR, dB | evaluations | median, us | 99 %%, us |\n"
      "| --- | --- | --- | --- | --- | --- |\n");
  for (const std::string& threads : argument(4, "1,2")) {
    for (const std::string& precision : argument(5, "f32,bf16")) {
      for (std::size_t i = 0; i < snrs.size(); ++i) {
        std::printf("| %s | %s | %s | %s |", threads.c_str(), precision.c_str(), snrs[i].c_str(),
                    steps[i].c_str());
        measure(model, denoiser->in(parse_precision(precision)), std::stod(snrs[i]),
                std::stoi(steps[i]), std::stoi(threads), count);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 4) {
    std::fprintf(stderr,
                 "usage: latency MODEL SNR,... STEPS,... [THREADS,...] [PRECISION,...] [COUNT]\n");
    return 2;
  }
  run(argc, argv);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "latency: %s\n", error.what());
  return 1;
}
