// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace pellucid::io {

/// Deflate's best: no compressed data hold more than this many times their own length.
inline constexpr std::uint64_t kMostInflation = 1032;

/// What stands around deflated data: nothing (as in zip archives), or a gzip file's head and tail.
enum class Wrapping { none, gzip };

/// Compresses what is written and hands it on in pieces.
class DeflateStream {
 public:
  using Sink = std::function<void(std::span<const std::byte>)>;

  DeflateStream(Wrapping wrapping, Sink sink);
  DeflateStream(const DeflateStream&) = delete;
  DeflateStream& operator=(const DeflateStream&) = delete;
  ~DeflateStream() { deflateEnd(&stream_); }

  void write(std::span<const std::byte> bytes);
  void finish();

 private:
  void run(int flush);

  z_stream stream_{};
  std::vector<std::byte> buffer_;
  Sink sink_;
};

}  // namespace pellucid::io
