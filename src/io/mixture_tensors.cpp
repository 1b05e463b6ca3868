// SPDX-License-Identifier: BSD-3-Clause
#include "io/mixture_tensors.hpp"

#include <fmt/format.h>

#include "io/input_file.hpp"

namespace pellucid::io {
namespace {

// The type that tensors tell; Toeplitz covariances are stored like full ones.
CovarianceType type_of(const ModelMetadata& metadata, const TensorReader& tensors) {
  if (tensors.has("spectra")) {
    return metadata.blocks.size() == 2 ? CovarianceType::block_circulant
                                       : CovarianceType::circulant;
  }
  if (tensors.has("variances")) {
    return tensors.axes("variances") == 1 ? CovarianceType::spherical : CovarianceType::diag;
  }
  if (tensors.has("covariance")) return CovarianceType::tied;
  if (tensors.has("factors")) return CovarianceType::low_rank;
  return CovarianceType::full;
}

void check_type(const std::filesystem::path& path, const ModelMetadata& metadata,
                CovarianceType found) {
  if (!metadata.covariance || *metadata.covariance == found) return;
  const bool toeplitz = *metadata.covariance == CovarianceType::toeplitz ||
                        *metadata.covariance == CovarianceType::block_toeplitz;
  if (toeplitz && found == CovarianceType::full) return;
  fail(path, fmt::format("metadata 'covariance' is '{}', the tensors are those of {}: correct it, "
                         "or the tensors and 'blocks'",
                         name(*metadata.covariance), name(found)));
}

template <class T>
DiagonalMixture<T> read_diagonal(const ModelMetadata& metadata, TensorReader& tensors,
                                 CovarianceType type) {
  DiagonalMixture<T> prior;
  prior.covariance = type;
  prior.weights = read_vector<double>(tensors, "weights", "K");
  prior.means = tensors.read<T>("means", {"K", "N"});
  if (type == CovarianceType::spherical) {
    prior.variances = tensors.read<double>("variances", {"K"}).replicate(prior.dim(), 1);
  } else if (type == CovarianceType::diag) {
    prior.variances = tensors.read<double>("variances", {"K", "N"});
  } else {
    prior.variances = tensors.read<double>("spectra", {"K", "N"});
    prior.blocks = metadata.blocks;
    if (prior.blocks.empty()) prior.blocks = {prior.dim()};
  }
  return prior;
}

template <class T>
DiagonalMixture<T> read_tied(TensorReader& tensors) {
  Eigen::VectorXd weights = read_vector<double>(tensors, "weights", "K");
  Matrix<T> means = tensors.read<T>("means", {"K", "N"});
  Matrix<T> covariance = tensors.read<T>("covariance", {"N", "N"}).transpose();
  return tied_mixture<T>(std::move(weights), std::move(means), std::move(covariance));
}

template <class T>
FactorMixture<T> read_factors(TensorReader& tensors) {
  FactorMixture<T> prior;
  prior.weights = read_vector<double>(tensors, "weights", "K");
  prior.means = tensors.read<T>("means", {"K", "N"});
  prior.factors = read_matrices<T>(tensors, "factors", prior.dim(), "r");
  prior.noise_variances = tensors.read<double>("noise_variances", {"K", "N"});
  return prior;
}

template <class T>
GaussianMixture<T> read_full(TensorReader& tensors) {
  GaussianMixture<T> prior;
  prior.weights = read_vector<double>(tensors, "weights", "K");
  prior.means = tensors.read<T>("means", {"K", "N"});
  prior.covariances = read_matrices<T>(tensors, "covariances", prior.dim(), "N");
  return prior;
}

template <class T>
void store_common(SafeTensors& content, const auto& prior) {
  content.tensors["weights"] = vector_tensor<double>(prior.weights);
  content.tensors["means"] = tensor_of<T>(prior.means, {prior.components(), prior.dim()});
}

}  // namespace

template <class T>
PriorOf<T> read_mixture(const std::filesystem::path& path, const ModelMetadata& metadata,
                        TensorReader& tensors) {
  const CovarianceType type = type_of(metadata, tensors);
  check_type(path, metadata, type);
  switch (type) {
    case CovarianceType::tied:
      try {
        return read_tied<T>(tensors);
      } catch (const Error& error) {
        const std::string text = error.what();
        if (text.starts_with(path.string())) throw;
        fail(path, text);
      }
    case CovarianceType::low_rank:
      return read_factors<T>(tensors);
    case CovarianceType::full:
      return read_full<T>(tensors);
    default:
      return read_diagonal<T>(metadata, tensors, type);
  }
}

template <class T>
void store(SafeTensors& content, const GaussianMixture<T>& prior) {
  store_common<T>(content, prior);
  content.tensors["covariances"] = matrices_tensor<T>(prior.covariances);
}

template <class T>
void store(SafeTensors& content, const DiagonalMixture<T>& prior) {
  store_common<T>(content, prior);
  const std::vector<Index> shape{prior.components(), prior.dim()};
  switch (prior.covariance) {
    case CovarianceType::tied:
      content.tensors["covariance"] = rows_tensor<T>(component_covariance(prior, 0));
      return;
    case CovarianceType::spherical:
      content.tensors["variances"] = vector_tensor<double>(prior.variances.row(0).transpose());
      return;
    case CovarianceType::diag:
      content.tensors["variances"] = tensor_of<double>(prior.variances, shape);
      return;
    default:
      content.tensors["spectra"] = tensor_of<double>(prior.variances, shape);
  }
}

template <class T>
void store(SafeTensors& content, const FactorMixture<T>& prior) {
  store_common<T>(content, prior);
  content.tensors["factors"] = matrices_tensor<T>(prior.factors);
  content.tensors["noise_variances"] =
      tensor_of<double>(prior.noise_variances, {prior.components(), prior.dim()});
}

#define PELLUCID_INSTANTIATE(T)                                                           \
  template PriorOf<T> read_mixture<T>(const std::filesystem::path&, const ModelMetadata&, \
                                      TensorReader&);                                     \
  template void store<T>(SafeTensors&, const GaussianMixture<T>&);                        \
  template void store<T>(SafeTensors&, const DiagonalMixture<T>&);                        \
  template void store<T>(SafeTensors&, const FactorMixture<T>&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid::io
