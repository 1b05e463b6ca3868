// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "pellucid/base/error.hpp"
#include "pellucid/io/array_file.hpp"

namespace pellucid::fuzz {

/// A file in memory (tmpfs) that every run fills anew; HDF5 takes no file without a name.
inline const std::filesystem::path& file_with(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path path = [] {
    const std::filesystem::path shared = "/dev/shm";
    const auto folder =
        std::filesystem::is_directory(shared) ? shared : std::filesystem::temp_directory_path();
    return folder / ("pellucid-fuzz-" + std::to_string(::getpid()));
  }();
  static const int at_exit = std::atexit([] { ::unlink(file_with(nullptr, 0).c_str()); });
  (void)at_exit;
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return path;
}

/// Opens the bytes with `open`, reads all and a part. An `Error` must begin with the file's name;
/// every other exception, like every report of a sanitizer, is a finding.
template <class Open>
int read_bytes(const std::uint8_t* data, std::size_t size, Open open) {
  const std::filesystem::path& path = file_with(data, size);
  const std::string label = path.string();
  try {
    const auto reader = open(path, label);
    (void)reader->all();
    if (reader->samples() > 0) (void)reader->block(reader->samples() - 1, 1);
  } catch (const Error& error) {
    const std::string text = error.what();
    if (!text.starts_with(label) || text.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}

}  // namespace pellucid::fuzz
