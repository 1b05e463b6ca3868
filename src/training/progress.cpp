// SPDX-License-Identifier: BSD-3-Clause
#include "training/progress.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace pellucid::training {

namespace {

using nlohmann::json;

// JSON has no numbers that are not finite: null stands for them.
json finite_or_null(double value) { return std::isfinite(value) ? json(value) : json(); }

bool is_possible(const TrainingProgress& progress) {
  const auto ended = static_cast<Index>(progress.epochs.size());
  return progress.steps >= ended && progress.seconds >= 0 && progress.best_epoch >= 0 &&
         progress.best_epoch <= ended && std::isfinite(progress.loss_sum);
}

double number_or(const json& value, double otherwise) {
  return value.is_null() ? otherwise : value.get<double>();
}

}  // namespace

Error damaged_progress() {
  return Error("the checkpoint's progress is damaged: remove it, and fit without --resume");
}

std::string progress_text(const TrainingProgress& progress) {
  json epochs = json::array();
  for (const TrainingEpoch& epoch : progress.epochs) {
    epochs.push_back({epoch.training_loss, finite_or_null(epoch.validation_loss),
                      epoch.learning_rate, epoch.seconds});
  }
  return json{{"steps", progress.steps},
              {"loss_sum", progress.loss_sum},
              {"seconds", progress.seconds},
              {"best_epoch", progress.best_epoch},
              {"best_loss", finite_or_null(progress.best_loss)},
              {"epochs", epochs}}
      .dump();
}

TrainingProgress parse_training_progress(const std::string& text) {
  try {
    const json object = json::parse(text);
    TrainingProgress progress;
    progress.steps = object.at("steps").get<Index>();
    progress.loss_sum = object.at("loss_sum").get<double>();
    progress.seconds = object.at("seconds").get<double>();
    progress.best_epoch = object.at("best_epoch").get<int>();
    progress.best_loss = number_or(object.at("best_loss"), std::numeric_limits<double>::infinity());
    for (const json& epoch : object.at("epochs")) {
      progress.epochs.push_back({epoch.at(0).get<double>(),
                                 number_or(epoch.at(1), std::numeric_limits<double>::quiet_NaN()),
                                 epoch.at(2).get<double>(), epoch.at(3).get<double>()});
    }
    if (!is_possible(progress)) throw damaged_progress();
    return progress;
  } catch (const json::exception&) {
    throw damaged_progress();
  }
}

}  // namespace pellucid::training
