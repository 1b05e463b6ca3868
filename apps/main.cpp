// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <new>
#include <string_view>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "help.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/instruction_set.hpp"
#include "pellucid/version.hpp"

namespace {

using namespace pellucid;

constexpr int input_at_fault = 1;
constexpr int wrong_usage = 2;
constexpr std::string_view stdout_fails =
    "standard output: cannot be written: check where it leads";

// A thread of OpenBLAS that gets no memory asks for it for ever, and a usual exit waits for it.
[[noreturn]] void leave_at_once(int status) {
  std::fflush(nullptr);
  std::_Exit(status);
}

bool has_limited_memory() {
  rlimit limit{};
  return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

std::string quoted(std::string_view argument) {
  const bool plain = !argument.empty() && argument.find_first_of(" \t\n'\"\\$*?[]{}()<>|&;#~`!") ==
                                              std::string_view::npos;
  if (plain) return std::string(argument);
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string command_line(int argc, char** argv) {
  std::string line = "pellucid";
  for (int i = 1; i < argc; ++i) line += " " + quoted(argv[i]);
  return line;
}

int fail(int status, std::string_view message) {
  // Where standard error takes nothing either, the status still tells.
  (void)std::fputs(fmt::format("pellucid: {}\n", message).c_str(), stderr);
  return status;
}

// Says what helps, unless the error does.
std::string_view out_of_memory(const std::bad_alloc& error) {
  if (const std::string_view what = error.what(); what.starts_with("out of memory")) return what;
  return "out of memory: ask for fewer samples or components, shorter frames, or of a network a "
         "smaller --width";
}

// What is wrong with the command line, and where to read about it.
std::string explanation(const CLI::App& app, const CLI::ParseError& error) {
  const auto used = app.get_subcommands();
  if (!used.empty()) {
    return fmt::format("{} (see pellucid {} --help)", error.what(), used.front()->get_name());
  }
  const auto unknown = app.remaining();
  if (unknown.empty()) return fmt::format("{} (see pellucid --help)", error.what());
  if (unknown.front().starts_with('-')) {
    return fmt::format("unknown option '{}' (see pellucid --help)", unknown.front());
  }
  std::string known;
  for (const CLI::App* command : app.get_subcommands({})) {
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  return fmt::format("unknown command '{}': choose one of {}", unknown.front(), known);
}

void declare(CLI::App& app, app::Common& common) {
  app.name("pellucid");
  app.formatter(std::make_shared<app::HelpFormatter>());
  app.footer(
      "Examples:\n"
      "  pellucid fit channels.npy --prior mixture --components 32 -o model.safetensors\n"
      "  pellucid denoise noisy.npy -m model.safetensors -o clean.npy --snr-db 10\n"
      "  pellucid evaluate test.npy -m model.safetensors --snr-db -10:5:20 --report page.html\n"
      "  pellucid sample -m model.safetensors -n 100 -o new.npy\n\n"
      "Exit status: 0 done, 1 input or file at fault, 2 wrong usage, 130 interrupted.");
  app.set_version_flag("--version", "pellucid " + std::string(version), "Print the version");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_flag("-q,--quiet", common.quiet, "No progress and no summary");
  app.add_option("--threads", common.threads, "Threads, 0 for one per core")
      ->check(app::whole_number(0, 1024))
      ->type_name("N")
      ->capture_default_str();
  app::add_fit(app, common);
  app::add_denoise(app, common);
  app::add_sample(app, common);
  app::add_evaluate(app, common);
  app::add_analyze(app, common);
  app::add_corrupt(app, common);
  app::add_calibrate(app, common);
  app::add_import(app, common);
  app::add_export(app, common);
  app::add_shrink(app, common);
  app::add_noise(app, common);
  app::add_reproduce(app, common);
  app::add_info(app, common);
}

int run(int argc, char** argv) {
  CLI::App app{
      "Minimum-mean-square-error denoising with diffusion models: learns a prior from clean "
      "examples,\nthen denoises, generates, and measures the distance to the best "
      "possible estimate."};
  app::Common common;
  common.command_line = command_line(argc, argv);
  declare(app, common);
  try {
    (void)instruction_set();  // a wrong PELLUCID_ISA is no file's fault
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return fail(wrong_usage, explanation(app, error));
  } catch (const app::UsageError& error) {
    return fail(wrong_usage, error.what());
  } catch (const Stopped& stopped) {
    return fail(128 + app::caught_signal(), stopped.what());
  } catch (const std::bad_alloc& error) {
    (void)fail(input_at_fault, out_of_memory(error));
    leave_at_once(input_at_fault);
  } catch (const std::exception& error) {
    if (std::ferror(stdout) != 0) return fail(input_at_fault, stdout_fails);
    return fail(input_at_fault, error.what());
  }
}

// Folders of sounds may hold more files than a program may have open by default.
void allow_many_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  allow_many_files();
  app::install_signal_handlers();
  int status = run(argc, argv);
  if (std::fflush(stdout) != 0 && status == 0) status = fail(input_at_fault, stdout_fails);
  if (has_limited_memory()) leave_at_once(status);
  return status;
}
