// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "io/deflate.hpp"
#include "io/idx/idx.hpp"
#include "io/idx/idx_types.hpp"
#include "io/input_file.hpp"
#include "io/layout.hpp"
#include "io/stored_array.hpp"

namespace pellucid::io {
namespace {

constexpr std::size_t kLargestRead = std::size_t{1} << 30;

struct CloseGzip {
  void operator()(gzFile file) const { gzclose_r(file); }
};

/// A file inflated as it is read where it is gzipped, and read as it is otherwise.
class InflatingFile {
 public:
  InflatingFile(const std::filesystem::path& path, std::string label) : label_(std::move(label)) {
    size_ = InputFile(path, label_).size();
    file_.reset(gzopen(path.c_str(), "rbe"));
    if (file_ == nullptr) fail(label_, "cannot be read: check the file");
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
        fail(label_, fmt::format("cannot be decompressed ({}): copy or make the file again",
                                 plain(message, error)));
      }
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  void read_header(std::span<std::byte> out) {
    if (read_some(out) == out.size()) return;
    fail(label_, "is truncated within its header: copy or make the file again");
  }

  [[nodiscard]] bool is_plain() const { return gzdirect(file_.get()) != 0; }
  /// The most bytes that a file of this length can hold.
  [[nodiscard]] std::uint64_t most_bytes() const {
    return is_plain() ? size_ : most_inflated(size_);
  }

 private:
  // zlib's own text starts with the path, which the message has already.
  static std::string plain(std::string_view message, int error) {
    if (error == Z_BUF_ERROR) return "the gzip data end too early";
    const std::size_t colon = message.rfind(": ");
    return printable(colon == std::string_view::npos ? message : message.substr(colon + 2));
  }

  std::string label_;
  std::unique_ptr<gzFile_s, CloseGzip> file_;
  std::uint64_t size_ = 0;
};

DType type_of(const std::string& label, unsigned code) {
  for (const auto& [known, type] : kIdxTypes) {
    if (known == code) return type;
  }
  fail(label, fmt::format("IDX type {:02x} is unknown: known are 08, 09, 0b, 0c, 0d, 0e", code));
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

/// Compares what a header claims with what the file holds.
class Claim {
 public:
  Claim(const std::string& label, const StoredLayout& layout)
      : label_(label), layout_(layout), bytes_(claimed_bytes(label, layout.shape, layout.type)) {}

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  void require(std::uint64_t held) const {
    if (held >= bytes_) return;
    fail(label_, fmt::format("header claims {} bytes of data (shape {}, {}), the file holds {}: "
                             "the file is truncated, copy or make it again",
                             bytes_, shape_text(layout_.shape), name(layout_.type), held));
  }

  void require_no_more(bool more) const {
    if (!more) return;
    fail(label_, fmt::format("holds more than the {} bytes of data its header claims (shape {}): "
                             "make the file again",
                             bytes_, shape_text(layout_.shape)));
  }

 private:
  const std::string& label_;
  const StoredLayout& layout_;
  std::uint64_t bytes_;
};

// No more is inflated than the header declares.
std::vector<std::byte> inflate(InflatingFile& file, const std::string& label, const Claim& claim) {
  claim.require(file.most_bytes());
  std::vector<std::byte> bytes = allocate(label, claim.bytes());
  claim.require(file.read_some(bytes));
  std::array<std::byte, 1> more{};
  claim.require_no_more(file.read_some(more) != 0);
  return bytes;
}

}  // namespace

std::unique_ptr<ArrayReader> open_idx(const std::filesystem::path& path, const std::string& label) {
  InflatingFile file(path, label);
  std::array<unsigned char, 4> magic{};
  file.read_header(std::as_writable_bytes(std::span(magic)));
  if (magic[0] != 0 || magic[1] != 0) {
    fail(label, "is no IDX file (wrong first bytes): give .npy, IDX or PNG data");
  }
  StoredLayout layout;
  layout.type = type_of(label, magic[2]);
  layout.shape = read_shape(file, magic[3]);
  layout.swapped = std::endian::native == std::endian::little;
  const Claim claim(label, layout);
  FileTraits traits;
  traits.format = FileFormat::idx;
  traits.compressed = !file.is_plain();
  traits.description = traits.compressed ? "IDX, gzipped" : "IDX";
  if (traits.compressed) {
    auto bytes = std::make_shared<const MemoryBytes>(label, inflate(file, label, claim));
    return std::make_unique<StoredArray>(label, std::move(bytes), 0, layout, std::move(traits));
  }
  const std::uint64_t begin = magic.size() + 4 * layout.shape.size();
  auto bytes = std::make_shared<const InputFile>(path, label);
  claim.require(bytes->size() - begin);
  claim.require_no_more(bytes->size() - begin != claim.bytes());
  return std::make_unique<StoredArray>(label, std::move(bytes), begin, layout, std::move(traits));
}

}  // namespace pellucid::io
