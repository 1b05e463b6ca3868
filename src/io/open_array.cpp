// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <system_error>

#include "io/csv/csv.hpp"
#include "io/idx/idx.hpp"
#include "io/input_file.hpp"
#include "io/mat/mat.hpp"
#include "io/npy/npy.hpp"
#include "io/npy/npy_header.hpp"
#include "io/npz/npz.hpp"
#include "io/png/png.hpp"
#include "io/sound/sound.hpp"
#include "io/standard_streams.hpp"
#include "pellucid/io/array_file.hpp"

namespace pellucid {
namespace io {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kKnown =
    "give .npy, .npz, .mat, IDX (also gzipped), a PNG or a folder of PNG, WAV, FLAC or CSV";
constexpr std::string_view kHdf5 = "\x89HDF\r\n\x1a\n"sv;
constexpr std::size_t kMatlabHeader = 512;  // text before the HDF5 content of version 7.3

/// Where the bytes are, what the user calls them, and which array of several is meant.
struct Place {
  std::filesystem::path path;
  std::string label;
  std::string variable;
};

// The file's first bytes, fewer where it is shorter.
std::string first_bytes(const Place& place) {
  InputFile file(place.path, place.label);
  std::string bytes(std::min<std::uint64_t>(file.size(), kMatlabHeader + kHdf5.size()), '\0');
  file.read(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

std::string extension_of(const Place& place) {
  std::string extension = place.path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

std::string_view behind(std::string_view start, std::size_t position) {
  return start.substr(std::min(start.size(), position));
}

bool is_text(std::string_view start) {
  return std::ranges::none_of(
      start, [](unsigned char c) { return (c < 0x20 && !std::isspace(c)) || c == 0x7f; });
}

bool is_matlab(std::string_view start) {
  if (start.starts_with(kHdf5) || behind(start, kMatlabHeader) == kHdf5) return true;
  if (start.starts_with("MATLAB 5.0 MAT-file")) return true;
  // Programs other than MATLAB may begin with another text, 124 bytes in all; behind it are the
  // version and a mark of the byte order.
  const std::string_view mark = behind(start, 124).substr(0, 4);
  return is_text(start.substr(0, 4)) && (mark == "\0\1IM"sv || mark == "\1\0MI"sv);
}

bool is_sound(std::string_view start) {
  if (start.starts_with("fLaC")) return true;
  const bool chunks =
      start.starts_with("RIFF") || start.starts_with("RIFX") || start.starts_with("RF64");
  return chunks && behind(start, 8).starts_with("WAVE");
}

// A table's name may say so; without such a name it must start as numbers or comments do.
bool is_table(const Place& place, std::string_view start) {
  const std::string extension = extension_of(place);
  const bool named = extension == ".csv" || extension == ".txt" || extension == ".tsv" ||
                     place.label == kStandardInput;
  if (!is_text(start)) return false;
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  return named || (first != std::string_view::npos &&
                   "+-.(#0123456789"sv.find(start[first]) != std::string_view::npos);
}

std::string_view guess(const Place& place, std::string_view start) {
  if (start.starts_with("\xff\xd8\xff")) return " (a JPEG image)";
  if (extension_of(place) == ".mat") return " (MATLAB 4? save it with -v7)";
  if (start.size() >= 9 && start[8] == '{') return " (a model file?)";
  return "";
}

[[noreturn]] void fail_unknown(const Place& place, std::string_view start) {
  if (start.empty()) fail(place.label, fmt::format("is an empty file: {}", kKnown));
  std::vector<unsigned> codes;
  for (const char c : start.substr(0, 4)) codes.push_back(static_cast<unsigned char>(c));
  fail(place.label, fmt::format("format is not known, first bytes {:02x}{}: {}",
                                fmt::join(codes, " "), guess(place, start), kKnown));
}

// Formats that hold one array.
std::unique_ptr<ArrayReader> open_single(const Place& place, std::string_view start) {
  const auto& [path, label, variable] = place;
  if (start.starts_with(kNpyMagic)) return open_npy(path, label);
  if (start.starts_with("\x89PNG\r\n\x1a\n"sv)) return open_png(path, label);
  if (is_sound(start)) return open_sound(path, label);
  if (extension_of(place) != ".mat" &&
      (start.starts_with("\x1f\x8b") || start.starts_with("\0\0"sv))) {
    return open_idx(path, label);
  }
  if (!start.empty() && is_table(place, start)) return open_csv(path, label);
  fail_unknown(place, start);
}

std::unique_ptr<ArrayReader> open_file(const Place& place) {
  const auto& [path, label, variable] = place;
  const std::string start = first_bytes(place);
  if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06")) {
    return open_npz(path, variable, label);
  }
  if (is_matlab(start)) return open_mat(path, variable, label);
  auto array = open_single(place, start);
  if (!variable.empty()) {
    fail(label, fmt::format("only .npz and .mat have named arrays, and {} is neither: leave out "
                            "':{}'",
                            path.string(), variable));
  }
  return array;
}

bool exists(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// FILE:NAME, unless there is a file of just that name.
Place place_of(const std::string& name) {
  if (name == "-") return {standard_input_path(), kStandardInput, ""};
  const std::size_t colon = name.rfind(':');
  if (colon == std::string::npos || exists(name) || !exists(name.substr(0, colon))) {
    return {name, name, ""};
  }
  return {name.substr(0, colon), name, name.substr(colon + 1)};
}

}  // namespace
}  // namespace io

std::unique_ptr<ArrayReader> open_array(const std::string& name) {
  const io::Place place = io::place_of(name);
  std::error_code ignored;
  if (place.variable.empty() && std::filesystem::is_directory(place.path, ignored)) {
    return io::open_png_folder(place.path, place.label);
  }
  return io::open_file(place);
}

Array read_array(const std::filesystem::path& path) { return open_array(path.string())->all(); }

}  // namespace pellucid
