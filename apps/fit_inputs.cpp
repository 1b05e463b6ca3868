// SPDX-License-Identifier: BSD-3-Clause
#include "fit_inputs.hpp"

#include <fmt/format.h>

#include "arguments.hpp"
#include "checks.hpp"
#include "pellucid/model/training_vectors.hpp"

namespace pellucid::app {

namespace {

std::string line(const std::string& text) { return text.empty() ? text : text + "\n"; }

template <class T>
FittedPrior fit_prior(const SampleSource<T>& source, const SampleSpace& space,
                      const FitArguments& arguments, const MixtureFitOptions<T>& mixture,
                      Console& console) {
  if (arguments.prior == "gaussian") {
    return {fit_gaussian_model(source, space, mixture.threads, &console), {}};
  }
  if (arguments.prior == "pca") {
    constexpr Index default_rank = 64;
    const Index possible = std::min(source.dim(), source.count() - 1);
    const ComponentCount rank =
        component_count("--rank", arguments.rank, default_rank, possible,
                        fmt::format("{} samples of {} entries", source.count(), source.dim()));
    return {fit_pca_model(source, space, rank.value, mixture.threads, &console), line(rank.note)};
  }
  if (arguments.prior == "network") {
    TrainedNetwork network = fit_network(source, space, arguments, mixture.threads, console);
    Model model = network.model;
    std::string text = training_text(network);
    return {std::move(model), std::move(text), std::move(network)};
  }
  return fit_mixtures(source, space, arguments, mixture, console);
}

void check_memory(std::size_t limit, double needed, const std::string& what,
                  std::string_view mend) {
  if (limit == 0 || needed <= static_cast<double>(limit)) return;
  throw UsageError(fmt::format("--memory: {} takes about {:.0f} MiB: allow more, or {}", what,
                               needed / 0x1p20, mend));
}

// What a fit holds whatever the data's size, and of fewer samples than entries all of them: better
// said before than found out.
template <class T>
void check_fit_memory(const FitArguments& arguments, const std::vector<Index>& shape, Index count) {
  const Index dim = entries_of(shape);
  const std::size_t limit = arguments.memory.bytes();
  const auto n = static_cast<double>(dim), samples = static_cast<double>(count);
  if (arguments.prior == "network") {
    const NetworkArchitecture network = arguments.network.architecture_for(shape, is_complex<T>);
    check_memory(limit, static_cast<double>(training_bytes(count, network)),
                 fmt::format("training with {} samples of {} entries", count, dim),
                 "give fewer samples (--first)");
    return;
  }
  double entries = 3.0 * n * n;
  if (arguments.prior == "mixture")
    entries *= static_cast<double>(arguments.component_range().back()) *
               numbers_per_entry(structure_of(arguments.structure, arguments.rank, shape), shape) /
               n;
  if (arguments.prior == "pca" && count < dim)
    entries = 2.0 * n * samples + 2.0 * samples * samples;
  const double needed = entries * sizeof(T);
  check_memory(
      limit, needed,
      fmt::format("a prior of kind {} for {} samples of {} entries", arguments.prior, count, dim),
      "fit fewer components, or cut frames or patches");
}

// A prior of whole samples.
template <class T>
Fit fit_samples(const Inputs& inputs, const FitArguments& arguments, int threads,
                Console& console) {
  const InputSamples<T> source(inputs);
  if (source.count() == 1) {
    throw Error(
        fmt::format("{}: holds one sample, a prior needs several: give more, or cut patches "
                    "(--patch) or frames (--frame) from it",
                    inputs.label()));
  }
  SampleSpace space(inputs.common_shape());
  if (space.shape.empty()) space.shape = {1};
  check_fit_memory<T>(arguments, space.shape, source.count());
  space.transform = transform_of(arguments.framing);
  const auto mixture = mixture_options<T>(arguments, space.shape, threads);
  Fit fit;
  fit.prior =
      inputs.named([&] { return fit_prior<T>(source, space, arguments, mixture, console); });
  fit.fitted_to = fmt::format("{} samples", inputs.count());
  return fit;
}

// A prior of vectors `V` cut from signals `T`.
template <class T, class V>
Fit fit_vectors(const Inputs& inputs, const Framing& framing, const FitArguments& arguments,
                int threads, Console& console) {
  constexpr Index default_vectors = 100'000;
  const auto shape_in = [&](const InputFile& file) {
    return file.named([&] { return framing.vector_shape(file.signal_shape()); });
  };
  SampleSpace space(shape_in(inputs.files().front()));
  for (const InputFile& file : inputs.files()) {
    if (shape_in(file) == space.shape) continue;
    throw Error(fmt::format(
        "{}: {} have shape {} here, those of {} have {}: give signals of one sort", file.name(),
        framing.text(), shape_text(shape_in(file)), inputs.label(), shape_text(space.shape)));
  }
  const Index dim = entries_of(space.shape);

  Index most = arguments.vectors > 0 ? arguments.vectors : default_vectors;
  if (const std::size_t limit = arguments.memory.bytes(); limit > 0) {
    const std::size_t fitting = limit / 2 / (static_cast<std::size_t>(dim) * sizeof(V));
    most = std::min(most, std::max<Index>(1, static_cast<Index>(fitting)));
  }
  check_fit_memory<Wide<V>>(arguments, space.shape, most);
  const auto cut = inputs.named([&] {
    return cut_training_vectors<T, V>(InputSignals<T>(inputs), framing, most, arguments.seed,
                                      &console);
  });
  space.framing = cut.framing;
  space.signal_power = cut.signal_power;
  space.transform = transform_of(arguments.framing);
  const auto mixture = mixture_options<Wide<V>>(arguments, space.shape, threads);
  Fit fit;
  fit.prior = inputs.named([&] {
    return fit_prior<Wide<V>>(MatrixSource<V>(cut.vectors), space, arguments, mixture, console);
  });
  fit.fitted_to = fmt::format("{} of {} {} from {} signals", cut.vectors.cols(), cut.available,
                              framing.text(), inputs.count());
  return fit;
}

}  // namespace

Fit fit_model(const Inputs& inputs, const Framing& framing, const FitArguments& arguments,
              int threads, Console& console) {
  if (framing.is_none()) {
    return inputs.is_complex()
               ? fit_samples<std::complex<double>>(inputs, arguments, threads, console)
               : fit_samples<double>(inputs, arguments, threads, console);
  }
  Fit fit;
  dispatch(inputs.is_complex(), inputs.is_double(), [&]<class T>() {
    if constexpr (!is_complex<T>) {
      if (framing.kind == Framing::Kind::stft) {
        fit = fit_vectors<T, std::complex<T>>(inputs, framing, arguments, threads, console);
        return;
      }
    }
    fit = fit_vectors<T, T>(inputs, framing, arguments, threads, console);
  });
  return fit;
}

}  // namespace pellucid::app
