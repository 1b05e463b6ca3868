// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "io/input_file.hpp"
#include "io/npy/npy.hpp"
#include "io/npy/npy_header.hpp"
#include "io/npz/npz.hpp"
#include "io/npz/zip_writer.hpp"
#include "io/output_path.hpp"

namespace pellucid::io {
namespace {

constexpr std::size_t kLongestVariable = 1000;
constexpr std::size_t kPiece = 1 << 20;

void check_variable(const std::string& variable, const std::string& label) {
  const bool clean = std::ranges::none_of(
      variable, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\\'; });
  if (!variable.empty() && variable.size() <= kLongestVariable && clean &&
      !variable.starts_with('/')) {
    return;
  }
  fail(label, fmt::format("'{}' is no name for an array: give a short word", printable(variable)));
}

/// Elements in the order in which they come go straight into the archive; those in Fortran order
/// are put in place in a file beside it first.
class NpzWriter final : public CheckedWriter {
 public:
  NpzWriter(const std::filesystem::path& path, const std::string& variable,
            const std::string& label, DType type, const std::vector<Index>& shape, bool compressed,
            bool fortran_order)
      : CheckedWriter(label, type, shape),
        file_(path, label),
        zip_(file_, variable + ".npy", compressed) {
    if (fortran_order && shape.size() > 1) {
      unpacked_path_ = temporary_name(path);
      unpacked_.emplace(unpacked_path_, label, type, shape, true);
    } else {
      const std::string preamble = npy_preamble(type, shape, false);
      zip_.write(std::as_bytes(std::span(preamble)));
    }
  }
  ~NpzWriter() override {
    if (!unpacked_path_.empty()) ::unlink(unpacked_path_.c_str());
  }
  NpzWriter(const NpzWriter&) = delete;
  NpzWriter& operator=(const NpzWriter&) = delete;

 private:
  void put(const Array& samples) override {
    unpacked_ ? unpacked_->write(samples) : zip_.write(samples.bytes);
  }

  void complete() override {
    if (unpacked_) {
      unpacked_->commit();
      pack(InputFile(unpacked_path_, label()));
    }
    zip_.finish();
    file_.close();
  }

  void finish() override { file_.commit(); }

  void pack(InputFile unpacked) {
    std::vector<std::byte> piece(kPiece);
    while (unpacked.remaining() > 0) {
      piece.resize(std::min<std::uint64_t>(piece.size(), unpacked.remaining()));
      unpacked.read(piece);
      zip_.write(piece);
    }
  }

  OutputFile file_;
  ZipWriter zip_;
  std::filesystem::path unpacked_path_;
  std::optional<NpyWriter> unpacked_;
};

}  // namespace

std::unique_ptr<ArrayWriter> create_npz(const std::filesystem::path& path,
                                        const std::string& variable, const std::string& label,
                                        DType type, const std::vector<Index>& shape,
                                        const FileTraits* like) {
  check_variable(variable, label);
  return std::make_unique<NpzWriter>(path, variable, label, type, shape,
                                     like != nullptr && like->compressed,
                                     like != nullptr && like->fortran_order);
}

}  // namespace pellucid::io
