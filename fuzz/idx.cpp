// SPDX-License-Identifier: BSD-3-Clause
#include "io/idx/idx.hpp"

#include "one_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return pellucid::fuzz::read_bytes(data, size, pellucid::io::open_idx);
}
