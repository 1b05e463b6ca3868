// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <set>

#include "commands.hpp"
#include "inputs.hpp"
#include "pellucid/base/signal_source.hpp"
#include "pellucid/io/array_file.hpp"
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
std::string describe_mixture(const Eigen::VectorXd& weights) {
  return fmt::format("Gaussian mixture, {} {}components, weights {:.3g} to {:.3g}", weights.size(),
                     is_complex<T> ? "complex " : "", weights.minCoeff(), weights.maxCoeff());
}
template <class T>
std::string describe(const GaussianMixture<T>& prior) {
  return describe_mixture<T>(prior.weights);
}
template <class T>
std::string describe(const DiagonalMixture<T>& prior) {
  return describe_mixture<T>(prior.weights);
}
template <class T>
std::string describe(const FactorMixture<T>& prior) {
  return fmt::format("{}, {} factors", describe_mixture<T>(prior.weights), prior.rank());
}
template <class T>
std::string describe(const LowRank<T>& prior) {
  return fmt::format("principal components, rank {}, {:.2f} % of the variance", prior.rank(),
                     100 * average_variance(prior));
}

template <class T>
std::string describe(const NetworkPrior<T>& prior) {
  Index weights = 0;
  for (const auto& [name, tensor] : *prior.tensors) {
    weights += static_cast<Index>(tensor.values.size());
  }
  return fmt::format("network, {} of {} weights, conditioned on {}, predicts {}",
                     prior.architecture.kind(), weights, name(prior.architecture.conditioning),
                     name(prior.architecture.prediction));
}

// Steps and precision by ranges of SNRs: "-20 to -5 dB: 1 in f32; 0 dB: 4 in bf16".
std::string describe(const Calibration& calibration) {
  if (calibration.entries.empty()) return "none";
  std::string text;
  const auto& entries = calibration.entries;
  for (std::size_t first = 0, last = 0; first < entries.size(); first = last + 1) {
    const Calibration::Entry& entry = entries[first];
    last = first;
    while (last + 1 < entries.size() && entries[last + 1].steps == entry.steps &&
           entries[last + 1].precision == entry.precision) {
      ++last;
    }
    text += fmt::format("{}{:.4g}", text.empty() ? "" : "; ", entry.snr_db);
    if (last > first) text += fmt::format(" to {:.4g}", entries[last].snr_db);
    text += fmt::format(" dB: {} in {}", entry.steps, name(entry.precision));
  }
  return fmt::format("steps at {} SNRs: {}", entries.size(), text);
}

void print_model(const std::string& path) {
  const Model model = read_model(path);
  const std::string prior = std::visit(
      [](const auto& sort) { return std::visit([](const auto& p) { return describe(p); }, sort); },
      model.prior);
  fmt::print("{}: Pellucid model\n", path);
  fmt::print("  prior        {}\n", prior);
  if (model.kind() == "mixture") fmt::print("  covariances  {}\n", name(model.covariance()));
  fmt::print("  signal       {} samples of shape {}, {} entries\n",
             model.is_complex() ? "complex" : "real", shape_text(model.shape), model.dim());
  if (!model.framing.is_none()) {
    fmt::print("  cut from     signals of any size: {}{}\n", model.framing.text(),
               model.framing.sample_rate > 0
                   ? fmt::format("; sound of {:g} Hz", model.framing.sample_rate)
                   : "");
  }
  if (model.transform != Transform::none) {
    fmt::print("  transform    {}\n", name(model.transform));
  }
  fmt::print("  power        {:.6g} average variance per entry about the mean\n", model.power);
  fmt::print("  scale        {:.6g}\n", model.scale);
  fmt::print("  schedule     {}: {:.1f} dB at step 1 to {:.1f} dB at step {}\n",
             model.schedule.text(), model.schedule.max_snr_db(), model.schedule.min_snr_db(),
             model.schedule.steps());
  fmt::print("  calibration  {}\n", describe(model.calibration));
  fmt::print("  fitted with  {}\n", model.settings);
}

template <class T>
std::string statistics(const ArrayReader& array) {
  constexpr Index block_entries = Index{1} << 20;
  const Index block = std::max<Index>(1, block_entries / array.dim());
  double sum = 0, squares = 0, least = std::numeric_limits<double>::infinity(), most = -least;
  std::complex<double> total = 0;
  for (Index first = 0; first < array.samples(); first += block) {
    const auto x = read_samples<T>(array, first, std::min(block, array.samples() - first));
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

std::string contents(const ArrayReader& array) {
  const FileTraits& traits = array.traits();
  if (traits.sample_rate > 0) {
    const Index length = array.dim();
    return fmt::format(
        "  sound        {} channel{}, {:.3f} s ({} samples at {} Hz), full scale 1\n",
        array.samples(), array.samples() == 1 ? "" : "s",
        static_cast<double>(length) / traits.sample_rate, length, traits.sample_rate);
  }
  return fmt::format("  samples      {} of shape {}\n", array.samples(),
                     shape_text(array.sample_shape()));
}

void print_array(const std::string& path) {
  const auto array = open_array(path);
  std::string text =
      fmt::format("{}: {}, array of {}, shape {}\n", path, array->traits().description,
                  name(array->type()), shape_text(array->shape()));
  if (!array->shape().empty() && entries_of(array->shape()) > 0) {
    text += contents(*array);
    text += is_complex_type(array->type()) ? statistics<std::complex<double>>(*array)
                                           : statistics<double>(*array);
  }
  fmt::print("{}", text);
}

// A folder of sounds, or of pictures of several sizes.
void print_folder(const std::string& path, const Inputs& inputs) {
  double seconds = 0;
  std::set<std::string> shapes;
  for (const InputFile& file : inputs.files()) {
    if (file.is_sound()) {
      seconds += static_cast<double>(file.shape().back()) / file.traits().sample_rate;
    }
    shapes.insert(shape_text(file.shape()));
  }
  fmt::print("{}: folder of {} files, {} signals\n", path, inputs.files().size(), inputs.count());
  fmt::print("  first        {}: {}\n", inputs.label(),
             inputs.files().front().traits().description);
  if (inputs.files().front().is_sound()) {
    fmt::print("  sound        {:.1f} s at {:g} Hz, full scale 1\n", seconds, inputs.sample_rate());
  } else {
    fmt::print("  shapes       {}, the first {}\n", shapes.size(), *shapes.begin());
  }
}

void run(const std::string& path) {
  std::error_code unreadable;
  if (std::filesystem::is_directory(path, unreadable)) {
    const Inputs inputs({path}, no_limit, true);
    if (inputs.files().size() > 1 || inputs.files().front().is_sound()) {
      print_folder(path, inputs);
      return;
    }
  }
  const bool checkpoint = path.ends_with(".pt") || path.ends_with(".pth");
  is_model(path) || checkpoint ? print_model(path) : print_array(path);
}

}  // namespace

void add_info(CLI::App& app, const Common&) {
  auto path = std::make_shared<std::string>();
  auto* info = app.add_subcommand("info", "Describe a model or data file");
  info->add_option("FILE", *path,
                   "Model, or data: .npy, .npz[:NAME], .mat[:NAME], IDX, PNG or folder of\n"
                   "PNG, WAV, FLAC, CSV; - for standard input")
      ->required();
  info->footer("Example:\n  pellucid info model.safetensors");
  info->callback([path] { run(*path); });
}

}  // namespace pellucid::app
