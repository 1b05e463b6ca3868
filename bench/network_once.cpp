// SPDX-License-Identifier: BSD-3-Clause

// For compare_pytorch.py: a network in a process of its own. Each line on standard input is
// `run STEP REPEAT`: all signals through the network at that step, REPEAT times, answered by the
// seconds of one time; `write` puts the last outputs into OUT.npy.
//
// Usage: network_once MODEL.safetensors SIGNALS.npy OUT.npy THREADS [PRECISION]
// SIGNALS are the network's inputs, (n, channels, ...), single precision.

#include <chrono>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "pellucid/pellucid.hpp"

namespace {

using namespace pellucid;

const NetworkPrior<std::complex<double>>& network_of(const Model& model) {
  return std::get<NetworkPrior<std::complex<double>>>(std::get<ComplexPrior>(model.prior));
}

class Runner {
 public:
  Runner(const Model& model, int threads, Precision precision)
      : network_(network_of(model).architecture, *network_of(model).tensors, precision),
        threads_(thread_count(threads)) {
    for (int i = 0; i < threads_; ++i) work_.push_back(network_.workspace());
    together_ = network_.workspace(threads_);
  }

  void run(const Matrix<float>& in, double step, Matrix<float>& out) const {
    const auto condition = network_.condition(step);
    if (in.cols() < threads_) {
      for (Index j = 0; j < in.cols(); ++j) {
        network_.run(condition, in.col(j).data(), out.col(j).data(), *together_);
      }
      return;
    }
    parallel_for(in.cols(), threads_, [&](Index j, int worker) {
      network_.run(condition, in.col(j).data(), out.col(j).data(),
                   *work_[static_cast<std::size_t>(worker)]);
    });
  }

 private:
  Network network_;
  int threads_;
  std::vector<Network::OwnedWorkspace> work_;  // a signal on a thread
  Network::OwnedWorkspace together_;           // all threads on one
};

void serve(char** argv, Precision precision) {
  const Model model = read_model(argv[1]);
  const Array array = read_npy(argv[2]);
  const Matrix<float> in = to_samples<float>(array, argv[2]);
  Matrix<float> out(in.rows(), in.cols());
  const Runner runner(model, std::stoi(argv[4]), precision);
  std::printf("ready\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string word;
    double step = 1;
    int repeat = 1;
    words >> word >> step >> repeat;
    if (word == "run") {
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < repeat; ++i) runner.run(in, step, out);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      std::printf("%.9f\n", taken.count() / repeat);
    } else {
      write_npy(argv[3], from_samples<float>(out, array.sample_shape()));
      std::printf("written\n");
    }
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5 && argc != 6) {
    std::fprintf(stderr, "usage: network_once MODEL SIGNALS OUT THREADS [PRECISION]\n");
    return 2;
  }
  serve(argv, argc == 6 ? parse_precision(argv[5]) : Precision::f32);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "network_once: %s\n", error.what());
  return 1;
}
