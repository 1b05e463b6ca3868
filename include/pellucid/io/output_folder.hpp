// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

namespace pellucid {

/// A folder that appears whole or not at all: filled under a temporary name beside `path`, renamed
/// by `commit`, removed with all it holds when destroyed before that. A path that exists already is
/// refused unless it is an empty folder. All failures throw `Error` naming the path and the reason.
class OutputFolder {
 public:
  explicit OutputFolder(std::filesystem::path path);
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder();

  /// Where files go until `commit`.
  [[nodiscard]] const std::filesystem::path& working_path() const { return temporary_; }
  void commit();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
};

}  // namespace pellucid
