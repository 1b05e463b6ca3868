// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdexcept>
#include <string>

namespace pellucid {

/// The input, a file or an argument is at fault. The message names the thing, the field and the
/// mend in one line; the program prints it and exits with status 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Work was stopped on request (`Monitor::stop_requested`); nothing was written.
class Stopped : public std::runtime_error {
 public:
  Stopped() : std::runtime_error("interrupted; nothing was written") {}
  /// `what` says what was kept.
  explicit Stopped(const std::string& what) : std::runtime_error(what) {}
};

}  // namespace pellucid
