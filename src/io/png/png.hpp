// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

inline constexpr Index kLongestSide = 65535;

/// What pictures of one set have in common. Values are uint8 or uint16.
struct PictureForm {
  Index height = 0, width = 0;
  int channels = 1;  ///< 1 grey, 3 red, green, blue
  int bits = 8;      ///< per channel, 8 or 16

  [[nodiscard]] bool operator==(const PictureForm&) const = default;
  [[nodiscard]] DType type() const { return bits == 16 ? DType::uint16 : DType::uint8; }
  [[nodiscard]] std::vector<Index> shape() const;
  [[nodiscard]] std::size_t bytes() const;
};

/// One PNG whose header has been read and checked against the file's length.
class PngFile {
 public:
  PngFile(const std::filesystem::path& path, const std::string& label);
  PngFile(const PngFile&) = delete;
  PngFile& operator=(const PngFile&) = delete;
  ~PngFile();

  [[nodiscard]] const PictureForm& form() const;
  /// The pixels, row by row; `out` has `form().bytes()`. To be called once.
  void decode(std::span<std::byte> out);

 private:
  struct Decoder;
  std::unique_ptr<Decoder> decoder_;
};

/// Pixels in native byte order as a PNG in memory.
[[nodiscard]] std::vector<std::byte> encode_png(const PictureForm& form, const std::byte* pixels);

/// A PNG, or a folder of them in natural order. All headers are read at once, pixels as they are
/// asked for.
[[nodiscard]] std::unique_ptr<ArrayReader> open_png(const std::filesystem::path& path,
                                                    const std::string& label);
[[nodiscard]] std::unique_ptr<ArrayReader> open_png_folder(const std::filesystem::path& path,
                                                           const std::string& label);

/// Whether samples of this shape are pictures: (height, width) with 1 or 3 channels or none behind.
[[nodiscard]] bool is_picture(const std::vector<Index>& sample_shape);

/// One picture as a file, or any number of them as a folder of 00000.png, 00001.png, ... Values are
/// rounded and clipped to the bits of `like`, else 8, or 16 for uint16.
[[nodiscard]] std::unique_ptr<ArrayWriter> create_png(const std::filesystem::path& path,
                                                      const std::string& label, DType type,
                                                      const std::vector<Index>& shape,
                                                      const FileTraits* like);
[[nodiscard]] std::unique_ptr<ArrayWriter> create_png_folder(const std::filesystem::path& path,
                                                             const std::string& label, DType type,
                                                             const std::vector<Index>& shape,
                                                             const FileTraits* like);

}  // namespace pellucid::io
