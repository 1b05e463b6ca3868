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
constexpr double seconds_between_saves = 300;  // within an epoch

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// "inf" or "nan", whose sign says nothing.
std::string not_finite(double value) { return fmt::format("{}", std::abs(value)); }

}  // namespace

std::string training_fingerprint(const TrainingSamples& samples,
                                 const NetworkArchitecture& architecture, const Recipe& recipe,
                                 const NetworkTrainingOptions& options) {
  const bool by_steps = architecture.conditioning == Conditioning::step;
  nlohmann::json fields{{"data", samples.fingerprint()},
                        {"samples", samples.count()},
                        {"schedule", by_steps ? options.schedule.text() : "any"},
                        {"loss", name(options.loss)},
                        {"weighting", name(options.weighting)},
                        {"epochs", recipe.epochs},
                        {"passes an epoch", recipe.passes_per_epoch},
                        {"batch", recipe.batch},
                        {"learning rate", recipe.learning_rate},
                        {"warm-up", recipe.warm_up},
                        {"weight decay", recipe.weight_decay},
                        {"decay of the average", options.average_decay},
                        {"clip norm", options.clip_norm},
                        {"validation samples", recipe.validation_samples},
                        {"patience", options.patience},
                        {"precision", recipe.bf16 ? "bf16" : "f32"},
                        {"device", name(options.device)},
                        {"seed", options.seed}};
  // One by one, so that a message names the field that differs.
  const nlohmann::json network = io::architecture_json(architecture);
  for (const auto& [key, value] : network.items()) {
    fields["network " + key] = value;
  }
  return fields.dump();
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
  auto begun = Clock::now();
  saved_ = begun;
  while (!is_done()) {
    const Index step = progress_.steps;
    const double loss = take_step(step);
    progress_.loss_sum += loss;
    progress_.steps = step + 1;
    progress_.seconds = before + seconds_since(begun);
    const bool epoch_ends = progress_.steps % recipe_.steps_per_epoch() == 0;
    if (epoch_ends) {
      end_epoch();
      begun = Clock::now();
      before = 0;
    }
    const double patient = std::max(seconds_between_saves, options_.save_every);
    if (seconds_since(saved_) >= (epoch_ends ? options_.save_every : patient)) {
      save_or_warn(monitor);
    }
    try {
      task.update(static_cast<double>(progress_.steps), note(loss));
    } catch (const Stopped&) {
      save_stopped();
      throw;
    }
  }
  if (saved_steps_ != progress_.steps) save_or_warn(monitor);
  warn_where_useless(monitor);
}

double Trainer::take_step(Index step) {
  batches_.make_training(step, batch_);
  const double loss = network_.gradient(batch_, learnt_.weights, statistics_, gradient_);
  const double norm = norm_of(gradient_, options_.threads);
  if (!std::isfinite(loss) || !std::isfinite(norm)) {
    throw NotFinite(fmt::format(
        "the {} became {} in epoch {}, batch {}: give a lower learning rate than {:g}, or look "
        "for extreme samples",
        std::isfinite(loss) ? "gradient" : "loss", not_finite(std::isfinite(loss) ? norm : loss),
        step / recipe_.steps_per_epoch() + 1, step % recipe_.steps_per_epoch() + 1,
        recipe_.learning_rate));
  }
  adam_step(gradient_, norm,
            {step + 1, recipe_.rate_at(step), options_.clip_norm, recipe_.weight_decay,
             options_.average_decay, options_.threads},
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
        fmt::format("the validation loss became {} in epoch {}, after batch {}, its last: give a "
                    "lower learning rate than {:g}, or look for extreme samples",
                    not_finite(loss), progress_.epochs.size() + 1, recipe_.steps_per_epoch(),
                    recipe_.learning_rate));
  }
  progress_.epochs.push_back({progress_.loss_sum / static_cast<double>(recipe_.steps_per_epoch()),
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
  const Index count = std::min(recipe_.steps_per_epoch(), most_statistics_batches);
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
  saved_ = Clock::now();
  saved_steps_ = progress_.steps;
}

// A full disk may be emptied before the next one: no reason to lose what was learnt.
void Trainer::save_or_warn(Monitor* monitor) {
  try {
    save();
    save_failed_ = false;
  } catch (const std::exception& error) {
    if (!save_failed_) warn(monitor, fmt::format("the state is not saved: {}", error.what()));
    save_failed_ = true;
    saved_ = Clock::now();
  }
}

void Trainer::save_stopped() {
  try {
    save();
  } catch (const std::exception& error) {
    throw Stopped(fmt::format("interrupted; the state could not be saved: {}", error.what()));
  }
}

void Trainer::load() {
  if (options_.checkpoint == nullptr) return;
  std::string progress;
  const std::array state = arrays();
  if (!options_.checkpoint->load(fingerprint_, progress, state)) return;
  progress_ = parse_training_progress(progress);
  const auto ended = static_cast<Index>(progress_.epochs.size());
  if (progress_.steps > recipe_.steps() || progress_.steps / recipe_.steps_per_epoch() != ended) {
    throw damaged_progress();
  }
  saved_steps_ = progress_.steps;
}

// The validation loss of outputs that are 0.
double Trainer::loss_of_no_network() {
  double sum = 0;
  Index rows = 0;
  for (Index i = 0; i < batches_.validation_batches(); ++i) {
    batches_.make_validation(i, batch_);
    for (Index row = 0; row < batch_.rows; ++row) {
      const auto target = batch_.targets.col(row).cast<double>().array();
      const double mean =
          options_.loss == TrainingLoss::l2 ? target.square().mean() : target.abs().mean();
      sum += static_cast<double>(batch_.weights(row / batch_.group)) * mean;
    }
    rows += batch_.rows;
  }
  return sum / static_cast<double>(rows);
}

void Trainer::warn_where_useless(Monitor* monitor) {
  constexpr double margin = 1.1;  // a network that has hardly begun is about as good
  if (recipe_.validation_samples == 0) return;
  const double nothing = loss_of_no_network();
  if (!(progress_.best_loss > margin * nothing)) return;
  warn(monitor, fmt::format("the validation loss, {:.3g}, is above that of no network at all, "
                            "{:.3g}: give a lower learning rate than {:g}",
                            progress_.best_loss, nothing, recipe_.learning_rate));
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

// What matters most comes first: narrow terminals cut the rest off.
std::string Trainer::note(double loss) const {
  const Index epoch = progress_.steps / recipe_.steps_per_epoch() + 1;
  std::string text;
  if (!progress_.epochs.empty() && recipe_.validation_samples > 0) {
    text = fmt::format("valid {:.3g}, ", progress_.epochs.back().validation_loss);
  }
  return text + fmt::format("loss {:.3g}, epoch {}/{}", loss,
                            std::min<Index>(epoch, recipe_.epochs), recipe_.epochs);
}

}  // namespace pellucid::training
