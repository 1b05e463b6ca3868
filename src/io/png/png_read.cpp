// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "io/input_file.hpp"
#include "io/png/png.hpp"

namespace pellucid::io {
namespace {

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

std::vector<std::string> png_names(const std::filesystem::path& folder, const std::string& label) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (is_png_name(entry->path())) names.push_back(entry->path().filename().string());
  }
  if (error) {
    fail(label, fmt::format("cannot be read ({}): check the folder", error.message()));
  }
  if (names.empty()) fail(label, "is a folder without .png files: name another");
  std::ranges::sort(names, natural_less);
  return names;
}

std::string describe(const PictureForm& form) {
  return fmt::format("{} {}", shape_text(form.shape()), name(form.type()));
}

std::string kind_of(const PictureForm& form) {
  return fmt::format("{}-bit {}", form.bits, form.channels == 1 ? "grey" : "colour");
}

struct Picture {
  std::filesystem::path path;
  std::string label;
};

std::vector<Index> shape_of(std::size_t count, const PictureForm& form) {
  std::vector<Index> shape = form.shape();
  shape.insert(shape.begin(), static_cast<Index>(count));
  return shape;
}

FileTraits traits_of(const PictureForm& form, std::string description) {
  FileTraits traits;
  traits.format = FileFormat::png;
  traits.bits = form.bits;
  traits.description = std::move(description);
  return traits;
}

/// Pictures of one form, decoded as they are asked for.
class Pictures final : public ArrayReader {
 public:
  Pictures(std::string label, std::vector<Picture> pictures, const PictureForm& form,
           std::string description)
      : ArrayReader(std::move(label), form.type(), shape_of(pictures.size(), form),
                    traits_of(form, std::move(description))),
        pictures_(std::move(pictures)),
        form_(form) {}

  void read(Index first, Index count, std::span<std::byte> out) const override {
    const std::size_t each = form_.bytes();
    for (Index i = 0; i < count; ++i) {
      const Picture& picture = pictures_[static_cast<std::size_t>(first + i)];
      PngFile file(picture.path, picture.label);
      if (file.form() != form_) {
        fail(picture.label, fmt::format("became {} while it was read, {} before: copy or make it "
                                        "again",
                                        describe(file.form()), describe(form_)));
      }
      file.decode(out.subspan(static_cast<std::size_t>(i) * each, each));
    }
  }

 private:
  std::vector<Picture> pictures_;
  PictureForm form_;
};

}  // namespace

std::vector<Index> PictureForm::shape() const {
  std::vector<Index> shape{height, width};
  if (channels > 1) shape.push_back(channels);
  return shape;
}

std::size_t PictureForm::bytes() const {
  return static_cast<std::size_t>(height * width) * static_cast<std::size_t>(channels * bits / 8);
}

std::unique_ptr<ArrayReader> open_png(const std::filesystem::path& path, const std::string& label) {
  const PictureForm form = PngFile(path, label).form();
  return std::make_unique<Pictures>(label, std::vector<Picture>{{path, label}}, form,
                                    "PNG, " + kind_of(form));
}

std::unique_ptr<ArrayReader> open_png_folder(const std::filesystem::path& path,
                                             const std::string& label) {
  std::vector<Picture> pictures;
  PictureForm form;
  for (const std::string& file : png_names(path, label)) {
    pictures.push_back({path / file, (std::filesystem::path(label) / file).string()});
    const PngFile picture(pictures.back().path, pictures.back().label);
    if (pictures.size() == 1) form = picture.form();
    if (picture.form() != form) {
      fail(pictures.back().label,
           fmt::format("is {}, but {} is {}: give images of one size and type",
                       describe(picture.form()), pictures.front().path.filename().string(),
                       describe(form)));
    }
  }
  return std::make_unique<Pictures>(label, std::move(pictures), form,
                                    fmt::format("folder of PNG, {}", kind_of(form)));
}

}  // namespace pellucid::io
