// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

#include "pellucid/base/error.hpp"

namespace pellucid {

/// Watches long work and may ask it to stop. Long functions take `Monitor*`, null for "nobody
/// watches". Calls come from the thread that called the long function only.
class Monitor {
 public:
  virtual ~Monitor() = default;

  /// A task of `total` units of work starts; `name` says what a user waits for ("fitting").
  virtual void begin(std::string_view name, double total) = 0;
  /// `done` of the current task's units are finished; `note` is a short status, may be empty.
  virtual void update(double done, std::string_view note) = 0;
  /// The current task is over.
  virtual void end() = 0;
  /// A warning that concerns the result, one line without a full stop.
  virtual void warn(std::string_view message) = 0;
  /// Asked between blocks of work, from any thread; true makes the work throw `Stopped`.
  [[nodiscard]] virtual bool stop_requested() const = 0;
};

/// Brackets one task of a possibly absent monitor; ends it on every way out.
class Task {
 public:
  Task(Monitor* monitor, std::string_view name, double total) : monitor_(monitor) {
    if (monitor_ != nullptr) monitor_->begin(name, total);
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (monitor_ != nullptr) monitor_->end();
  }

  /// Reports progress, and throws `Stopped` when a stop was requested.
  void update(double done, std::string_view note = {}) const {
    if (monitor_ == nullptr) return;
    monitor_->update(done, note);
    if (monitor_->stop_requested()) throw Stopped();
  }

 private:
  Monitor* monitor_;
};

/// Shows a nested task as units `from ... to` of the outer task of a possibly absent monitor.
class PartMonitor final : public Monitor {
 public:
  PartMonitor(Monitor* outer, double from, double to, std::string_view note)
      : outer_(outer), from_(from), to_(to), note_(note) {}

  void begin(std::string_view, double total) override { total_ = total; }
  void update(double done, std::string_view) override {
    if (outer_ != nullptr) outer_->update(from_ + (to_ - from_) * done / total_, note_);
  }
  void end() override {}
  void warn(std::string_view message) override {
    if (outer_ != nullptr) outer_->warn(message);
  }
  [[nodiscard]] bool stop_requested() const override {
    return outer_ != nullptr && outer_->stop_requested();
  }

 private:
  Monitor* outer_;
  double from_, to_;
  double total_ = 1.0;
  std::string note_;
};

inline void warn(Monitor* monitor, std::string_view message) {
  if (monitor != nullptr) monitor->warn(message);
}

}  // namespace pellucid
