// SPDX-License-Identifier: BSD-3-Clause
#include "training/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "io/network_tensors.hpp"

namespace pellucid::training {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Index most_statistics_batches = 32;
constexpr double seconds_between_saves = 300;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

std::string training_fingerprint(const TrainingSamples& samples,
                                 const NetworkArchitecture& architecture, const Recipe& recipe,
                                 const NetworkTrainingOptions& options) {
  const bool by_steps = architecture.conditioning == Conditioning::step;
  return nlohmann::json{{"data", samples.fingerprint()},
                        {"samples", samples.count()},
                        {"network", io::architecture_json(architecture)},
                        {"schedule", by_steps ? options.schedule.text() : "any"},
                        {"loss", name(options.loss)},
                        {"weighting", name(options.weighting)},
                        {"epochs", recipe.epochs},
                        {"batch", recipe.batch},
                        {"learning rate", recipe.learning_rate},
                        {"warm-up", recipe.warm_up},
                        {"decay of the average", options.average_decay},
                        {"clip norm", options.clip_norm},
                        {"validation samples", recipe.validation_samples},
                        {"patience", options.patience},
                        {"precision", recipe.bf16 ? "bf16" : "f32"},
                        {"seed", options.seed}}
      .dump();
}

Trainer::Trainer(const TrainingSamples& samples, const NetworkArchitecture& architecture,
                 const Recipe& recipe, const NetworkTrainingOptions& options,
                 TrainableNetwork& network)
    : recipe_(recipe),
      options_(options),
      network_(network),
      layout_(architecture),
      batches_(samples, architecture, recipe, options),
      fingerprint_(training_fingerprint(samples, architecture, recipe, options)),
      learnt_(initial_weights(layout_, architecture, options.seed)),
      statistics_(initial_statistics(layout_)),
      gradient_(Numbers::Zero(layout_.weights)),
      best_weights_(learnt_.average),
      best_statistics_(statistics_) {}

NamedTensors Trainer::best() const {
  return named_tensors(layout_, best_weights_, best_statistics_);
}

void Trainer::run(Monitor* monitor) {
  load();
  const Task task(monitor, "training", static_cast<double>(recipe_.steps()));
  double before = progress_.seconds;  // of the pass begun, by a training that was stopped
  auto begun = Clock::now(), saved = begun;
  while (!is_done()) {
    const Index step = progress_.steps;
    const double loss = take_step(step);
    progress_.loss_sum += loss;
    progress_.steps = step + 1;
    progress_.seconds = before + seconds_since(begun);
    if (progress_.steps % recipe_.steps_per_epoch == 0) {
      end_epoch();
      begun = saved = Clock::now();
      before = 0;
      save();
    } else if (seconds_since(saved) > seconds_between_saves) {
      save();
      saved = Clock::now();
    }
    try {
      task.update(static_cast<double>(progress_.steps), note(loss));
    } catch (const Stopped&) {
      save();
      throw;
    }
  }
}

double Trainer::take_step(Index step) {
  batches_.make_training(step, batch_);
  const double loss = network_.gradient(batch_, learnt_.weights, statistics_, gradient_);
  const double norm = norm_of(gradient_, options_.threads);
  if (!std::isfinite(loss) || !std::isfinite(norm)) {
    throw NotFinite(fmt::format(
        "the {} became {} in epoch {}, batch {}: give a lower learning rate than {:g}, or look "
        "for extreme samples",
        std::isfinite(loss) ? "gradient" : "loss", std::isfinite(loss) ? norm : loss,
        step / recipe_.steps_per_epoch + 1, step % recipe_.steps_per_epoch + 1,
        recipe_.learning_rate));
  }
  adam_step(gradient_, norm,
            {step + 1, recipe_.rate_at(step), options_.clip_norm, options_.average_decay,
             options_.threads},
            learnt_);
  return loss;
}

void Trainer::end_epoch() {
  const auto begun = Clock::now();
  Numbers statistics = averaged_statistics();
  const bool validates = recipe_.validation_samples > 0;
  const double loss =
      validates ? validation_loss(statistics) : std::numeric_limits<double>::quiet_NaN();
  if (validates && !std::isfinite(loss)) {
    throw NotFinite(
        fmt::format("the validation loss became {} in epoch {}: give a lower learning rate "
                    "than {:g}, or look for extreme samples",
                    loss, progress_.epochs.size() + 1, recipe_.learning_rate));
  }
  progress_.epochs.push_back({progress_.loss_sum / static_cast<double>(recipe_.steps_per_epoch),
                              loss, recipe_.rate_at(progress_.steps - 1),
                              progress_.seconds + seconds_since(begun)});
  progress_.loss_sum = 0;
  progress_.seconds = 0;
  if (validates && !(loss < progress_.best_loss)) return;
  progress_.best_loss = validates ? loss : progress_.best_loss;
  progress_.best_epoch = static_cast<int>(progress_.epochs.size());
  best_weights_ = learnt_.average;
  best_statistics_ = std::move(statistics);
}

// The running statistics are those of the weights as they were; the averaged weights have others.
Numbers Trainer::averaged_statistics() {
  Numbers statistics = statistics_;
  if (layout_.statistics == 0) return statistics;
  const Index count = std::min(recipe_.steps_per_epoch, most_statistics_batches);
  for (Index i = 0; i < count; ++i) {
    batches_.make_statistics(i, batch_);
    network_.follow_statistics(batch_, learnt_.average, 1.0 / static_cast<double>(i + 1),
                               statistics);
  }
  return statistics;
}

double Trainer::validation_loss(const Numbers& statistics) {
  double sum = 0;
  Index rows = 0;
  for (Index i = 0; i < batches_.validation_batches(); ++i) {
    batches_.make_validation(i, batch_);
    sum += static_cast<double>(batch_.rows) * network_.loss(batch_, learnt_.average, statistics);
    rows += batch_.rows;
  }
  return sum / static_cast<double>(rows);
}

bool Trainer::is_done() const {
  if (progress_.steps >= recipe_.steps()) return true;
  const auto ended = static_cast<int>(progress_.epochs.size());
  return options_.patience > 0 && ended - progress_.best_epoch >= options_.patience;
}

void Trainer::save() {
  if (options_.checkpoint == nullptr) return;
  const std::array state = arrays();
  options_.checkpoint->save(fingerprint_, progress_text(progress_), state);
}

void Trainer::load() {
  if (options_.checkpoint == nullptr) return;
  std::string progress;
  const std::array state = arrays();
  if (!options_.checkpoint->load(fingerprint_, progress, state)) return;
  progress_ = parse_training_progress(progress);
}

std::array<StateArray, 7> Trainer::arrays() {
  const auto array = [](const char* array_name, Numbers& numbers) {
    return StateArray{array_name, numbers.data(), numbers.size()};
  };
  return {array("weights", learnt_.weights),
          array("average", learnt_.average),
          array("first_moment", learnt_.first_moment),
          array("second_moment", learnt_.second_moment),
          array("statistics", statistics_),
          array("best_weights", best_weights_),
          array("best_statistics", best_statistics_)};
}

std::string Trainer::note(double loss) const {
  std::string text =
      fmt::format("epoch {}/{}, loss {:.4g}",
                  std::min<Index>(progress_.steps / recipe_.steps_per_epoch + 1, recipe_.epochs),
                  recipe_.epochs, loss);
  if (!progress_.epochs.empty() && recipe_.validation_samples > 0) {
    text += fmt::format(", validation {:.4g}", progress_.epochs.back().validation_loss);
  }
  return text;
}

}  // namespace pellucid::training
