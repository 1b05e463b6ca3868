// SPDX-License-Identifier: BSD-3-Clause
// Writes the example pages and their figures into a folder, for scripts/check-page.sh.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "pellucid/report/figures.hpp"
#include "pellucid/report/rasterise.hpp"
#include "report/examples.hpp"

namespace {

void write(const std::filesystem::path& path, const char* bytes, std::size_t count) {
  std::ofstream(path, std::ios::binary).write(bytes, static_cast<std::streamsize>(count));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: write_examples FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  for (const auto& [name, page] : pellucid::test::example_pages()) {
    std::filesystem::create_directories(folder / name);
    const std::string html = pellucid::page_html(page);
    write(folder / (name + ".html"), html.data(), html.size());
    for (const auto& [figure, svg] : pellucid::figures(page.evaluation)) {
      write(folder / name / (figure + ".svg"), svg.data(), svg.size());
      const auto png = pellucid::rasterise(svg, 300);
      write(folder / name / (figure + ".png"), reinterpret_cast<const char*>(png.data()),
            png.size());
    }
  }
  return 0;
}
