// SPDX-License-Identifier: BSD-3-Clause
// Writes the example pages and their figures into a folder, for scripts/check-page.sh.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "pellucid/report/figures.hpp"
#include "pellucid/report/rasterise.hpp"
#include "report/analysis_examples.hpp"
#include "report/examples.hpp"

namespace {

void write(const std::filesystem::path& path, const char* bytes, std::size_t count) {
  std::ofstream(path, std::ios::binary).write(bytes, static_cast<std::streamsize>(count));
}

void write_page(const std::filesystem::path& folder, const std::string& name,
                const std::string& html, const std::vector<pellucid::FigureFile>& figures) {
  std::filesystem::create_directories(folder / name);
  write(folder / (name + ".html"), html.data(), html.size());
  for (const auto& [figure, svg] : figures) {
    write(folder / name / (figure + ".svg"), svg.data(), svg.size());
    const auto png = pellucid::rasterise(svg, 300);
    write(folder / name / (figure + ".png"), reinterpret_cast<const char*>(png.data()), png.size());
  }
}

void write_analysis(const std::filesystem::path& folder, const std::string& name,
                    const pellucid::AnalysisReport& report) {
  write_page(folder, name, report.html, report.figures);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: write_examples FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  for (const auto& [name, page] : pellucid::test::example_pages()) {
    write_page(folder, name, pellucid::page_html(page), pellucid::figures(page.evaluation));
  }
  using pellucid::test::example_head;
  write_analysis(folder, "alignment",
                 pellucid::alignment_report(pellucid::test::example_alignment(8),
                                            example_head("Spikes 64 to 0.5 in 256 dimensions")));
  for (const bool linear : {true, false}) {
    write_analysis(folder, linear ? "trajectory" : "trajectory_model",
                   pellucid::trajectory_report(pellucid::test::example_trajectory(linear),
                                               example_head("Thirty steps")));
  }
  return 0;
}
