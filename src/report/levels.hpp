// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "report/budget.hpp"
#include "report/shown.hpp"

namespace pellucid::report {

/// A section of the page with a heading and a note (HTML).
[[nodiscard]] std::string section_html(std::string_view kind, std::string_view heading,
                                       std::string_view note, std::string_view body);

/// The block of one SNR with its caption; scripts show one block at a time.
[[nodiscard]] std::string level_html(const ShownLevel& level, const std::string& body);

/// Name and error of a strip, and its series for switching it on and off.
[[nodiscard]] std::string who_html(const Strip& strip);
[[nodiscard]] std::string series_attribute(const Strip& strip);

/// "Of 4 clips and 7 SNRs, 1 and 3 are shown ..."; empty where nothing was left out. `noun`:
/// "clips"; `part` says what is shown of each where that is not all.
[[nodiscard]] std::string left_out_text(const Selection& selection, Index samples,
                                        std::size_t levels, std::string_view noun,
                                        std::string_view part);

}  // namespace pellucid::report
