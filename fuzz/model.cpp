// SPDX-License-Identifier: BSD-3-Clause
#include "one_file.hpp"
#include "pellucid/io/model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::filesystem::path& path = pellucid::fuzz::file_with(data, size);
  try {
    (void)pellucid::read_model(path);
  } catch (const pellucid::Error& error) {
    if (!std::string(error.what()).starts_with(path.string())) std::abort();
  }
  return 0;
}
