// SPDX-License-Identifier: BSD-3-Clause
#include "fit_mixtures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "pellucid/io/checkpoint_file.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/prior/fit_fingerprint.hpp"

namespace pellucid::app {

namespace {

using nlohmann::json;

std::string framing_name(const Framing& framing) {
  return framing.is_none() ? "whole samples" : framing.text();
}

// The mixture of a model file in the user's units, as a fit takes it to start from.
template <class T>
GaussianMixture<T> read_start(const std::string& path, const FramingArguments& wanted) {
  const Model model = read_model(path);
  const Framing framing = framing_of(wanted);
  const bool same_cut = model.framing.kind == framing.kind && model.framing.size == framing.size;
  if (model.transform != transform_of(wanted) || !same_cut) {
    throw Error(
        fmt::format("{}: is a prior of {} under transform '{}': --init takes one that was cut "
                    "and transformed as this fit is",
                    path, framing_name(model.framing), name(model.transform)));
  }
  const auto* prior = model.is_complex() == is_complex<T>
                          ? std::get_if<GaussianMixture<T>>(&prior_as<T>(model))
                          : nullptr;
  if (prior == nullptr) {
    throw Error(fmt::format("{}: kind '{}'{}: --init takes a mixture of {} signals", path,
                            model.kind(), model.is_complex() ? " (complex)" : "",
                            is_complex<T> ? "complex" : "real"));
  }
  GaussianMixture<T> start = *prior;
  start.means = (start.means * model.scale).colwise() + offset_as<T>(model);
  for (auto& covariance : start.covariances) covariance *= model.scale * model.scale;
  return start;
}

std::string reseeding_text(const std::vector<Reseeding>& reseedings) {
  constexpr std::size_t most = 8;
  if (reseedings.empty()) return {};
  std::string text = fmt::format(
      "{} re-seeded: ", reseedings.size() == 1 ? std::string("1 component")
                                               : fmt::format("{} components", reseedings.size()));
  for (std::size_t i = 0; i < std::min(most, reseedings.size()); ++i) {
    const Reseeding& r = reseedings[i];
    text += fmt::format("{}{} in pass {}{}", i > 0 ? ", " : "", r.component, r.pass,
                        r.singular ? " (singular)" : "");
  }
  return text + (reseedings.size() > most ? ", ...\n" : "\n");
}

std::string report_text(const MixtureFitReport& report, Index dim) {
  const auto per_dimension = [dim](double nats) { return nats / static_cast<double>(dim); };
  std::string text = fmt::format(
      "{} after {} passes: {:.6g} nats per sample and dimension in model units ({:.6g} "
      "penalised), BIC {:.6g}\n",
      report.converged ? "converged" : "stopped", report.log_likelihood.size(),
      per_dimension(report.log_likelihood.back()),
      per_dimension(report.penalised_log_likelihood.back()), report.bic);
  return text + reseeding_text(report.reseedings);
}

// What a fit over a range has come to, kept in the settings of the best model so far.
struct Selection {
  std::string fingerprint;    // of data and options
  json rows = json::array();  // [K, nats per sample, BIC]
  std::optional<Model> best;
  double best_bic = 0.0;

