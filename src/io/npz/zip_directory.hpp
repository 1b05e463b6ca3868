// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/byte_source.hpp"

namespace pellucid::io {

/// What a zip archive's directory says of one file in it.
struct ZipMember {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t check_sum = 0;
  std::uint64_t packed = 0;  ///< bytes in the archive
  std::uint64_t size = 0;    ///< bytes unpacked
  std::uint64_t header = 0;  ///< place of the local header
};

/// All members. Throws `Error` for archives that are damaged or of several parts, and for
/// directories of more than 65536 members.
[[nodiscard]] std::vector<ZipMember> read_zip_directory(const ByteSource& archive);

/// Where the bytes of a member begin; throws `Error` unless all of them lie in the archive, and for
/// encryption, compression other than deflate, and sizes that deflate cannot reach.
[[nodiscard]] std::uint64_t locate(const ByteSource& archive, const ZipMember& member);

/// Reads a stored member and compares its check sum; throws `Error` where it differs. A sum of 0 is
/// none: writers may leave it out.
void check_stored(const ByteSource& archive, const ZipMember& member, std::uint64_t begin);

/// A deflated member unpacked, its check sum compared.
[[nodiscard]] std::vector<std::byte> inflate(const ByteSource& archive, const ZipMember& member,
                                             std::uint64_t begin);

}  // namespace pellucid::io
