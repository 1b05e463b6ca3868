// SPDX-License-Identifier: BSD-3-Clause
// Steps of training, as compare_training.py asks for them on standard input: `run COUNT` answers
// with the seconds of one step by the clock and of the processor, means over COUNT of them; `loss`
// with the last step's loss.
//
// Usage: training_once SIGNALS.npy KIND BATCH PRECISION THREADS
// SIGNALS are real, (n, lengths ...); KIND is cnn, unet or mlp, of the default architecture.

#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <sstream>

#include "pellucid/io/npy.hpp"
#include "training/adam.hpp"
#include "training/torch_network.hpp"

namespace {

using namespace pellucid;

NetworkTrainingOptions options_of(char** argv) {
  NetworkTrainingOptions options;
  options.batch = std::stol(argv[3]);
  options.precision = parse_training_precision(argv[4]);
  options.threads = std::stoi(argv[5]);
  return options;
}

class Steps {
 public:
  Steps(const Matrix<double>& signals, const NetworkArchitecture& architecture,
        const NetworkTrainingOptions& options)
      : samples_(
            training::read_samples(MatrixSource<double>(signals), {signals.rows()}, nullptr).first),
        options_(options),
        recipe_(training::make_recipe(options, architecture, signals.cols(), nullptr)),
        threads_(options.threads),
        network_(
            training::make_torch_network(architecture, options.loss, options.device, recipe_.bf16)),
        batches_(samples_, architecture, recipe_, options),
        layout_(architecture),
        learnt_(training::initial_weights(layout_, architecture, options.seed)),
        statistics_(training::initial_statistics(layout_)),
        gradient_(training::Numbers::Zero(layout_.weights)) {}

  void take() {
    batches_.make_training(step_, batch_);
    loss_ = network_->gradient(batch_, learnt_.weights, statistics_, gradient_);
    const double norm = training::norm_of(gradient_, options_.threads);
    ++step_;
    training::adam_step(gradient_, norm,
                        {.number = step_,
                         .rate = 1e-3,
                         .clip_norm = 1.0,
                         .average_decay = 0.999,
                         .threads = options_.threads},
                        learnt_);
  }
  [[nodiscard]] double loss() const { return loss_; }

 private:
  training::TrainingSamples samples_;
  NetworkTrainingOptions options_;
  training::Recipe recipe_;
  training::TorchThreads threads_;
  std::unique_ptr<training::TrainableNetwork> network_;
  training::BatchMaker batches_;
  training::WeightLayout layout_;
  training::LearntWeights learnt_;
  training::Numbers statistics_, gradient_;
  training::TrainingBatch batch_;
  Index step_ = 0;
  double loss_ = 0;
};

void serve(char** argv) {
  const Array array = read_npy(argv[1]);
  const NetworkArchitecture architecture =
      default_architecture(array.sample_shape(), false, argv[2]);
  Steps steps(to_samples<double>(array, argv[1]), architecture, options_of(argv));
  std::printf("ready\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string word;
    int count = 1;
    words >> word >> count;
    if (word == "run") {
      const std::clock_t before = std::clock();
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < count; ++i) steps.take();
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      const double of_processor = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
      std::printf("%.9f %.9f\n", taken.count() / count, of_processor / count);
    } else {
      std::printf("%.9g\n", steps.loss());
    }
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 6) {
    std::fprintf(stderr, "usage: training_once SIGNALS KIND BATCH PRECISION THREADS\n");
    return 2;
  }
  serve(argv);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "training_once: %s\n", error.what());
  return 1;
}
