// SPDX-License-Identifier: BSD-3-Clause
#include "io/png_decode.hpp"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <bit>
#include <csetjmp>
#include <cstring>
#include <string>

#include "io/input_file.hpp"

namespace pellucid::io {
namespace {

// Deflate's best: no PNG holds more pixel bytes than this many times its own length.
constexpr std::uint64_t kMostInflation = 1032;
constexpr png_uint_32 kLongestSide = 65535;

/// What libpng's callbacks work on. libpng leaves by longjmp on errors, so everything that owns
/// memory lives here, outside the functions that are jumped out of.
struct Decoder {
  std::span<const std::byte> rest;
  png_structp png = nullptr;
  png_infop info = nullptr;
  char message[100] = "";

  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  explicit Decoder(std::span<const std::byte> file) : rest(file) {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png != nullptr) info = png_create_info_struct(png);
  }
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }

  static void on_error(png_structp png, png_const_charp text) {
    auto* self = static_cast<Decoder*>(png_get_error_ptr(png));
    std::strncpy(self->message, text, sizeof self->message - 1);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  static void on_read(png_structp png, png_bytep out, std::size_t count) {
    auto* self = static_cast<Decoder*>(png_get_io_ptr(png));
    if (count > self->rest.size()) png_error(png, "the file ends too early");
    std::memcpy(out, self->rest.data(), count);
    self->rest = self->rest.subspan(count);
  }
};

/// Sizes after the transformations to 8 or 16 bit grey or colour, with or without alpha.
struct Layout {
  png_uint_32 width, height;
  std::uint64_t stored_row;  ///< bytes of a row in the file, before transformations
  std::size_t row;           ///< and after
  int channels, depth;
};

// False after an error, whose text is then in the decoder. No local may need a destructor here.
bool read_header(Decoder& decoder, Layout& layout) {
  png_structp png = decoder.png;
  png_infop info = decoder.info;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_read_fn(png, &decoder, Decoder::on_read);
  png_set_user_limits(png, kLongestSide, kLongestSide);
  // Of the optional chunks only transparency matters, so a large one is an attack or no use.
  png_set_chunk_malloc_max(png, 1 << 20);
  png_set_chunk_cache_max(png, 64);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
  png_read_info(png, info);
  layout.stored_row = png_get_rowbytes(png, info);
  png_set_palette_to_rgb(png);
  png_set_expand_gray_1_2_4_to_8(png);
  if (png_get_valid(png, info, PNG_INFO_tRNS) != 0) png_set_tRNS_to_alpha(png);
  if (std::endian::native == std::endian::little) png_set_swap(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  layout.width = png_get_image_width(png, info);
  layout.height = png_get_image_height(png, info);
  layout.row = png_get_rowbytes(png, info);
  layout.channels = png_get_channels(png, info);
  layout.depth = png_get_bit_depth(png, info);
  return true;
}

bool read_pixels(Decoder& decoder, png_bytepp rows) {
  if (setjmp(png_jmpbuf(decoder.png)) != 0) return false;
  png_read_image(decoder.png, rows);
  png_read_end(decoder.png, nullptr);
  return true;
}

[[noreturn]] void fail_decoding(const std::filesystem::path& path, const Decoder& decoder) {
  fail(path, fmt::format("is no readable PNG ({}): copy or make the file again",
                         printable(decoder.message)));
}

// Copies the colours of pixels whose alpha says opaque; names the first that is not.
void drop_alpha(const std::filesystem::path& path, const Layout& layout,
                std::span<const std::byte> pixels, std::span<std::byte> out) {
  const std::size_t sample = static_cast<std::size_t>(layout.depth) / 8;
  const std::size_t pixel = sample * static_cast<std::size_t>(layout.channels);
  const std::size_t kept = pixel - sample;
  for (std::size_t i = 0; i * pixel < pixels.size(); ++i) {
    const auto from = pixels.subspan(i * pixel, pixel);
    if (!std::ranges::all_of(from.subspan(kept),
                             [](std::byte b) { return b == std::byte{0xff}; })) {
      fail(path, fmt::format("pixel ({}, {}) is transparent: flatten the image onto a background",
                             i / layout.width, i % layout.width));
    }
    std::ranges::copy(from.first(kept), out.begin() + static_cast<std::ptrdiff_t>(i * kept));
  }
}

}  // namespace

Array decode_png(const std::filesystem::path& path, std::span<const std::byte> file) {
  Decoder decoder(file);
  if (decoder.info == nullptr) fail(path, "cannot be decoded: not enough memory for libpng");
  Layout layout{};
  if (!read_header(decoder, layout)) fail_decoding(path, decoder);
  if (layout.stored_row * layout.height > file.size() * kMostInflation) {
    fail(path, fmt::format("header claims {} x {} pixels, more than a file of {} bytes can hold: "
                           "copy or make the file again",
                           layout.height, layout.width, file.size()));
  }
  std::vector<std::byte> pixels = allocate(path, std::uint64_t{layout.row} * layout.height);
  std::vector<png_bytep> rows(layout.height);
  for (std::size_t y = 0; y < rows.size(); ++y) {
    rows[y] = reinterpret_cast<png_bytep>(pixels.data() + y * layout.row);
  }
  if (!read_pixels(decoder, rows.data())) fail_decoding(path, decoder);

  Array image{layout.depth == 16 ? DType::uint16 : DType::uint8,
              {static_cast<Index>(layout.height), static_cast<Index>(layout.width)},
              {}};
  const bool alpha = layout.channels % 2 == 0;
  if (layout.channels >= 3) image.shape.push_back(3);
  if (alpha) {
    image.bytes = allocate(path, pixels.size() / static_cast<std::size_t>(layout.channels) *
                                     static_cast<std::size_t>(layout.channels - 1));
    drop_alpha(path, layout, pixels, image.bytes);
  } else {
    image.bytes = std::move(pixels);
  }
  return image;
}

}  // namespace pellucid::io
