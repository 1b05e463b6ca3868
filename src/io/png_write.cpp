// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <string>

#include "io/output_path.hpp"
#include "pellucid/io/png.hpp"

namespace pellucid {
namespace {

constexpr Index kLongestSide = 65535;

/// Height, width and channels of the images of an array.
struct ImageShape {
  int height, width, channels;
};

ImageShape image_shape(const Array& images, const std::filesystem::path& path) {
  const std::vector<Index> shape = images.sample_shape();
  const Index channels = shape.size() == 3 ? shape[2] : 1;
  const bool fits = (shape.size() == 2 || shape.size() == 3) && (channels == 1 || channels == 3) &&
                    std::ranges::all_of(shape, [](Index n) { return n >= 1 && n <= kLongestSide; });
  if (!fits || is_complex_type(images.type)) {
    throw Error(fmt::format(
        "{}: samples of shape {} and type {} are no images, (height, width) or (height, width, 3) "
        "of real numbers: write a .npy file",
        path.string(), shape_text(shape), name(images.type)));
  }
  return {static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(channels)};
}

// Rounds and clips one image; returns how many entries were clipped.
Index to_bytes(ConstBatch<double> image, std::vector<std::uint8_t>& pixels) {
  Index clipped = 0;
  for (Index i = 0; i < image.rows(); ++i) {
    const double rounded = std::round(image(i, 0));
    const double value = std::clamp(rounded, 0.0, 255.0);
    clipped += value != rounded;
    pixels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value);
  }
  return clipped;
}

// The folder appears by its own renaming, so its files need no temporary names and no
// synchronisation each, which would cost milliseconds an image.
void write_file(const OutputFolder& out, const std::string& name,
                const std::vector<std::byte>& bytes) {
  std::FILE* file = std::fopen((out.working_path() / name).c_str(), "wb");
  if (file == nullptr) io::fail_to_write(out.path(), errno);
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  const int error = errno;
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed) io::fail_to_write(out.path(), written ? errno : error);
}

}  // namespace

std::vector<std::byte> encode_png(const std::uint8_t* pixels, int width, int height, int channels) {
  if (width < 1 || height < 1 || width > kLongestSide || height > kLongestSide ||
      (channels != 1 && channels != 3)) {
    throw Error(
        fmt::format("image: {} x {} pixels of {} channels cannot be a PNG: give sides of 1 "
                    "to {} and 1 or 3 channels",
                    height, width, channels, kLongestSide));
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  std::vector<std::byte> out(PNG_IMAGE_PNG_SIZE_MAX(image));
  png_alloc_size_t size = out.size();
  if (png_image_write_to_memory(&image, out.data(), &size, 0, pixels, 0, nullptr) == 0) {
    const std::string message = image.message;
    png_image_free(&image);
    throw Error(fmt::format("image: cannot be encoded ({}): give fewer pixels", message));
  }
  out.resize(size);
  return out;
}

Index write_png_folder(OutputFolder& out, const Array& images) {
  const ImageShape shape = image_shape(images, out.path());
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images.dim()));
  Index clipped = 0;
  for (Index i = 0; i < images.samples(); ++i) {
    clipped += to_bytes(to_samples<double>(images, i, 1, out.path().string()), pixels);
    write_file(out, fmt::format("{:05}.png", i),
               encode_png(pixels.data(), shape.width, shape.height, shape.channels));
  }
  return clipped;
}

Index write_png_folder(const std::filesystem::path& path, const Array& images) {
  OutputFolder out(path);
  const Index clipped = write_png_folder(out, images);
  out.commit();
  return clipped;
}

}  // namespace pellucid
