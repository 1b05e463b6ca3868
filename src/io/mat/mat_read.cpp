// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "io/held_array.hpp"
#include "io/input_file.hpp"
#include "io/mat/child.hpp"
#include "io/mat/mat.hpp"
#include "io/mat/mat_extract.hpp"
#include "io/mat/reply.hpp"

namespace pellucid::io {
namespace {

using namespace std::string_view_literals;

// Disks and networks stall; the processor time that the child sets itself is the tighter limit.
constexpr std::uint64_t kPatience = 120;
constexpr std::uint64_t kSlowestDisk = 500'000;

std::chrono::seconds time_for(std::uint64_t bytes) {
  return std::chrono::seconds(kPatience + bytes / kSlowestDisk);
}

class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

template <std::size_t N>
std::array<char, N> bytes_at(const ByteSource& file, std::uint64_t position) {
  std::array<char, N> bytes{};
  file.read_at(position, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

// Version 7.3 has the mark of HDF5 behind MATLAB's header; files of other programs begin with it.
bool is_hdf5(const ByteSource& file) {
  constexpr auto kMark = "\x89HDF\r\n\x1a\n"sv;
  constexpr std::uint64_t kUserBlock = 512;
  for (const std::uint64_t place : {std::uint64_t{0}, kUserBlock}) {
    if (file.size() < place + kMark.size()) return false;
    const auto bytes = bytes_at<kMark.size()>(file, place);
    if (std::string_view(bytes.data(), bytes.size()) == kMark) return true;
  }
  return false;
}

// matio takes what is there of a version 5 file that was cut short for all of it.
void require_whole_mat5(const ByteSource& file) {
  constexpr std::uint64_t kHeader = 128, kTag = 8;
  if (file.size() < kHeader) return;
  // Version, 0x0100 in the byte order that the last two letters tell.
  const auto end_of_header = bytes_at<4>(file, kHeader - 4);
  const std::string_view version(end_of_header.data(), end_of_header.size());
  const bool swapped = version == "\1\0MI"sv;
  if (version != "\0\1IM"sv && !swapped) return;
  std::uint64_t position = kHeader;
  while (position < file.size()) {
    const auto tag = bytes_at<kTag>(file, position);
    std::uint32_t length = 0;
    std::memcpy(&length, tag.data() + 4, sizeof length);
    if (swapped) length = __builtin_bswap32(length);
    position += kTag;
    if (length > file.size() - position) {
      fail(file.label(),
           fmt::format("is truncated (a variable claims {} bytes, {} follow): copy or "
                       "save the file again",
                       length, file.size() - position));
    }
    position += length;
  }
}

}  // namespace

std::unique_ptr<ArrayReader> open_mat(const std::filesystem::path& path,
                                      const std::string& variable, const std::string& label) {
  const InputFile file(path, label);
  const std::uint64_t file_bytes = file.size();
  require_whole_mat5(file);
  const Descriptor descriptor(path);
  const MatRequest request{fmt::format("/proc/self/fd/{}", Child::kKept), file_bytes, is_hdf5(file),
                           variable};
  Child child(label, descriptor.number(), [&](int pipe) {
    // Reading needs no lock, and network disks often have none. Nor are filters loaded from files.
    ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
    ::setenv("HDF5_PLUGIN_PRELOAD", "::", 1);
    extract_array(request, pipe);
  });
  const Receive receive = [&](std::span<std::byte> out) { child.read(out); };
  child.set_deadline(time_for(file_bytes));
  const MatHeader header = receive_header(label, file_bytes, receive);
  child.set_deadline(time_for(file_bytes + header.bytes));
  return std::make_unique<HeldArray>(label, receive_elements(label, header, receive),
                                     header.traits);
}

}  // namespace pellucid::io
