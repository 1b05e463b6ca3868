// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <bit>
#include <csetjmp>
#include <cstring>
#include <string>

#include "io/deflate.hpp"
#include "io/input_file.hpp"
#include "io/png/png.hpp"

namespace pellucid::io {
namespace {

/// Sizes after the transformations to 8 or 16 bit grey or colour, with or without alpha.
struct Layout {
  png_uint_32 width, height;
  std::uint64_t stored_row;  ///< bytes of a row in the file, before transformations
  std::size_t row;           ///< and after
  int channels, depth;
};

}  // namespace

/// What libpng's callbacks work on. libpng leaves by longjmp on errors, so everything that owns
/// memory lives here, outside the functions that are jumped out of.
struct PngFile::Decoder {
  InputFile file;
  png_structp png = nullptr;
  png_infop info = nullptr;
  char message[100] = "";
  Layout layout{};
  PictureForm form;

  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  Decoder(const std::filesystem::path& path, const std::string& label) : file(path, label) {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png != nullptr) info = png_create_info_struct(png);
    if (info == nullptr) {
      png_destroy_read_struct(&png, nullptr, nullptr);
      fail(label, "cannot be decoded: not enough memory for libpng");
    }
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
    if (!self->read(out, count)) png_error(png, "the file ends too early");
  }

  // Exceptions must not pass through libpng.
  bool read(png_bytep out, std::size_t count) noexcept {
    if (count > file.remaining()) return false;
    try {
      file.read(std::as_writable_bytes(std::span(out, count)));
    } catch (const Error&) {
      return false;
    }
    return true;
  }

  bool read_header();
  bool read_pixels(png_bytepp rows);
  [[noreturn]] void fail_decoding() const {
    fail(file.label(),
         fmt::format("is no readable PNG ({}): copy or make the file again", printable(message)));
  }
  void drop_alpha(std::span<const std::byte> pixels, std::span<std::byte> out) const;
};

// False after an error, whose text is then in the decoder. No local may need a destructor.
bool PngFile::Decoder::read_header() {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_read_fn(png, this, on_read);
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

bool PngFile::Decoder::read_pixels(png_bytepp rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

// Copies the colours of pixels whose alpha says opaque; names the first that is not.
void PngFile::Decoder::drop_alpha(std::span<const std::byte> pixels,
                                  std::span<std::byte> out) const {
  const std::size_t sample = static_cast<std::size_t>(layout.depth) / 8;
  const std::size_t pixel = sample * static_cast<std::size_t>(layout.channels);
  const std::size_t kept = pixel - sample;
  for (std::size_t i = 0; i * pixel < pixels.size(); ++i) {
    const auto from = pixels.subspan(i * pixel, pixel);
    if (!std::ranges::all_of(from.subspan(kept),
                             [](std::byte b) { return b == std::byte{0xff}; })) {
      fail(file.label(),
           fmt::format("pixel ({}, {}) is transparent: flatten the image onto a background",
                       i / layout.width, i % layout.width));
    }
    std::ranges::copy(from.first(kept), out.begin() + static_cast<std::ptrdiff_t>(i * kept));
  }
}

PngFile::PngFile(const std::filesystem::path& path, const std::string& label)
    : decoder_(std::make_unique<Decoder>(path, label)) {
  Decoder& d = *decoder_;
  if (!d.read_header()) d.fail_decoding();
  const Layout& layout = d.layout;
  if (layout.stored_row * layout.height > most_inflated(d.file.size())) {
    fail(label, fmt::format("header claims {} x {} pixels, more than a file of {} bytes can hold: "
                            "copy or make the file again",
                            layout.height, layout.width, d.file.size()));
  }
  d.form = {static_cast<Index>(layout.height), static_cast<Index>(layout.width),
            layout.channels >= 3 ? 3 : 1, layout.depth == 16 ? 16 : 8};
}

PngFile::~PngFile() = default;

const PictureForm& PngFile::form() const { return decoder_->form; }

void PngFile::decode(std::span<std::byte> out) {
  Decoder& d = *decoder_;
  const bool alpha = d.layout.channels % 2 == 0;
  std::vector<std::byte> with_alpha;
  if (alpha) {
    with_alpha = allocate(d.file.label(), std::uint64_t{d.layout.row} * d.layout.height);
  }
  const std::span<std::byte> pixels = alpha ? std::span(with_alpha) : out;
  std::vector<png_bytep> rows(d.layout.height);
  for (std::size_t y = 0; y < rows.size(); ++y) {
    rows[y] = reinterpret_cast<png_bytep>(pixels.data() + y * d.layout.row);
  }
  if (!d.read_pixels(rows.data())) d.fail_decoding();
  if (alpha) d.drop_alpha(pixels, out);
}

}  // namespace pellucid::io
