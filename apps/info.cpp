// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <memory>

#include "commands.hpp"
#include "pellucid/io/array.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/model/access.hpp"

namespace pellucid::app {

namespace {

// A .safetensors file begins with its header's length in 8 bytes and then the header's brace.
bool is_model(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 9> begin{};
  return file.read(begin.data(), begin.size()) && begin[8] == '{';
}

std::string describe(const Gaussian<double>&) { return "Gaussian, full covariance"; }
std::string describe(const Gaussian<std::complex<double>>&) {
  return "circularly symmetric complex Gaussian, full covariance";
}
template <class T>
std::string describe(const GaussianMixture<T>& prior) {
  return fmt::format("Gaussian mixture, {} {}components, weights {:.3g} to {:.3g}",
                     prior.components(), is_complex<T> ? "complex " : "", prior.weights.minCoeff(),
                     prior.weights.maxCoeff());
}
template <class T>
std::string describe(const LowRank<T>& prior) {
  return fmt::format("principal components, rank {}, {:.2f} % of the variance", prior.rank(),
                     100 * average_variance(prior));
}

void print_model(const std::string& path) {
  const Model model = read_model(path);
  const std::string prior = std::visit(
      [](const auto& sort) { return std::visit([](const auto& p) { return describe(p); }, sort); },
      model.prior);
  fmt::print("{}: Pellucid model\n", path);
  fmt::print("  prior        {}\n", prior);
  fmt::print("  signal       {} samples of shape {}, {} entries\n",
             model.is_complex() ? "complex" : "real", shape_text(model.shape), model.dim());
  fmt::print("  power        {:.6g} average variance per entry about the mean\n", model.power);
  fmt::print("  scale        {:.6g}\n", model.scale);
  fmt::print("  schedule     {}: {:.1f} dB at step 1 to {:.1f} dB at step {}\n",
             model.schedule.text(), model.schedule.max_snr_db(), model.schedule.min_snr_db(),
             model.schedule.steps());
  fmt::print("  calibration  {}\n", model.calibration.entries.empty()
                                        ? "none"
                                        : fmt::format("{} SNRs", model.calibration.entries.size()));
  fmt::print("  fitted with  {}\n", model.settings);
}

template <class T>
std::string statistics(const Array& array, const std::string& path) {
  constexpr Index block = 4096;
  double sum = 0, squares = 0, least = std::numeric_limits<double>::infinity(), most = -least;
  std::complex<double> total = 0;
  for (Index first = 0; first < array.samples(); first += block) {
    const Matrix<T> x = to_samples<T>(array, first, std::min(block, array.samples() - first), path);
    total += std::complex<double>(x.sum());
    squares += x.squaredNorm();
    least = std::min(least, x.cwiseAbs().minCoeff());
    most = std::max(most, x.cwiseAbs().maxCoeff());
    sum += static_cast<double>(x.size());
  }
  std::string mean = fmt::format("{:.6g}", total.real() / sum);
  if constexpr (is_complex<T>) mean += fmt::format(" {:+.6g}i", total.imag() / sum);
  return fmt::format("  mean         {}\n  root mean sq {:.6g}\n  magnitude    {:.6g} to {:.6g}\n",
                     mean, std::sqrt(squares / sum), least, most);
}

void print_array(const std::string& path) {
  const Array array = read_array(path);
  std::string text =
      fmt::format("{}: array of {}, shape {}\n", path, name(array.type), shape_text(array.shape));
  if (!array.shape.empty() && array.size() > 0) {
    text += fmt::format("  samples      {} of shape {}\n", array.samples(),
                        shape_text(array.sample_shape()));
    text += is_complex_type(array.type) ? statistics<std::complex<double>>(array, path)
                                        : statistics<double>(array, path);
  }
  fmt::print("{}", text);
}

void run(const std::string& path) { is_model(path) ? print_model(path) : print_array(path); }

}  // namespace

void add_info(CLI::App& app, const Common&) {
  auto path = std::make_shared<std::string>();
  auto* info = app.add_subcommand("info", "Describe a model or data file");
  info->add_option("FILE", *path, "Model, .npy, IDX, PNG or folder of PNG")->required();
  info->footer("Example:\n  pellucid info model.safetensors");
  info->callback([path] { run(*path); });
}

}  // namespace pellucid::app
