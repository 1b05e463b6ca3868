// SPDX-License-Identifier: BSD-3-Clause
#include "io/npz/zip_writer.hpp"

#include <utility>

#include "io/npz/zip_format.hpp"

namespace pellucid::io {
namespace {

constexpr std::uint16_t kVersion = 45;  // the first with 64-bit sizes
constexpr std::uint16_t kOnUnix = 3 << 8;
constexpr std::uint32_t kPlainFile = 0100644U << 16;
// Midnight of 1980-01-01: the same data give the same file.
constexpr std::uint32_t kNoTime = 0x00210000;

void append(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i & 0xff);
}

void append_all(std::string& out, int bytes, std::initializer_list<std::uint64_t> values) {
  for (const std::uint64_t value : values) append(out, value, bytes);
}

bool fits(std::uint64_t value) { return value < zip::kElsewhere32; }

}  // namespace

ZipWriter::ZipWriter(OutputFile& file, std::string member, bool compressed)
    : file_(file), name_(std::move(member)), method_(compressed ? zip::kDeflated : zip::kStored) {
  if (compressed) {
    deflate_.emplace(Wrapping::none, [this](std::span<const std::byte> packed) { put(packed); });
  }
  file_.write(local_header());
}

void ZipWriter::write(std::span<const std::byte> bytes) {
  check_sum_ = static_cast<std::uint32_t>(
      crc32_z(check_sum_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  size_ += bytes.size();
  deflate_ ? deflate_->write(bytes) : put(bytes);
}

void ZipWriter::put(std::span<const std::byte> packed) {
  packed_ += packed.size();
  file_.write(packed);
}

void ZipWriter::finish() {
  if (deflate_) deflate_->finish();
  const std::string header = local_header();
  const std::string entry = directory();
  file_.write(entry);
  file_.write(end(header.size() + packed_, entry.size()));
  // Sizes and check sum are known only now.
  file_.write_at(0, std::as_bytes(std::span(header)));
}

std::string ZipWriter::local_header() const {
  std::string out;
  append(out, zip::kLocalHeader, 4);
  append_all(out, 2, {kVersion, zip::kUtf8, method_});
  append_all(out, 4, {kNoTime, check_sum_, zip::kElsewhere32, zip::kElsewhere32});
  append_all(out, 2, {name_.size(), 20});
  out += name_;
  append_all(out, 2, {zip::kWideField, 16});
  append_all(out, 8, {size_, packed_});
  return out;
}

std::string ZipWriter::directory() const {
  std::string out, wide;
  const auto narrow = [&wide](std::uint64_t value) -> std::uint64_t {
    if (fits(value)) return value;
    append(wide, value, 8);
    return zip::kElsewhere32;
  };
  const std::uint64_t size = narrow(size_), packed = narrow(packed_);
  append(out, zip::kDirectoryEntry, 4);
  append_all(out, 2, {kOnUnix | kVersion, kVersion, zip::kUtf8, method_});
  append_all(out, 4, {kNoTime, check_sum_, packed, size});
  append_all(out, 2, {name_.size(), wide.empty() ? 0 : wide.size() + 4, 0, 0, 0});
  append_all(out, 4, {kPlainFile, 0});
  out += name_;
  if (wide.empty()) return out;
  append_all(out, 2, {zip::kWideField, wide.size()});
  return out + wide;
}

std::string ZipWriter::end(std::uint64_t directory_begin, std::uint64_t directory_size) const {
  std::string out;
  if (!fits(directory_begin)) {
    append(out, zip::kEnd64, 4);
    append(out, zip::kEnd64Size - 12, 8);  // what follows this number
    append_all(out, 2, {kOnUnix | kVersion, kVersion});
    append_all(out, 4, {0, 0});
    append_all(out, 8, {1, 1, directory_size, directory_begin});
    append_all(out, 4, {zip::kEnd64Locator, 0});
    append(out, directory_begin + directory_size, 8);
    append(out, 1, 4);
  }
  append(out, zip::kEnd, 4);
  append_all(out, 2, {0, 0, 1, 1});
  append_all(out, 4, {directory_size, fits(directory_begin) ? directory_begin : zip::kElsewhere32});
  append(out, 0, 2);
  return out;
}

}  // namespace pellucid::io
