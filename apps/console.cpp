// SPDX-License-Identifier: BSD-3-Clause
#include "console.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>

namespace pellucid::app {

namespace {

volatile std::sig_atomic_t signal_caught = 0;

void on_signal(int signal) {
  signal_caught = signal;
  std::signal(signal, SIG_DFL);
}

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// The first `columns` characters of UTF-8 text whose characters are one column wide.
std::string_view cut(std::string_view text, std::size_t columns) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_character = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (starts_character && seen++ == columns) return text.substr(0, i);
  }
  return text;
}

std::string duration(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string bar(double fraction) {
  constexpr int width = 24;
  const int filled = static_cast<int>(fraction * width);
  std::string text;
  for (int i = 0; i < width; ++i) text += i < filled ? "█" : "░";
  return text;
}

}  // namespace

void install_signal_handlers() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGHUP, on_signal);
  // A reader that leaves early is an error of writing, after which everything is tidied up.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // likewise a file that grows beyond what is allowed
}

int caught_signal() { return signal_caught; }

Console::Console(bool quiet) : show_bars_(!quiet && isatty(STDERR_FILENO) == 1) {}

void Console::begin(std::string_view name, double total) {
  if (depth_++ > 0) return;
  name_ = name;
  total_ = total > 0 ? total : 1.0;
  started_ = Clock::now();
  drawn_ = started_;
}

void Console::update(double done, std::string_view note) {
  using namespace std::chrono_literals;
  const auto now = Clock::now();
  if (!show_bars_ || depth_ != 1 || now - drawn_ < 100ms) return;
  drawn_ = now;
  const double fraction = std::clamp(done / total_, 0.0, 1.0);
  const double elapsed = std::chrono::duration<double>(now - started_).count();
  std::string line = fmt::format("{} {} {:3.0f} %", name_, bar(fraction), 100 * fraction);
  if (fraction > 0.005) line += fmt::format(", {} left", duration(elapsed / fraction - elapsed));
  if (!note.empty()) line += fmt::format(" ({})", note);
  fmt::print(stderr, "\r\033[K{}", cut(line, terminal_width() - 1));
  std::fflush(stderr);
}

void Console::end() {
  if (--depth_ == 0) erase_line();
}

void Console::warn(std::string_view message) {
  if (!warned_.emplace(message).second) return;
  erase_line();
  fmt::print(stderr, "pellucid: warning: {}\n", message);
}

bool Console::stop_requested() const { return signal_caught != 0; }

void Console::check_stop() const {
  if (stop_requested()) throw Stopped();
}

void Console::erase_line() const {
  if (!show_bars_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

}  // namespace pellucid::app
