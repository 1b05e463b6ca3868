// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>

#include "io/checked_writer.hpp"
#include "io/deflate.hpp"
#include "io/idx/idx.hpp"
#include "io/idx/idx_types.hpp"
#include "io/input_file.hpp"
#include "io/layout.hpp"
#include "pellucid/io/output_file.hpp"

namespace pellucid::io {
namespace {

constexpr std::size_t kMostIdxAxes = 255;
constexpr Index kLongestAxis = 0xffffffff;

std::vector<std::byte> header(const std::string& label, DType type,
                              const std::vector<Index>& shape) {
  const auto* known = std::ranges::find(kIdxTypes, type, [](const auto& t) { return t.second; });
  if (known == kIdxTypes.end()) {
    fail(label, fmt::format("IDX has no {} numbers, only uint8, int8, int16, int32, float32 and "
                            "float64: write a .npy file",
                            name(type)));
  }
  if (shape.empty() || shape.size() > kMostIdxAxes || std::ranges::max(shape) > kLongestAxis) {
    fail(label, fmt::format("IDX cannot hold shape {}, only 1 to {} axes of up to {}: write a .npy "
                            "file",
                            shape_text(shape), kMostIdxAxes, kLongestAxis));
  }
  std::vector<std::byte> bytes{std::byte{0}, std::byte{0}, std::byte{known->first},
                               static_cast<std::byte>(shape.size())};
  for (const Index length : shape) {
    for (const int shift : {24, 16, 8, 0}) {
      bytes.push_back(static_cast<std::byte>(length >> shift & 0xff));
    }
  }
  return bytes;
}

class IdxWriter final : public CheckedWriter {
 public:
  IdxWriter(const std::filesystem::path& path, const std::string& label, DType type,
            const std::vector<Index>& shape, bool compressed)
      : CheckedWriter(label, type, shape), start_(header(label, type, shape)), file_(path, label) {
    if (compressed) {
      deflate_.emplace(Wrapping::gzip, [this](std::span<const std::byte> b) { file_.write(b); });
    }
    append(start_);
  }

 private:
  void put(const Array& samples) override {
    if (std::endian::native == std::endian::big) return append(samples.bytes);
    std::vector<std::byte> swapped = samples.bytes;
    swap_byte_order(swapped, type());
    append(swapped);
  }

  void complete() override {
    if (deflate_) deflate_->finish();
    file_.close();
  }

  void finish() override { file_.commit(); }

  void append(std::span<const std::byte> bytes) {
    deflate_ ? deflate_->write(bytes) : file_.write(bytes);
  }

  std::vector<std::byte> start_;  // made first, so that what cannot be written leaves no file
  OutputFile file_;
  std::optional<DeflateStream> deflate_;
};

}  // namespace

std::unique_ptr<ArrayWriter> create_idx(const std::filesystem::path& path, const std::string& label,
                                        DType type, const std::vector<Index>& shape,
                                        bool compressed) {
  return std::make_unique<IdxWriter>(path, label, type, shape, compressed);
}

}  // namespace pellucid::io