  [[nodiscard]] bool has(Index components) const {
    return std::ranges::any_of(rows, [&](const json& row) { return row.at(0) == components; });
  }
  void offer(Index components, Model model, const MixtureFitReport& report) {
    rows.push_back({components, report.log_likelihood.back(), report.bic});
    if (!best || report.bic < best_bic) {
      best = std::move(model);
      best_bic = report.bic;
    }
    json settings = json::parse(best->settings);
    settings["selection"] = rows;
    settings["fingerprint"] = fingerprint;
    best->settings = settings.dump();
  }
  [[nodiscard]] Model take_best() && {
    json settings = json::parse(best->settings);
    settings.erase("fingerprint");
    best->settings = settings.dump();
    return std::move(*best);
  }
  [[nodiscard]] std::string text() const {
    std::string table = fmt::format("{:>6} {:>16} {:>16}\n", "K", "nats per sample", "BIC");
    for (const json& row : rows) {
      const double bic = row.at(2);
      table += fmt::format("{:>6} {:>16.6f} {:>16.8g}{}\n", row.at(0).get<Index>(),
                           row.at(1).get<double>(), bic, bic == best_bic ? "  kept" : "");
    }
    return table;
  }
};

std::string best_path(const FitArguments& arguments) { return arguments.checkpoint() + ".best"; }

// What an interrupted fit over the same range left; empty where there is nothing.
Selection read_selection(const FitArguments& arguments, std::string fingerprint) {
  Selection selection;
  selection.fingerprint = std::move(fingerprint);
  const std::string path = best_path(arguments);
  if (!arguments.resume || !std::filesystem::exists(path)) return selection;
  selection.best = read_model(path);
  const json settings = json::parse(selection.best->settings, nullptr, false);
  if (!settings.is_object() || !settings.contains("selection") ||
      settings.value("fingerprint", std::string()) != selection.fingerprint) {
    throw Error(
        fmt::format("{}: belongs to a fit of other data or with other options: give those again, "
                    "or fit without --resume",
                    path));
  }
  selection.rows = settings["selection"];
  selection.best_bic = settings.at("bic");
  return selection;
}

void save_selection(const FitArguments& arguments, const Model& best) {
  OutputFile file(best_path(arguments));
  write_model(file, best);
  file.commit();
}

// A kill between the two last acts of a number of components, keeping its model and removing its
// state, leaves a state that belongs to none of the fits to come.
void remove_finished_state(const CheckpointFile& checkpoint, const Selection& selection) {
  if (!selection.best || !checkpoint.exists()) return;
  const json fit = json::parse(checkpoint.fingerprint(), nullptr, false);
  const auto components = fit.is_object() ? fit.find("components") : fit.end();
  if (components == fit.end() || !components->is_number_integer()) return;
  if (selection.has(components->get<Index>())) checkpoint.remove();
}

}  // namespace

template <class T>
MixtureFitOptions<T> mixture_options(const FitArguments& arguments, const std::vector<Index>& shape,
                                     int threads) {
  MixtureFitOptions<T> options;
  options.passes = arguments.passes;
  options.tolerance = arguments.tolerance;
  options.restarts = arguments.restarts;
  options.regularisation = arguments.regularisation;
  options.ridge = arguments.ridge;
  options.batch = arguments.batch;
  options.seed = arguments.seed;
  options.threads = threads;
  const Structure structure = structure_of(arguments.structure, arguments.rank, shape);
  options.covariance = structure.covariance;
  options.blocks = structure.blocks;
  options.rank = structure.rank;
  if (!arguments.start.empty()) {
    options.start = read_start<T>(arguments.start, arguments.framing);
  }
  return options;
}

template <class T>
FittedPrior fit_mixtures(const SampleSource<T>& source, const SampleSpace& space,
                         const FitArguments& arguments, MixtureFitOptions<T> options,
                         Console& console) {
  CheckpointFile checkpoint(arguments.checkpoint(), arguments.resume);
  warn_of_unfinished(checkpoint, arguments, console);
  if (!arguments.output_is_direct()) options.checkpoint = &checkpoint;
  const std::vector<Index> range = arguments.component_range();
  Selection selection = read_selection(
      arguments, std::string(name(space.transform)) + " " + fit_fingerprint(source, options, 0));
  remove_finished_state(checkpoint, selection);
  std::string report = structure_of(arguments.structure, arguments.rank, space.shape).note;
  if (!report.empty()) report += "\n";
  for (const Index components : range) {
    if (selection.has(components)) continue;
    options.components = components;
    MixtureFitReport passes;
    Model model = fit_mixture_model(source, space, options, &console, &passes);
    if (range.size() == 1) {
      return {std::move(model), report + report_text(passes, source.dim())};
    }
    selection.offer(components, std::move(model), passes);
    if (options.checkpoint != nullptr) save_selection(arguments, *selection.best);
    checkpoint.remove();
  }
  report += selection.text();
  return {std::move(selection).take_best(), std::move(report)};
}

bool has_checkpoints(const FitArguments& arguments) {
  std::error_code error;
  return std::filesystem::exists(arguments.checkpoint(), error) ||
         std::filesystem::exists(best_path(arguments), error);
}

void remove_checkpoints(const FitArguments& arguments) {
  std::error_code error;
  const bool keeps_state = arguments.prior == "mixture" || arguments.prior == "network";
  if (!keeps_state || arguments.output_is_direct()) return;
  std::filesystem::remove(arguments.checkpoint(), error);
  std::filesystem::remove(best_path(arguments), error);
}

#define PELLUCID_INSTANTIATE(T)                                                                    \
  template MixtureFitOptions<T> mixture_options<T>(const FitArguments&, const std::vector<Index>&, \
                                                   int);                                           \
  template FittedPrior fit_mixtures<T>(const SampleSource<T>&, const SampleSpace&,                 \
                                       const FitArguments&, MixtureFitOptions<T>, Console&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid::app
