// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "pellucid/report/training_report.hpp"
#include "report/analysis_page.hpp"
#include "report/curve_style.hpp"
#include "report/text.hpp"

namespace pellucid {
namespace {

using namespace report;

LinePlot over_epochs(std::string id, std::string title, std::string y_label, std::string y_name) {
  LinePlot plot;
  plot.id = std::move(id);
  plot.title = std::move(title);
  plot.x_name = "Epoch";
  plot.y_label = std::move(y_label);
  plot.y_name = std::move(y_name);
  return plot;
}

template <class Value>
Curve epoch_curve(std::string label, std::size_t number, const NetworkTrainingReport& training,
                  const Value& value) {
  Curve curve{std::move(label), numbered_style(number), number, {}};
  curve.style.marker = Marker::none;
  for (std::size_t i = 0; i < training.epochs.size(); ++i) {
    const double y = value(training.epochs[i]);
    curve.points.push_back({static_cast<double>(i + 1), y, 0.0, number_text(y)});
  }
  return curve;
}

LinePlot loss_plot(const NetworkTrainingReport& training) {
  LinePlot plot = over_epochs("loss", "Loss after every epoch", "Loss", "loss");
  plot.curves.push_back(epoch_curve(
      "training", 0, training, [](const TrainingEpoch& epoch) { return epoch.training_loss; }));
  if (training.validation_samples > 0) {
    plot.curves.push_back(epoch_curve("validation", 1, training, [](const TrainingEpoch& epoch) {
      return epoch.validation_loss;
    }));
    plot.marks.push_back({static_cast<double>(training.best_epoch), numbered_style(1).colour, 1,
                          fmt::format("best: epoch {}", training.best_epoch)});
  }
  return plot;
}

LinePlot rate_plot(const NetworkTrainingReport& training) {
  LinePlot plot = over_epochs("learning_rate", "Learning rate at the end of every epoch",
                              "Learning rate", "learning rate");
  plot.scale = Scale::linear;
  plot.curves.push_back(epoch_curve("learning rate", 0, training, [](const TrainingEpoch& epoch) {
    return epoch.learning_rate;
  }));
  return plot;
}

LinePlot steps_plot(const CalibrationResult& calibration) {
  LinePlot plot;
  plot.id = "steps";
  plot.title = "NMSE by SNR for every number of steps";
  plot.x_name = "SNR";
  plot.x_unit = "dB";
  plot.y_label = "NMSE";
  plot.y_name = "NMSE";
  std::map<int, Curve> curves;
  for (const CalibrationTrial& trial : calibration.trials) {
    // Trials in bf16 differ by less than a line's width, where they matter.
    if (trial.precision != Precision::f32) continue;
    Curve& curve = curves[trial.steps];
    curve.points.push_back(
        {trial.snr_db, trial.nmse, trial.nmse_stderr, with_error(trial.nmse, trial.nmse_stderr)});
  }
  for (auto& [steps, curve] : curves) {
    curve.series = plot.curves.size();
    curve.style = numbered_style(curve.series);
    curve.label = fmt::format("{} step{}", steps, steps == 1 ? "" : "s");
    plot.curves.push_back(std::move(curve));
  }
  return plot;
}

TableBlock epoch_table(const NetworkTrainingReport& training) {
  TableBlock table{"epochs",
                   {{"Epoch", "epoch"},
                    {"Training loss", "training_loss"},
                    {"Validation loss", "validation_loss"},
                    {"Learning rate", "learning_rate"},
                    {"Seconds", "seconds"}},
                   {},
                   ""};
  for (std::size_t i = 0; i < training.epochs.size(); ++i) {
    const TrainingEpoch& epoch = training.epochs[i];
    const auto number = static_cast<double>(i + 1);
    TableCell validation{epoch.validation_loss, ""};
    if (!std::isfinite(epoch.validation_loss)) validation.value.reset();
    table.rows.push_back({{number, std::to_string(i + 1)},
                          {epoch.training_loss, ""},
                          validation,
                          {epoch.learning_rate, ""},
                          {epoch.seconds, number_text(epoch.seconds, 3)}});
  }
  return table;
}

double total_seconds(const NetworkTrainingReport& training) {
  double seconds = 0;
  for (const TrainingEpoch& epoch : training.epochs) seconds += epoch.seconds;
  return seconds;
}

std::string summary(const NetworkTrainingReport& training) {
  if (training.epochs.empty()) return "No epoch ended.";
  std::string text =
      fmt::format("Trained for <b>{}</b> of {} epochs in {:.1f} minutes.", training.epochs.size(),
                  training.epochs_planned, total_seconds(training) / 60);
  if (training.validation_samples == 0) return text;
  const TrainingEpoch& best = training.epochs[static_cast<std::size_t>(training.best_epoch - 1)];
  return text + fmt::format(
                    " The weights are those after epoch <b>{}</b>, whose validation loss "
                    "was the lowest, <b>{}</b>.",
                    training.best_epoch, number_text(best.validation_loss));
}

std::vector<std::pair<std::string, std::string>> facts(const NetworkTrainingReport& training) {
  const NetworkArchitecture& architecture = training.architecture;
  return {{"Network", std::string(architecture.kind())},
          {"Weights", std::to_string(training.weights)},
          {"Conditioned on", std::string(name(architecture.conditioning))},
          {"Predicts", std::string(name(architecture.prediction))},
          {"Training samples", std::to_string(training.training_samples)},
          {"Validation samples", std::to_string(training.validation_samples)},
          {"Batch", std::to_string(training.batch)},
          {"Passes an epoch", std::to_string(training.passes_per_epoch)},
          {"Arithmetic", training.bf16 ? "bf16" : "f32"}};
}

AnalysisPage page_of(const NetworkTrainingReport& training, const CalibrationResult& calibration,
                     const ReportHead& head) {
  AnalysisPage page;
  page.kind = "Pellucid training";
  page.title = head.title;
  page.summary = summary(training);
  page.facts = facts(training);
  page.sections = {
      {"Losses",
       {PlotBlock{
            loss_plot(training),
            "Mean over an epoch of the loss of weights as they were at each step, and the loss "
            "of the averaged weights on samples that were kept apart, always with the same "
            "noise. The triangle marks the epoch whose weights the model has."},
        PlotBlock{rate_plot(training), "Learning rate at the end of every epoch.", 240}}}};
  if (!calibration.trials.empty()) {
    page.sections.push_back(
        {"Numbers of steps",
         {PlotBlock{steps_plot(calibration),
                    "Error on the validation samples for every number of steps of mean forwarding, "
                    "with one standard error to each side, in single precision; the model "
                    "stores the best of each SNR."}}});
  }
  page.sections.push_back({"All epochs", {epoch_table(training)}});
  page.words = {{"Validation loss",
                 "Of samples that the training never saw. Where it rises while the training loss "
                 "falls, the network learns its samples by heart: give more of them, or a smaller "
                 "network."}};
  page.command_line = head.command_line;
  page.settings = head.settings;
  return page;
}

}  // namespace

AnalysisReport training_report(const NetworkTrainingReport& training,
                               const CalibrationResult& calibration, const ReportHead& head) {
  const AnalysisPage page = page_of(training, calibration, head);
  return {analysis_html(page), analysis_figures(page)};
}

}  // namespace pellucid
