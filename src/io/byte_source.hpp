// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pellucid::io {

/// Bytes of known number, read at any place and from several threads: a file or memory.
class ByteSource {
 public:
  explicit ByteSource(std::string label) : label_(std::move(label)) {}
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  [[nodiscard]] const std::string& label() const { return label_; }  ///< starts every message
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills `out` from `position` on; throws `Error` where the bytes end before.
  virtual void read_at(std::uint64_t position, std::span<std::byte> out) const = 0;

 protected:
  /// Throws unless `count` bytes lie behind `position`.
  void require(std::uint64_t position, std::uint64_t count) const;

 private:
  std::string label_;
};

class MemoryBytes final : public ByteSource {
 public:
  MemoryBytes(std::string label, std::vector<std::byte> bytes)
      : ByteSource(std::move(label)), bytes_(std::move(bytes)) {}

  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  void read_at(std::uint64_t position, std::span<std::byte> out) const override;

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace pellucid::io
