// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace pellucid::io {

/// A copy of this process that does one piece of work with a library that may crash on damaged
/// files, and tells the result through a pipe. What it prints goes nowhere, it dumps no core, ends
/// with its parent and on Ctrl-C, and holds none of the files that its parent has open.
///
/// The work may use memory and the C library as usual (glibc prepares both for a fork), but no lock
/// that another thread of the parent may have held. The libraries in question are never called in
/// the parent, so that theirs are free.
class Child {
 public:
  /// `work` gets the pipe's end to write to; `kept`, unless `kNothing`, is a descriptor that it
  /// needs and finds under `kKept`. Throws `Error`, first word the label, where no process can be
  /// started.
  Child(std::string label, int kept, const std::function<void(int)>& work);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  static constexpr int kNothing = -1, kKept = 4;

  /// From now on it may take so long until it ends.
  void set_deadline(std::chrono::seconds time);
  /// Fills `out` with what comes through the pipe; throws where the child ended before that or took
  /// too long: `Stopped` after Ctrl-C, else an `Error` that says so.
  void read(std::span<std::byte> out);

 private:
  [[noreturn]] void fail_ended();
  [[noreturn]] void fail_late();
  int end();

  std::string label_;
  int pipe_ = -1;
  pid_t pid_ = -1;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
};

/// For the child: an end to the memory (beyond what it has now) and processor time that it takes.
void limit_self(std::uint64_t memory_bytes, std::uint64_t processor_seconds);

/// For the child: false where nobody listens any more.
bool send(int pipe, std::span<const std::byte> bytes);

}  // namespace pellucid::io
