// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

namespace pellucid::report {

/// The files of assets/report, put into the library when it is built.
extern const std::string_view page_template;
extern const std::string_view evaluation_template;
extern const std::string_view evaluation_words;
extern const std::string_view page_style;
extern const std::string_view plot_style;
extern const std::string_view paper_style;
extern const std::string_view page_script;
extern const std::string_view page_script_sha256;  ///< in hexadecimal digits
extern const std::string_view program_version;

}  // namespace pellucid::report
