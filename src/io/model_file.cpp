// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/model_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "io/input_file.hpp"
#include "io/mixture_tensors.hpp"
#include "io/model_metadata.hpp"
#include "io/model_tensors.hpp"
#include "io/network_tensors.hpp"
#include "pellucid/io/safetensors.hpp"

namespace pellucid {
namespace {

using io::read_vector;
using io::rows_tensor;
using io::store;
using io::vector_tensor;

template <class T>
Gaussian<T> read_gaussian(io::TensorReader& tensors) {
  Gaussian<T> prior;
  prior.mean = read_vector<T>(tensors, "mean", "N");
  prior.covariance = tensors.read<T>("covariance", {"N", "N"}).transpose();
  return prior;
}

template <class T>
LowRank<T> read_low_rank(io::TensorReader& tensors) {
  LowRank<T> prior;
  prior.mean = read_vector<T>(tensors, "mean", "N");
  prior.eigenvectors = tensors.read<T>("eigenvectors", {"k", "N"});
  prior.eigenvalues = read_vector<double>(tensors, "eigenvalues", "k");
  return prior;
}

template <class T>
PriorOf<T> read_prior(const std::filesystem::path& path, const io::ModelMetadata& metadata,
                      io::TensorReader& tensors, const SafeTensors& content) {
  const std::string& kind = metadata.kind;
  if (kind == "gaussian") return read_gaussian<T>(tensors);
  if (kind == "mixture") return io::read_mixture<T>(path, metadata, tensors);
  if (kind == "pca") return read_low_rank<T>(tensors);
  if (kind == "network") {
    if (!metadata.network) {
      io::fail(path,
               "metadata 'network' is missing: it says the architecture; import the network "
               "again");
    }
    return NetworkPrior<T>{*metadata.network, std::make_shared<const NamedTensors>(
                                                  io::read_network_tensors(tensors, content))};
  }
  io::fail(path, fmt::format("metadata 'kind' is '{}', which is unknown: known are gaussian, "
                             "mixture, pca, network",
                             io::printable(kind)));
}

// The offset has the number type of the prior; a file without one has zero mean.
Eigen::VectorXcd read_offset(io::TensorReader& tensors, bool is_complex, Index dim) {
  if (!tensors.has("offset")) return Eigen::VectorXcd::Zero(dim);
  if (is_complex) return read_vector<std::complex<double>>(tensors, "offset", "N");
  return read_vector<double>(tensors, "offset", "N").cast<std::complex<double>>();
}

// The variance of a signal whose vectors have this one per entry. By Parseval's theorem a
// short-time spectrum's bins, the two real ones and their conjugate pairs, sum to size times sum
// w^2 of it.
double signal_power(const Framing& framing, double vector_variance) {
  if (framing.kind != Framing::Kind::stft) return vector_variance;
  const auto size = static_cast<double>(framing.size.front());
  const double bins =
      (size - 2) * vector_variance + framing.edge_variance[0] + framing.edge_variance[1];
  return bins / (size * framing.noise_gain());
}

// What a fit wrote, or the prior's own variance where a file is hand-written in the user's units.
double read_power(const io::ModelMetadata& metadata,
                  const std::variant<RealPrior, ComplexPrior>& prior) {
  if (metadata.power) return *metadata.power;
  if (metadata.scale && metadata.framing.is_none()) return *metadata.scale * *metadata.scale;
  const double variance = std::visit(
      [](const auto& field) {
        return std::visit([](const auto& known) { return average_variance(known); }, field);
      },
      prior);
  const double scale = metadata.scale.value_or(1.0);
  return signal_power(metadata.framing, scale * scale * variance);
}

template <class T>
void store(SafeTensors& content, const Gaussian<T>& prior) {
  content.tensors["mean"] = vector_tensor<T>(prior.mean);
  content.tensors["covariance"] = rows_tensor<T>(prior.covariance);
}

template <class T>
void store(SafeTensors& content, const LowRank<T>& prior) {
  content.tensors["mean"] = vector_tensor<T>(prior.mean);
  content.tensors["eigenvectors"] =
      io::tensor_of<T>(prior.eigenvectors, {prior.rank(), prior.dim()});
  content.tensors["eigenvalues"] = vector_tensor<double>(prior.eigenvalues);
}

template <class Check>
void with_path(const std::filesystem::path& path, Check&& check) {
  try {
    check();
  } catch (const Error& error) {
    io::fail(path, error.what());
  }
}

// What torch.save writes is a zip archive.
void refuse_checkpoint(const std::filesystem::path& path) {
  io::InputFile file(path);
  std::string begin(std::min<std::uint64_t>(file.size(), 4), '\0');
  file.read(std::as_writable_bytes(std::span(begin)));
  if (begin != "PK\x03\x04") return;
  io::fail(path,
           "is a zip archive, as PyTorch's checkpoints are, no model: run pellucid import first, "
           "with the network's --params");
}

}  // namespace

Model read_model(const std::filesystem::path& path) {
  refuse_checkpoint(path);
  const SafeTensors content = read_safetensors(path);
  if (content.metadata.empty() && !content.tensors.empty()) {
    io::fail(path,
             "holds tensors without a description, as pellucid export and others write them: run "
             "pellucid import first, with the network's --params");
  }
  const io::ModelMetadata metadata = io::parse_model_metadata(path, content.metadata);
  io::TensorReader tensors(path, content);
  Model model;
  if (metadata.is_complex) {
    model.prior = read_prior<std::complex<double>>(path, metadata, tensors, content);
  } else {
    model.prior = read_prior<double>(path, metadata, tensors, content);
  }
  model.offset = read_offset(tensors, metadata.is_complex, model.dim());
  tensors.require_all_read();
  model.shape = metadata.shape.value_or(std::vector<Index>{model.dim()});
  model.scale = metadata.scale.value_or(1.0);
  model.power = read_power(metadata, model.prior);
  model.schedule = metadata.schedule;
  model.calibration = metadata.calibration;
  model.transform = metadata.transform;
  model.framing = metadata.framing;
  model.settings = metadata.settings;
  with_path(path, [&] { model.validate(); });
  return model;
}

void write_model(OutputFile& out, const Model& model) {
  with_path(out.path(), [&] { model.validate(); });
  SafeTensors content;
  content.metadata = io::model_metadata(model);
  std::visit(
      [&](const auto& field) { std::visit([&](const auto& p) { store(content, p); }, field); },
      model.prior);
  content.tensors["offset"] = model.is_complex() ? vector_tensor<std::complex<double>>(model.offset)
                                                 : vector_tensor<double>(model.offset.real());
  write_safetensors(out, content);
}

void write_model(const std::filesystem::path& path, const Model& model) {
  OutputFile out(path);
  write_model(out, model);
  out.commit();
}

}  // namespace pellucid
