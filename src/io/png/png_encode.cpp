// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <png.h>

#include <bit>
#include <csetjmp>
#include <cstring>
#include <new>

#include "io/png/png.hpp"
#include "pellucid/io/png.hpp"

namespace pellucid {
namespace io {
namespace {

/// What libpng's callbacks work on; it leaves by longjmp on errors, past all of this.
struct Encoder {
  std::vector<std::byte> out;
  png_structp png = nullptr;
  png_infop info = nullptr;
  char message[100] = "not enough memory";

  Encoder() {
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png != nullptr) info = png_create_info_struct(png);
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  ~Encoder() { png_destroy_write_struct(&png, &info); }

  static void on_error(png_structp png, png_const_charp text) {
    auto* self = static_cast<Encoder*>(png_get_error_ptr(png));
    std::strncpy(self->message, text, sizeof self->message - 1);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  static void on_write(png_structp png, png_bytep data, std::size_t count) {
    auto* self = static_cast<Encoder*>(png_get_io_ptr(png));
    if (!self->append(data, count)) png_error(png, "not enough memory");
  }
  static void on_flush(png_structp) {}

  // Exceptions must not pass through libpng.
  bool append(png_const_bytep data, std::size_t count) noexcept {
    try {
      const auto* bytes = reinterpret_cast<const std::byte*>(data);
      out.insert(out.end(), bytes, bytes + count);
    } catch (const std::bad_alloc&) {
      return false;
    }
    return true;
  }

  bool write(const PictureForm& form, png_bytepp rows);
};

// False after an error. No local may need a destructor.
bool Encoder::write(const PictureForm& form, png_bytepp rows) {
  if (png == nullptr || info == nullptr) return false;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_write_fn(png, this, on_write, on_flush);
  png_set_IHDR(png, info, static_cast<png_uint_32>(form.width),
               static_cast<png_uint_32>(form.height), form.bits,
               form.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  if (form.bits == 16 && std::endian::native == std::endian::little) png_set_swap(png);
  png_write_image(png, rows);
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

std::vector<std::byte> encode_png(const PictureForm& form, const std::byte* pixels) {
  if (form.width < 1 || form.height < 1 || form.width > kLongestSide ||
      form.height > kLongestSide || (form.channels != 1 && form.channels != 3)) {
    throw Error(
        fmt::format("image: {} x {} pixels of {} channels cannot be a PNG: give sides of 1 "
                    "to {} and 1 or 3 channels",
                    form.height, form.width, form.channels, kLongestSide));
  }
  const std::size_t row = form.bytes() / static_cast<std::size_t>(form.height);
  std::vector<png_bytep> rows(static_cast<std::size_t>(form.height));
  for (std::size_t y = 0; y < rows.size(); ++y) {
    // libpng does not write to what it encodes.
    rows[y] = reinterpret_cast<png_bytep>(const_cast<std::byte*>(pixels + y * row));
  }
  Encoder encoder;
  if (!encoder.write(form, rows.data())) {
    throw Error(fmt::format("image: cannot be encoded ({}): give fewer pixels", encoder.message));
  }
  return std::move(encoder.out);
}

}  // namespace io

std::vector<std::byte> encode_png(const std::uint8_t* pixels, int width, int height, int channels) {
  return io::encode_png({height, width, channels, 8}, reinterpret_cast<const std::byte*>(pixels));
}

}  // namespace pellucid
