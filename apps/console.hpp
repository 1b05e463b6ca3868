// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "pellucid/base/monitor.hpp"

namespace pellucid::app {

/// Ctrl-C, SIGTERM and SIGHUP ask long work to stop; a second one ends the program at once.
void install_signal_handlers();
/// The signal that asked to stop, 0 for none.
[[nodiscard]] int caught_signal();

/// Progress bars with the time left and warnings, on standard error. Bars appear only on a terminal
/// and not when quiet; warnings always do, each text once.
class Console final : public Monitor {
 public:
  explicit Console(bool quiet);

  void begin(std::string_view name, double total) override;
  void update(double done, std::string_view note) override;
  void end() override;
  void warn(std::string_view message) override;
  [[nodiscard]] bool stop_requested() const override;
  /// Throws `Stopped` when a stop was requested; called before results appear.
  void check_stop() const;

 private:
  using Clock = std::chrono::steady_clock;
  void erase_line() const;

  bool show_bars_;
  int depth_ = 0;  // tasks inside tasks show the outermost only
  std::string name_;
  std::set<std::string, std::less<>> warned_;
  double total_ = 1.0;
  Clock::time_point started_, drawn_;
};

}  // namespace pellucid::app
