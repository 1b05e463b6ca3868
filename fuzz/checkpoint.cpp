// SPDX-License-Identifier: BSD-3-Clause
#include "one_file.hpp"
#include "pellucid/io/torch_checkpoint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::filesystem::path& path = pellucid::fuzz::file_with(data, size);
  try {
    (void)pellucid::read_torch_checkpoint(path);
  } catch (const pellucid::Error& error) {
    const std::string text = error.what();
    if (!text.starts_with(path.string()) || text.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
