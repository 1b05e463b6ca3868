// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "pellucid/report/page.hpp"

namespace pellucid::test {

/// A page of every kind of data with invented results, to be looked at and tested in a browser.
struct ExamplePage {
  std::string name;  ///< of the file
  Page page;
};

/// Small pictures at seven SNRs; a large colour photograph; complex channels with a known truth;
/// complex vectors by ten methods; real vectors at one SNR; sounds; no pictures at all.
[[nodiscard]] std::vector<ExamplePage> example_pages();

/// `seconds` of a voice-like sound at 8 kHz, two different clips.
[[nodiscard]] Eigen::MatrixXf example_sounds(double seconds);

}  // namespace pellucid::test
