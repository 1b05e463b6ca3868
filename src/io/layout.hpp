// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "pellucid/io/array.hpp"

namespace pellucid::io {

/// More axes than NumPy allows are a sign of a broken header.
inline constexpr std::size_t kMostAxes = 64;

/// Bytes of an array of this shape and type; nothing for a negative length, or where the product of
/// the lengths other than 0 passes 2^60 bytes, so that no later product of some of them overflows.
[[nodiscard]] std::optional<std::uint64_t> byte_count(const std::vector<Index>& shape, DType type);

/// The same for a file's header that claims this shape; throws `Error` instead.
[[nodiscard]] std::uint64_t claimed_bytes(const std::filesystem::path& path,
                                          const std::vector<Index>& shape, DType type);

/// Reverses the bytes of every real number (complex ones are two).
void swap_byte_order(std::span<std::byte> elements, DType type);

}  // namespace pellucid::io
