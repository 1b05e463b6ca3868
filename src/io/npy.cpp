// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/npy.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

#include "io/input_file.hpp"
#include "io/layout.hpp"
#include "io/npy_header.hpp"

namespace pellucid {
namespace {

constexpr std::array<unsigned char, 6> kMagic{0x93, 'N', 'U', 'M', 'P', 'Y'};
constexpr std::size_t kLongestHeader = 64 * 1024;
// The data start at a multiple of this, so that the file can be mapped into memory.
constexpr std::size_t kAlignment = 64;

// The dictionary's text; its length has 2 bytes in version 1 and 4 later.
std::string read_dictionary(io::InputFile& file) {
  std::array<unsigned char, 8> start{};
  file.read(std::as_writable_bytes(std::span(start)));
  if (!std::equal(kMagic.begin(), kMagic.end(), start.begin())) {
    io::fail(file.path(), "is no .npy file (wrong first bytes): save an array with numpy.save");
  }
  const int version = start[6];
  if (version < 1 || version > 3 || start[7] != 0) {
    io::fail(file.path(), fmt::format("has .npy version {}.{}, versions 1.0 to 3.0 are read: save "
                                      "the array again with numpy.save",
                                      version, start[7]));
  }
  std::array<unsigned char, 4> length_bytes{};
  file.read(std::as_writable_bytes(std::span(length_bytes).first(version == 1 ? 2 : 4)));
  const std::size_t length = length_bytes[0] + (std::size_t{length_bytes[1]} << 8) +
                             (std::size_t{length_bytes[2]} << 16) +
                             (std::size_t{length_bytes[3]} << 24);
  if (length > kLongestHeader || length > file.remaining()) {
    io::fail(
        file.path(),
        fmt::format("header claims to have {} bytes, where the file has {} and {} are allowed: "
                    "the file is truncated or damaged, make it again",
                    length, file.remaining(), kLongestHeader));
  }
  std::string text(length, ' ');
  file.read(std::as_writable_bytes(std::span(text)));
  return text;
}

void check_length(const io::InputFile& file, const io::NpyHeader& header, std::uint64_t claimed) {
  if (claimed == file.remaining()) return;
  const std::string what =
      fmt::format("header claims {} bytes of data (shape {}, {}), the file has {}", claimed,
                  shape_text(header.shape), name(header.type), file.remaining());
  if (claimed > file.remaining()) {
    io::fail(file.path(), what + ": the file is truncated, copy or make it again");
  }
  io::fail(file.path(), what + ": write one array per file, with nothing after it");
}

}  // namespace

Array read_npy(const std::filesystem::path& path) {
  io::InputFile file(path);
  const io::NpyHeader header = io::parse_npy_header(path, read_dictionary(file));
  const std::uint64_t bytes = io::claimed_bytes(path, header.shape, header.type);
  check_length(file, header, bytes);
  Array array{header.type, header.shape, io::allocate(path, bytes)};
  file.read(array.bytes);
  if (header.swapped) io::swap_byte_order(array);
  if (header.fortran_order) io::from_fortran_order(array);
  return array;
}

void write_npy(OutputFile& out, const Array& array) {
  std::string text = io::npy_dictionary(array);
  const std::size_t before = kMagic.size() + 4;
  const std::size_t used = before + text.size() + 1;
  text.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  text += '\n';
  const std::array<unsigned char, 4> rest{1, 0, static_cast<unsigned char>(text.size() & 0xff),
                                          static_cast<unsigned char>(text.size() >> 8)};
  out.write(std::as_bytes(std::span(kMagic)));
  out.write(std::as_bytes(std::span(rest)));
  out.write(text);
  out.write(array.bytes);
}

void write_npy(const std::filesystem::path& path, const Array& array) {
  OutputFile out(path);
  write_npy(out, array);
  out.commit();
}

}  // namespace pellucid
