// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace pellucid::io {

/// The most bytes that `packed` compressed ones are believed to hold. 256 MiB and less at deflate's
/// best, 1032 times; more only at 100 times, which no measured data reach, but files that were made
/// to fill the memory do.
[[nodiscard]] constexpr std::uint64_t most_inflated(std::uint64_t packed) {
  constexpr std::uint64_t most = ~std::uint64_t{0}, best = 1032, usual = 100;
  constexpr std::uint64_t harmless = std::uint64_t{1} << 28;
  const auto times = [&](std::uint64_t ratio) {
    return packed > most / ratio ? most : packed * ratio;
  };
  return std::min(times(best), std::max(harmless, times(usual)));
}

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
