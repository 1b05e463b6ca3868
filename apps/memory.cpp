// SPDX-License-Identifier: BSD-3-Clause
#include "memory.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "arguments.hpp"
#include "pellucid/base/signal_source.hpp"

namespace pellucid::app {

namespace {

double unit_of(char letter) {
  switch (letter) {
    case 'K':
    case 'k':
      return 0x1p10;
    case 'M':
    case 'm':
      return 0x1p20;
    case 'G':
    case 'g':
      return 0x1p30;
    case 'T':
    case 't':
      return 0x1p40;
    default:
      return 0.0;
  }
}

}  // namespace

std::size_t MemoryLimit::bytes() const {
  constexpr double least = 0x1p24, most = 0x1p50;
  if (text.empty()) return 0;
  const double unit = unit_of(text.back());
  const auto number = read_number(unit > 0 ? text.substr(0, text.size() - 1) : text);
  const double bytes = number.value_or(0) * (unit > 0 ? unit : 1);
  if (!(bytes >= least && bytes <= most)) {
    throw UsageError(fmt::format("--memory: '{}': write a size from 16M, as in 500M or 2G", text));
  }
  return static_cast<std::size_t>(bytes);
}

Index MemoryLimit::block_entries(std::size_t entry_bytes, int copies) const {
  if (text.empty()) return default_block_entries;
  const std::size_t entries = bytes() / 2 / (entry_bytes * static_cast<std::size_t>(copies));
  return std::clamp<Index>(static_cast<Index>(entries), 1, default_block_entries);
}

void add_memory_option(CLI::App& command, MemoryLimit& limit) {
  command
      .add_option("--memory", limit.text, "Most memory for data beside the model, as in 500M or 2G")
      ->type_name("SIZE");
}

}  // namespace pellucid::app
