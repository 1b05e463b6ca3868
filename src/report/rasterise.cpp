// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/rasterise.hpp"

#include <cairo.h>
#include <fmt/format.h>
#include <librsvg/rsvg.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>

#include "pellucid/base/error.hpp"
#include "report/png_bytes.hpp"

namespace pellucid {
namespace {

constexpr double most_pixels = 67108864;  // 256 MiB while it is drawn

struct Unref {
  void operator()(RsvgHandle* handle) const { g_object_unref(handle); }
  void operator()(GError* error) const { g_error_free(error); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

Error failure(const GError* error) {
  return Error(fmt::format("figure: cannot draw the SVG ({}): please report it",
                           error != nullptr ? error->message : "no reason given"));
}

Owned<RsvgHandle> parse(const std::string& svg) {
  GError* error = nullptr;
  Owned<RsvgHandle> handle(
      rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &error));
  const Owned<GError> reason(error);
  if (!handle) throw failure(reason.get());
  return handle;
}

struct Size {
  int width, height;
};

Size size_of(RsvgHandle* handle) {
  double width = 0;
  double height = 0;
  const bool known = rsvg_handle_get_intrinsic_size_in_pixels(handle, &width, &height) != 0;
  if (!known || !(width >= 0.5 && height >= 0.5) || !(width * height <= most_pixels)) {
    throw Error(fmt::format("figure: {} x {} pixels cannot be drawn: choose another resolution",
                            width, height));
  }
  return {static_cast<int>(std::lround(width)), static_cast<int>(std::lround(height))};
}

Owned<cairo_surface_t> draw(RsvgHandle* handle, Size size) {
  Owned<cairo_surface_t> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, size.width, size.height));
  const Owned<cairo_t> context(cairo_create(surface.get()));
  cairo_set_source_rgb(context.get(), 1, 1, 1);
  cairo_paint(context.get());
  const RsvgRectangle area{0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
  GError* error = nullptr;
  const bool drawn = rsvg_handle_render_document(handle, context.get(), &area, &error) != 0;
  const Owned<GError> reason(error);
  if (!drawn) throw failure(reason.get());
  cairo_surface_flush(surface.get());
  return surface;
}

// Cairo has 32 bits a pixel, blue lowest.
std::vector<std::uint8_t> rgb_pixels(cairo_surface_t* surface, Size size) {
  const auto* data = cairo_image_surface_get_data(surface);
  const std::ptrdiff_t stride = cairo_image_surface_get_stride(surface);
  std::vector<std::uint8_t> pixels;
  pixels.reserve(std::size_t{3} * size.width * size.height);
  for (std::ptrdiff_t y = 0; y < size.height; ++y) {
    const auto* row = reinterpret_cast<const std::uint32_t*>(data + y * stride);
    for (const std::uint32_t pixel : std::span(row, static_cast<std::size_t>(size.width))) {
      for (const int shift : {16, 8, 0}) {
        pixels.push_back(static_cast<std::uint8_t>(pixel >> shift & 255U));
      }
    }
  }
  return pixels;
}

}  // namespace

std::vector<std::byte> rasterise(const std::string& svg, double dots_per_inch) {
  const Owned<RsvgHandle> handle = parse(svg);
  rsvg_handle_set_dpi(handle.get(), dots_per_inch);
  const Size size = size_of(handle.get());
  const Owned<cairo_surface_t> surface = draw(handle.get(), size);
  return report::rgb_png(rgb_pixels(surface.get(), size), size.width, size.height, dots_per_inch);
}

}  // namespace pellucid
