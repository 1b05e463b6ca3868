// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

namespace pellucid::app {

void add_analyze(CLI::App& app, const Common& common) {
  auto* analyze = app.add_subcommand("analyze", "Look into denoisers and reverse processes");
  analyze->require_subcommand(1);
  analyze->footer(
      "Examples:\n"
      "  pellucid analyze alignment clean.npy --components 3 --noise-std 0.1:2:5log\n"
      "  pellucid analyze trajectory clean.npy -m model.safetensors --noise-std 0.1:2:10log");
  add_analyze_alignment(*analyze, common);
  add_analyze_trajectory(*analyze, common);
}

}  // namespace pellucid::app
