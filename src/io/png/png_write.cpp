// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>

#include "io/checked_writer.hpp"
#include "io/output_path.hpp"
#include "io/png/png.hpp"
#include "pellucid/io/output_file.hpp"
#include "pellucid/io/output_folder.hpp"

namespace pellucid::io {
namespace {

bool is_float(DType type) { return type == DType::float32 || type == DType::float64; }

int bits_for(DType type, const FileTraits* like) {
  if (like != nullptr && like->format == FileFormat::png) return like->bits == 16 ? 16 : 8;
  return type == DType::uint16 ? 16 : 8;
}

PictureForm form_of(const std::string& label, DType type, const std::vector<Index>& shape,
                    const FileTraits* like) {
  const std::vector<Index> sample = Array{type, shape, {}}.sample_shape();
  const bool fits =
      is_picture(sample) && !is_complex_type(type) &&
      std::ranges::all_of(sample, [](Index n) { return n >= 1 && n <= kLongestSide; });
  if (!fits) {
    throw Error(fmt::format(
        "{}: samples of shape {} and type {} are no images, (height, width) or (height, width, 3) "
        "of real numbers: write a .npy file",
        label, shape_text(sample), name(type)));
  }
  return {sample[0], sample[1], sample.size() == 3 ? static_cast<int>(sample[2]) : 1,
          bits_for(type, like)};
}

/// Rounds and clips pictures to 8 or 16 bits and counts what was clipped.
class PngWriter : public CheckedWriter {
 public:
  PngWriter(const std::string& label, DType type, const std::vector<Index>& shape,
            const FileTraits* like)
      : CheckedWriter(label, type, shape), form_(form_of(label, type, shape, like)) {}

  [[nodiscard]] std::string remark() const override {
    if (!is_float(type()) && clipped_ == 0) return {};
    return fmt::format("; {}{} of {} entries clipped to 0..{}",
                       is_float(type()) ? fmt::format("rounded to {} bits, ", form_.bits) : "",
                       clipped_, Array{type(), shape(), {}}.size(), largest());
  }

 private:
  virtual void put_file(Index index, const std::vector<std::byte>& png) = 0;

  void put(const Array& samples) final {
    for (Index i = 0; i < samples.samples(); ++i) {
      const Matrix<double> image = to_samples<double>(samples, i, 1, label());
      const std::vector<std::byte> pixels =
          form_.bits == 16 ? quantised<std::uint16_t>(image) : quantised<std::uint8_t>(image);
      put_file(written() + i, encode_png(form_, pixels.data()));
    }
  }

  [[nodiscard]] int largest() const { return form_.bits == 16 ? 0xffff : 0xff; }

  template <class Pixel>
  std::vector<std::byte> quantised(const Matrix<double>& image) {
    std::vector<std::byte> pixels(form_.bytes());
    for (Index i = 0; i < image.rows(); ++i) {
      const double rounded = std::round(image(i, 0));
      const double value = std::clamp(rounded, 0.0, static_cast<double>(largest()));
      clipped_ += value != rounded;
      const auto pixel = static_cast<Pixel>(value);
      std::memcpy(pixels.data() + static_cast<std::size_t>(i) * sizeof pixel, &pixel, sizeof pixel);
    }
    return pixels;
  }

  PictureForm form_;
  Index clipped_ = 0;
};

class FileWriter final : public PngWriter {
 public:
  FileWriter(const std::filesystem::path& path, const std::string& label, DType type,
             const std::vector<Index>& shape, const FileTraits* like)
      : PngWriter(label, type, shape, like), file_(path, label) {}

 private:
  void put_file(Index, const std::vector<std::byte>& png) override { file_.write(png); }
  void complete() override { file_.close(); }

  void finish() override { file_.commit(); }

  OutputFile file_;
};

class FolderWriter final : public PngWriter {
 public:
  FolderWriter(const std::filesystem::path& path, const std::string& label, DType type,
               const std::vector<Index>& shape, const FileTraits* like)
      : PngWriter(label, type, shape, like), folder_(path) {}

 private:
  // The folder appears by its own renaming, so its files need no temporary names and no
  // synchronisation each, which would cost milliseconds an image.
  void put_file(Index index, const std::vector<std::byte>& png) override {
    const auto path = folder_.working_path() / fmt::format("{:05}.png", index);
    std::FILE* file = std::fopen(path.c_str(), "wbe");
    if (file == nullptr) fail_to_write(folder_.path(), errno);
    const bool written = std::fwrite(png.data(), 1, png.size(), file) == png.size();
    const int error = errno;
    const bool closed = std::fclose(file) == 0;
    if (!written || !closed) fail_to_write(folder_.path(), written ? errno : error);
  }
  void finish() override { folder_.commit(); }

  OutputFolder folder_;
};

}  // namespace

bool is_picture(const std::vector<Index>& shape) {
  return shape.size() == 2 || (shape.size() == 3 && (shape[2] == 1 || shape[2] == 3));
}

std::unique_ptr<ArrayWriter> create_png(const std::filesystem::path& path, const std::string& label,
                                        DType type, const std::vector<Index>& shape,
                                        const FileTraits* like) {
  (void)form_of(label, type, shape, like);
  if (shape.front() != 1) {
    throw Error(fmt::format("{}: holds one picture, there are {}: name a folder (no extension)",
                            label, shape.front()));
  }
  return std::make_unique<FileWriter>(path, label, type, shape, like);
}

std::unique_ptr<ArrayWriter> create_png_folder(const std::filesystem::path& path,
                                               const std::string& label, DType type,
                                               const std::vector<Index>& shape,
                                               const FileTraits* like) {
  return std::make_unique<FolderWriter>(path, label, type, shape, like);
}

}  // namespace pellucid::io
