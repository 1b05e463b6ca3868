// SPDX-License-Identifier: BSD-3-Clause
// What a child process that a damaged MATLAB file has led astray may say to its parent.
#include <cstdlib>
#include <cstring>

#include "io/mat/reply.hpp"
#include "pellucid/base/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kFileBytes = 4096;
  const std::string label = "FILE";
  const pellucid::io::Receive receive = [&](std::span<std::byte> out) {
    if (out.size() > size) throw pellucid::Error("FILE: ended");
    if (!out.empty()) std::memcpy(out.data(), data, out.size());
    data += out.size();
    size -= out.size();
  };
  try {
    const auto header = pellucid::io::receive_header(label, kFileBytes, receive);
    (void)pellucid::io::receive_elements(label, header, receive);
  } catch (const pellucid::Error& error) {
    if (!std::string(error.what()).starts_with(label)) std::abort();
  }
  return 0;
}
