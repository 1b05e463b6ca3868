// SPDX-License-Identifier: BSD-3-Clause
#include "outputs.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "pellucid/io/npy.hpp"
#include "pellucid/io/png.hpp"

namespace pellucid::app {

namespace {

bool is_picture(const std::vector<Index>& shape) {
  return shape.size() == 2 || (shape.size() == 3 && (shape[2] == 1 || shape[2] == 3));
}

}  // namespace

SampleOutput::SampleOutput(const std::string& path, const std::vector<Index>& sample_shape) {
  const auto extension = std::filesystem::path(path).extension();
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  const bool special = std::filesystem::exists(status) && !std::filesystem::is_directory(status) &&
                       !std::filesystem::is_regular_file(status);
  if (extension == ".npy" || special) {
    file_.emplace(path);
  } else if (extension.empty() && is_picture(sample_shape)) {
    folder_.emplace(path);
  } else {
    throw Error(
        fmt::format("{}: unknown output format for samples of shape {}: name a .npy file{}", path,
                    shape_text(sample_shape),
                    is_picture(sample_shape) ? ", or a folder (no extension) for PNG" : ""));
  }
}

std::string SampleOutput::write(const Array& samples) {
  if (file_) {
    write_npy(*file_, samples);
    return {};
  }
  const Index clipped = write_png_folder(*folder_, samples);
  return fmt::format("; rounded to 8 bits, {} of {} entries clipped to 0..255", clipped,
                     samples.size());
}

void SampleOutput::commit() { file_ ? file_->commit() : folder_->commit(); }

}  // namespace pellucid::app
