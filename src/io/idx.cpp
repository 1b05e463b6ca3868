// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/idx.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <span>

#include "io/input_file.hpp"
#include "io/layout.hpp"

namespace pellucid {
namespace {

// Deflate's best: no gzip file holds more than this many times its own length.
constexpr std::uint64_t kMostInflation = 1032;
constexpr std::size_t kLargestRead = std::size_t{1} << 30;

struct CloseGzip {
  void operator()(gzFile file) const { gzclose_r(file); }
};

/// A file inflated as it is read where it is gzipped, and read as it is otherwise.
class InflatingFile {
 public:
  explicit InflatingFile(const std::filesystem::path& path) : path_(path) {
    size_ = io::InputFile(path).size();
    file_.reset(gzopen(path.c_str(), "rb"));
    if (file_ == nullptr) io::fail(path_, "cannot be read: check the file");
    gzbuffer(file_.get(), 256 * 1024);
  }

  /// Reads as much of `out` as the file has.
  std::size_t read_some(std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
      const auto part = static_cast<unsigned>(std::min(out.size() - done, kLargestRead));
      const int got = gzread(file_.get(), out.data() + done, part);
      int error = Z_OK;
      const char* message = gzerror(file_.get(), &error);
      if (got < 0 || (error != Z_OK && error != Z_STREAM_END)) {
        io::fail(path_, fmt::format("cannot be decompressed ({}): copy or make the file again",
                                    plain(message, error)));
      }
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  void read_header(std::span<std::byte> out) {
    if (read_some(out) == out.size()) return;
    io::fail(path_, "is truncated within its header: copy or make the file again");
  }

  /// The most bytes that a file of this length can hold.
  [[nodiscard]] std::uint64_t most_bytes() const {
    return gzdirect(file_.get()) != 0 ? size_ : size_ * kMostInflation;
  }

 private:
  // zlib's own text starts with the path, which the message has already.
  static std::string plain(std::string_view message, int error) {
    if (error == Z_BUF_ERROR) return "the gzip data end too early";
    const std::size_t colon = message.rfind(": ");
    return io::printable(colon == std::string_view::npos ? message : message.substr(colon + 2));
  }

  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, CloseGzip> file_;
  std::uint64_t size_ = 0;
};

DType type_of(const std::filesystem::path& path, unsigned code) {
  switch (code) {
    case 0x08:
      return DType::uint8;
    case 0x09:
      return DType::int8;
    case 0x0b:
      return DType::int16;
    case 0x0c:
      return DType::int32;
    case 0x0d:
      return DType::float32;
    case 0x0e:
      return DType::float64;
    default:
      io::fail(path,
               fmt::format("IDX type {:02x} is unknown: known are 08, 09, 0b, 0c, 0d, 0e", code));
  }
}

std::vector<Index> read_shape(InflatingFile& file, std::size_t axes) {
  std::vector<Index> shape;
  for (std::size_t a = 0; a < axes; ++a) {
    std::array<unsigned char, 4> big{};
    file.read_header(std::as_writable_bytes(std::span(big)));
    shape.push_back((Index{big[0]} << 24) | (Index{big[1]} << 16) | (Index{big[2]} << 8) | big[3]);
  }
  return shape;
}

}  // namespace

Array read_idx(const std::filesystem::path& path) {
  InflatingFile file(path);
  std::array<unsigned char, 4> magic{};
  file.read_header(std::as_writable_bytes(std::span(magic)));
  if (magic[0] != 0 || magic[1] != 0) {
    io::fail(path, "is no IDX file (wrong first bytes): give .npy, IDX or PNG data");
  }
  Array array{type_of(path, magic[2]), read_shape(file, magic[3]), {}};
  const std::uint64_t bytes = io::claimed_bytes(path, array.shape, array.type);
  const auto truncated = [&](std::uint64_t held) {
    io::fail(path, fmt::format("header claims {} bytes of data (shape {}, {}), the file holds {}: "
                               "the file is truncated, copy or make it again",
                               bytes, shape_text(array.shape), name(array.type), held));
  };
  if (bytes > file.most_bytes()) truncated(file.most_bytes());
  array.bytes = io::allocate(path, bytes);
  const std::uint64_t got = file.read_some(array.bytes);
  if (got != bytes) truncated(got);
  std::array<std::byte, 1> more{};
  if (file.read_some(more) != 0) {
    io::fail(path, fmt::format("holds more than the {} bytes of data its header claims (shape {}): "
                               "make the file again",
                               bytes, shape_text(array.shape)));
  }
  if (std::endian::native == std::endian::little) io::swap_byte_order(array);
  return array;
}

}  // namespace pellucid
