// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/report/evaluation_json.hpp"

namespace pellucid {

/// What a report page shows.
struct Page {
  std::string title;         ///< "Fashion-MNIST, 1000 test images"
  std::string command_line;  ///< the command that made it
  RunSettings settings;
  Evaluation evaluation;
};

/// Lays a page out as one self-contained HTML document (no scripts needed, nothing loaded from a
/// network): NMSE over SNR with error bars, gap to the CME where known, pictures side by side,
/// generated samples, and a table of every number.
[[nodiscard]] std::string page_html(const Page& page);

}  // namespace pellucid
