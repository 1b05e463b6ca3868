// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace pellucid::app {

/// Help in which every option is one line: its name and value's name, what it does, its default.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(26); }
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;

  /// Options left out. (An option whose group is "" would be too, but has no name in errors.)
  std::vector<CLI::Option*> hidden;
};

}  // namespace pellucid::app
