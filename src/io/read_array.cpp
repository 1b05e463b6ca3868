// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <system_error>

#include "io/input_file.hpp"
#include "pellucid/io/array.hpp"
#include "pellucid/io/idx.hpp"
#include "pellucid/io/npy.hpp"
#include "pellucid/io/png.hpp"

namespace pellucid {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kKnown =
    "give .npy, IDX (also gzipped), one PNG or a folder of PNG of one size";

// The file's first bytes, fewer where it is shorter.
std::string first_bytes(const std::filesystem::path& path) {
  io::InputFile file(path);
  std::string bytes(std::min<std::uint64_t>(file.size(), 10), '\0');
  file.read(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

std::string_view guess(std::string_view start) {
  if (start.starts_with("PK\x03\x04")) return " (a zip archive; .npz is not read yet)";
  if (start.starts_with("\xff\xd8\xff")) return " (a JPEG image)";
  if (start.size() >= 9 && start[8] == '{') return " (a model file?)";
  return "";
}

}  // namespace

Array read_array(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return read_png_folder(path);
  const std::string start = first_bytes(path);
  if (start.starts_with("\x93NUMPY")) return read_npy(path);
  if (start.starts_with("\x89PNG\r\n\x1a\n"sv)) return read_png(path);
  if (start.starts_with("\x1f\x8b") || start.starts_with("\0\0"sv)) return read_idx(path);
  if (start.empty()) io::fail(path, fmt::format("is an empty file: {}", kKnown));
  std::vector<unsigned> codes;
  for (const char c : start.substr(0, 4)) codes.push_back(static_cast<unsigned char>(c));
  io::fail(path, fmt::format("format is not known, first bytes {:02x}{}: {}", fmt::join(codes, " "),
                             guess(start), kKnown));
}

}  // namespace pellucid
