// SPDX-License-Identifier: BSD-3-Clause
#include "help.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace pellucid::app {

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode mode) const {
  std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
  // Hidden options leave an empty line.
  constexpr std::string_view gap = "\n\n\n";
  for (auto at = text.find(gap); at != std::string::npos; at = text.find(gap)) text.erase(at, 1);
  return text;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  if (std::find(hidden.begin(), hidden.end(), option) != hidden.end()) return {};
  return CLI::Formatter::make_option(option, is_positional);
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  const bool flag = option->get_type_size() == 0;
  const bool several = option->get_allow_extra_args();
  std::string text;
  if (!flag && !option->get_positional()) text += " " + option->get_type_name();
  if (several && !text.ends_with("...")) text += "...";
  return text;
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  std::string text = option->get_description();
  std::string preset = option->get_default_str();
  // That of several values has brackets of its own.
  if (preset.starts_with('[') && preset.ends_with(']'))
    preset = preset.substr(1, preset.size() - 2);
  if (!preset.empty()) text += " [" + preset + "]";
  if (option->get_required() && !option->get_positional()) text += " (required)";
  return text;
}

}  // namespace pellucid::app
