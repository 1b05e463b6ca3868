// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/fit_structured.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "prior/diagonal_components.hpp"
#include "prior/expectation_maximisation.hpp"
#include "prior/factor_components.hpp"
#include "prior/fit_full.hpp"
#include "prior/mixture_options.hpp"
#include "prior/spectral_source.hpp"
#include "prior/tied_components.hpp"
#include "prior/toeplitz_components.hpp"

namespace pellucid {

namespace {

template <class T>
void check_type_options(Index dim, const MixtureFitOptions<T>& options) {
  if (options.start && options.covariance != CovarianceType::full) {
    throw Error("mixture fit: a start is for covariance type full, this one is '" +
                name(options.covariance) + "': leave it out");
  }
  if (has_blocks(options.covariance)) {
    const auto& blocks = options.blocks;
    if (blocks.empty()) {
      throw Error(
          fmt::format("mixture fit: {} covariances of {} entries need blocks: give two lengths "
                      "whose product is that",
                      name(options.covariance), dim));
    }
    if (blocks.size() != 2 || blocks[0] < 1 || blocks[1] < 1 || dim % blocks[0] != 0 ||
        dim / blocks[0] != blocks[1]) {
      throw Error(
          fmt::format("mixture fit: blocks {} for samples of {} entries: {} covariances "
                      "take two lengths whose product is that",
                      fmt::join(blocks, ","), dim, name(options.covariance)));
    }
  } else if (!options.blocks.empty()) {
    throw Error("mixture fit: covariance type '" + name(options.covariance) +
                "' has no blocks: leave them out, or take block-circulant or block-toeplitz");
  }
  const bool ranked = options.covariance == CovarianceType::low_rank;
  if (ranked && (options.rank < 1 || options.rank > dim)) {
    throw Error(
        fmt::format("mixture fit: rank {} of low-rank covariances of {} entries: give 1 to "
                    "{}",
                    options.rank, dim, dim));
  }
}

template <class T>
StructuredFit<T> fit_tied(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                          Monitor* monitor) {
  TiedComponents<T> mixture(clean.dim(), options.components, options.ridge);
  MixtureFitReport report = fit_components(clean, options, mixture, monitor);
  return {tied_mixture<T>(mixture.weights(), mixture.means(), mixture.covariance()),
          std::move(report)};
}

template <class T>
DiagonalMixture<T> diagonal_prior(const DiagonalComponents<T>& mixture,
                                  const MixtureFitOptions<T>& options) {
  DiagonalMixture<T> prior;
  prior.covariance = options.covariance;
  prior.weights = mixture.weights();
  prior.means = mixture.means();
  prior.variances = mixture.variances();
  return prior;
}

template <class T>
StructuredFit<T> fit_diagonal(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                              Monitor* monitor) {
  const bool spherical = options.covariance == CovarianceType::spherical;
  std::vector<Index> group(spherical ? static_cast<std::size_t>(clean.dim()) : 0, 0);
  DiagonalComponents<T> mixture(clean.dim(), options.components, std::move(group), options.ridge);
  MixtureFitReport report = fit_components(clean, options, mixture, monitor);
  return {diagonal_prior(mixture, options), std::move(report)};
}

// Bins of one frequency and its conjugate have one variance between them.
std::vector<Index> conjugate_pairs(const std::vector<Index>& blocks, Index dim) {
  std::vector<Index> group(static_cast<std::size_t>(dim));
  Index next = 0;
  for (Index i = 0; i < dim; ++i) {
    const Index mirrored = mirrored_bin(blocks, i);
    group[static_cast<std::size_t>(i)] =
        mirrored < i ? group[static_cast<std::size_t>(mirrored)] : next++;
  }
  return group;
}

// A circulant mixture is a diagonal one of the spectra.
template <class T>
StructuredFit<T> fit_circulant(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                               Monitor* monitor) {
  const Index dim = clean.dim();
  const auto blocks = options.blocks.empty() ? std::vector<Index>{dim} : options.blocks;
  const SpectralSource<T> spectra(clean, blocks, options.spectra_bytes, options.threads);
  DiagonalComponents<T> mixture(dim, options.components,
                                is_complex<T> ? std::vector<Index>() : conjugate_pairs(blocks, dim),
                                options.ridge);
  MixtureFitReport report = fit_components<T>(spectra, options, mixture, monitor);
  DiagonalMixture<T> prior = diagonal_prior(mixture, options);
  prior.blocks = blocks;
  spectra.basis().inverse(mixture.means(), prior.means);
  return {std::move(prior), std::move(report)};
}

template <class T>
StructuredFit<T> fit_toeplitz(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                              Monitor* monitor) {
  const Index n1 = options.blocks.empty() ? 1 : options.blocks[0];
  ToeplitzComponents<T> mixture(n1, clean.dim() / n1, options.components, options.ridge);
  MixtureFitReport report = fit_components(clean, options, mixture, monitor);
  return {mixture.mixture(), std::move(report)};
}

template <class T>
StructuredFit<T> fit_factors(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                             Monitor* monitor) {
  FactorComponents<T> mixture(clean.dim(), options.rank, options.components, options.ridge);
  MixtureFitReport report = fit_components(clean, options, mixture, monitor);
  return {mixture.mixture(), std::move(report)};
}

}  // namespace

template <class T>
StructuredFit<T> fit_structured_mixture(const SampleSource<T>& clean,
                                        const MixtureFitOptions<T>& options, Monitor* monitor) {
  const linalg::SingleThreadedBlas blas;
  check_mixture_options(clean, options,
                        options.start ? options.start->components() : options.components);
  check_type_options(clean.dim(), options);
  switch (options.covariance) {
    case CovarianceType::full: {
      MixtureFit<T> fit = fit_full(clean, options, monitor);
      return {std::move(fit.prior), std::move(fit.report)};
    }
    case CovarianceType::tied:
      return fit_tied(clean, options, monitor);
    case CovarianceType::circulant:
    case CovarianceType::block_circulant:
      return fit_circulant(clean, options, monitor);
    case CovarianceType::toeplitz:
    case CovarianceType::block_toeplitz:
      return fit_toeplitz(clean, options, monitor);
    case CovarianceType::low_rank:
      return fit_factors(clean, options, monitor);
    default:
      return fit_diagonal(clean, options, monitor);
  }
}

template StructuredFit<double> fit_structured_mixture<double>(const SampleSource<double>&,
                                                              const MixtureFitOptions<double>&,
                                                              Monitor*);
template StructuredFit<std::complex<double>> fit_structured_mixture<std::complex<double>>(
    const SampleSource<std::complex<double>>&, const MixtureFitOptions<std::complex<double>>&,
    Monitor*);

}  // namespace pellucid
