// SPDX-License-Identifier: BSD-3-Clause
#include "io/deflate.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace pellucid::io {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;
constexpr std::size_t kLargestInput = std::size_t{1} << 30;  // zlib counts in 32 bits
constexpr int kWindowBits = 15, kGzipBits = 16, kMemoryLevel = 8;

}  // namespace

DeflateStream::DeflateStream(Wrapping wrapping, Sink sink)
    : buffer_(kBuffer), sink_(std::move(sink)) {
  const int bits = wrapping == Wrapping::none ? -kWindowBits : kWindowBits + kGzipBits;
  if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

void DeflateStream::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kLargestInput));
    // zlib does not write to its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(part.data()));
    stream_.avail_in = static_cast<uInt>(part.size());
    run(Z_NO_FLUSH);
    bytes = bytes.subspan(part.size());
  }
}

void DeflateStream::finish() { run(Z_FINISH); }

void DeflateStream::run(int flush) {
  do {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_out = static_cast<uInt>(buffer_.size());
    ::deflate(&stream_, flush);
    sink_(std::span(buffer_).first(buffer_.size() - stream_.avail_out));
  } while (stream_.avail_out == 0);
}

}  // namespace pellucid::io
