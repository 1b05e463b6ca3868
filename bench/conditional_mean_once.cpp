// SPDX-License-Identifier: BSD-3-Clause

// One estimate of FOLDER/y.npy under the golden mixture_paper, for bench/compare_numpy.py: prints
// the seconds of the second of two calls (model built, memory warm) and writes FOLDER/x.npy.
// Usage: conditional_mean_once GOLDEN float32|float64 VARIANCE FOLDER

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

#include "pellucid/pellucid.hpp"
#include "support/golden.hpp"

namespace {

using namespace pellucid;

template <class T>
void run(double variance, const std::string& folder) {
  Model model;
  model.prior = RealPrior(test::golden_mixture<double>("mixture_paper"));
  model.shape = {64};
  model.offset = Eigen::VectorXcd::Zero(64);
  const Estimator<T> estimator(model);
  const Array array = read_npy(folder + "/y.npy");
  const Matrix<T> y = to_samples<T>(array, "y.npy");
  Matrix<T> x = estimator.denoise(y, Noise::std(std::sqrt(variance)));
  const auto begin = std::chrono::steady_clock::now();
  x = estimator.denoise(y, Noise::std(std::sqrt(variance)));
  const auto end = std::chrono::steady_clock::now();
  std::printf("%.9f\n", std::chrono::duration<double>(end - begin).count());
  write_npy(folder + "/x.npy", from_samples<T>(x, {64}));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) return 2;
  std::string(argv[2]) == "float32" ? run<float>(std::stod(argv[3]), argv[4])
                                    : run<double>(std::stod(argv[3]), argv[4]);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "conditional_mean_once: %s\n", error.what());
  return 1;
}
