// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "io/input_file.hpp"
#include "io/png_decode.hpp"
#include "pellucid/io/png.hpp"

namespace pellucid {
namespace {

Array read_image(const std::filesystem::path& path) {
  io::InputFile file(path);
  std::vector<std::byte> bytes = io::allocate(path, file.size());
  file.read(bytes);
  return io::decode_png(path, bytes);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The digits at the start of `text` without leading zeros; removes them from it.
std::string_view take_number(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// image2 before image10; names that differ only in leading zeros by their text.
bool natural_less(const std::string& left, const std::string& right) {
  std::string_view a = left, b = right;
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const std::string_view x = take_number(a), y = take_number(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (a.front() != b.front()) return a.front() < b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  return left < right;
}

bool is_png_name(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".png" && !path.filename().string().starts_with('.');
}

std::vector<std::string> png_names(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (is_png_name(entry->path())) names.push_back(entry->path().filename().string());
  }
  if (error) {
    io::fail(folder, fmt::format("cannot be read ({}): check the folder", error.message()));
  }
  if (names.empty()) io::fail(folder, "is a folder without .png files: name another");
  std::ranges::sort(names, natural_less);
  return names;
}

std::string describe(const Array& image) {
  return fmt::format("{} {}", shape_text(image.shape), name(image.type));
}

}  // namespace

Array read_png(const std::filesystem::path& path) {
  Array image = read_image(path);
  image.shape.insert(image.shape.begin(), 1);
  return image;
}

Array read_png_folder(const std::filesystem::path& path) {
  const std::vector<std::string> names = png_names(path);
  Array all = read_image(path / names.front());
  const Array first{all.type, all.shape, {}};
  const std::size_t each = all.bytes.size();
  for (std::size_t i = 1; i < names.size(); ++i) {
    const Array image = read_image(path / names[i]);
    if (image.shape != first.shape || image.type != first.type) {
      io::fail(path / names[i], fmt::format("is {}, but {} is {}: give images of one size and type",
                                            describe(image), names.front(), describe(first)));
    }
    if (i == 1) all.bytes.reserve(each * names.size());
    all.bytes.insert(all.bytes.end(), image.bytes.begin(), image.bytes.end());
  }
  all.shape.insert(all.shape.begin(), static_cast<Index>(names.size()));
  return all;
}

}  // namespace pellucid
