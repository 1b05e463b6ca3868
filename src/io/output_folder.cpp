// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/output_folder.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "io/output_path.hpp"

namespace pellucid {
namespace {

// "images/" and "images" are the same folder.
std::filesystem::path without_trailing_slash(const std::filesystem::path& path) {
  return path.filename().empty() ? path.parent_path() : path;
}

}  // namespace

OutputFolder::OutputFolder(std::filesystem::path path) : path_(without_trailing_slash(path)) {
  if (path_.empty()) io::fail_to_write(path_, ENOENT);
  std::error_code error;
  if (std::filesystem::exists(path_, error) &&
      (!std::filesystem::is_directory(path_, error) || !std::filesystem::is_empty(path_, error))) {
    io::fail_to_write(path_, EEXIST);
  }
  for (;;) {
    temporary_ = io::temporary_name(path_);
    if (::mkdir(temporary_.c_str(), 0777) == 0) return;
    if (errno != EEXIST) io::fail_to_write(path_, errno);
  }
}

OutputFolder::~OutputFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove_all(temporary_, ignored);
}

void OutputFolder::commit() {
  if (temporary_.empty()) io::fail_to_write(path_, EBADF);
  if (const int error = io::rename_lasting(temporary_, path_); error != 0) {
    io::fail_to_write(path_, error);
  }
  temporary_.clear();
}

}  // namespace pellucid
