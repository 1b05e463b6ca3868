// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <Eigen/Core>
#include <array>
#include <cstring>
#include <string>

#include "io/input_file.hpp"
#include "io/layout.hpp"
#include "io/npy/npy.hpp"
#include "io/npy/npy_header.hpp"
#include "pellucid/io/npy.hpp"

namespace pellucid {
namespace io {
namespace {

constexpr std::size_t kLongestHeader = 64 * 1024;

/// The part of a file that holds a `.npy` file, read from its start.
class Part {
 public:
  Part(const ByteSource& bytes, std::uint64_t begin, std::uint64_t length)
      : bytes_(bytes), at_(begin), end_(begin + length) {}

  [[nodiscard]] std::uint64_t remaining() const { return end_ - at_; }
  [[nodiscard]] std::uint64_t position() const { return at_; }
  [[nodiscard]] const std::string& label() const { return bytes_.label(); }

  std::string read(std::size_t count) {
    if (count > remaining()) {
      fail(label(), "is truncated within its header: copy or make the file again");
    }
    std::string text(count, '\0');
    bytes_.read_at(at_, std::as_writable_bytes(std::span(text)));
    at_ += count;
    return text;
  }

 private:
  const ByteSource& bytes_;
  std::uint64_t at_, end_;
};

// The dictionary's text; its length has 2 bytes in version 1 and 4 later.
std::string read_dictionary(Part& part) {
  if (part.read(kNpyMagic.size()) != kNpyMagic) {
    fail(part.label(), "is no .npy file (wrong first bytes): save an array with numpy.save");
  }
  const std::string version = part.read(2);
  if (version[0] < 1 || version[0] > 3 || version[1] != 0) {
    fail(part.label(), fmt::format("has .npy version {}.{}, versions 1.0 to 3.0 are read: save "
                                   "the array again with numpy.save",
                                   static_cast<unsigned char>(version[0]),
                                   static_cast<unsigned char>(version[1])));
  }
  std::size_t length = 0;
  const std::string bytes = part.read(version[0] == 1 ? 2 : 4);
  for (std::size_t i = bytes.size(); i-- > 0;) {
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  }
  if (length > kLongestHeader || length > part.remaining()) {
    fail(part.label(),
         fmt::format("header claims to have {} bytes, where the file has {} and {} are allowed: "
                     "the file is truncated or damaged, make it again",
                     length, part.remaining(), kLongestHeader));
  }
  return part.read(length);
}

void check_length(const Part& part, const StoredLayout& layout) {
  const std::uint64_t claimed = claimed_bytes(part.label(), layout.shape, layout.type);
  if (claimed == part.remaining()) return;
  const std::string what =
      fmt::format("header claims {} bytes of data (shape {}, {}), the file has {}", claimed,
                  shape_text(layout.shape), name(layout.type), part.remaining());
  if (claimed > part.remaining()) {
    fail(part.label(), what + ": the file is truncated, copy or make it again");
  }
  fail(part.label(), what + ": write one array per file, with nothing after it");
}

// Numbers of half precision, which no element type here has, as single ones.
class WidenedHalf final : public ArrayReader {
 public:
  explicit WidenedHalf(std::unique_ptr<const ArrayReader> halves)
      : ArrayReader(halves->label(), DType::float32, halves->shape(), halves->traits()),
        halves_(std::move(halves)) {}

  void read(Index first, Index count, std::span<std::byte> out) const override {
    std::vector<std::uint16_t> bits(out.size() / sizeof(float));
    halves_->read(first, count, std::as_writable_bytes(std::span(bits)));
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const auto value = static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(bits[i]));
      std::memcpy(out.data() + i * sizeof value, &value, sizeof value);
    }
  }

 private:
  std::unique_ptr<const ArrayReader> halves_;
};

}  // namespace

std::unique_ptr<ArrayReader> open_npy(std::shared_ptr<const ByteSource> bytes, std::uint64_t begin,
                                      std::uint64_t length, const std::string& label,
                                      FileTraits traits) {
  Part part(*bytes, begin, length);
  const StoredLayout layout = parse_npy_header(label, read_dictionary(part));
  check_length(part, layout);
  traits.fortran_order = layout.fortran_order;
  if (layout.fortran_order) traits.description += ", Fortran order";
  if (layout.swapped) traits.description += ", of the other byte order";
  if (layout.half) traits.description += ", half precision";
  auto stored = std::make_unique<StoredArray>(label, std::move(bytes), part.position(), layout,
                                              std::move(traits));
  if (layout.half) return std::make_unique<WidenedHalf>(std::move(stored));
  return stored;
}

std::unique_ptr<ArrayReader> open_npy(const std::filesystem::path& path, const std::string& label) {
  auto file = std::make_shared<const InputFile>(path, label);
  const std::uint64_t length = file->size();
  FileTraits traits;
  traits.format = FileFormat::npy;
  traits.description = ".npy";
  return open_npy(std::move(file), 0, length, label, std::move(traits));
}

}  // namespace io

Array read_npy(const std::filesystem::path& path) {
  return io::open_npy(path, path.string())->all();
}

}  // namespace pellucid
