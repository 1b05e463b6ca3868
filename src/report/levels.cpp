// SPDX-License-Identifier: BSD-3-Clause
#include "report/levels.hpp"

#include <fmt/format.h>

#include "report/text.hpp"

namespace pellucid::report {

std::string section_html(std::string_view kind, std::string_view heading, std::string_view note,
                         std::string_view body) {
  return fmt::format(
      "<section class=\"{}\">\n<h2>{}</h2>\n<p class=\"note\">{}</p>\n{}</section>\n", kind,
      heading, note, body);
}

std::string level_html(const ShownLevel& level, const std::string& body) {
  const std::string snr = number_text(level.snr_db);
  const std::string noise =
      level.noise_std
          ? fmt::format(" <span>noise standard deviation {}</span>", number_text(*level.noise_std))
          : "";
  return fmt::format(
      "<figure class=\"level\" data-snr=\"{0}\"><figcaption>SNR {0} dB{1}</figcaption>\n{2}"
      "</figure>\n",
      snr, noise, body);
}

std::string who_html(const Strip& strip) {
  return fmt::format("<div class=\"who\" title=\"{0}\"><b>{0}</b> <span>{1}</span></div>",
                     escape(strip.name), strip.measure);
}

std::string series_attribute(const Strip& strip) {
  return strip.series ? fmt::format(" data-series=\"{}\"", *strip.series) : "";
}

std::string left_out_text(const Selection& selection, Index samples, std::size_t levels,
                          std::string_view noun, std::string_view part) {
  std::string text;
  if (selection.samples < samples) {
    text += fmt::format("{} of {} {}", selection.samples, samples, noun);
  }
  if (selection.levels.size() < levels) {
    text +=
        fmt::format("{}{} of {} SNRs", text.empty() ? "" : ", ", selection.levels.size(), levels);
  }
  if (selection.share < 1.0 && !part.empty()) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", part);
  }
  return text.empty() ? "" : fmt::format(" Shown here: {}, so that the page stays small.", text);
}

}  // namespace pellucid::report
