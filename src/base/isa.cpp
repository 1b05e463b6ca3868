// SPDX-License-Identifier: BSD-3-Clause
#include "base/isa.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "pellucid/base/error.hpp"
#include "pellucid/base/instruction_set.hpp"
#include "pellucid/base/precision.hpp"

namespace pellucid {

namespace {

std::vector<Isa> detect() {
  std::vector<Isa> found = {Isa::baseline};
#ifdef __x86_64__
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found.push_back(Isa::avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
      found.push_back(Isa::avx512);
    }
  }
#endif
  return found;
}

Isa choose() {
  const char* wanted = std::getenv("PELLUCID_ISA");  // NOLINT(concurrency-mt-unsafe): read once
  if (wanted == nullptr || *wanted == '\0') return supported_isas().back();
  std::string names;
  for (const Isa isa : supported_isas()) {
    if (name(isa) == wanted) return isa;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name(isa));
  }
  throw Error(fmt::format("PELLUCID_ISA is '{}': this machine runs {}", wanted, names));
}

}  // namespace

std::string_view name(Isa isa) {
  switch (isa) {
    case Isa::avx512:
      return "avx512";
    case Isa::avx2:
      return "avx2";
    case Isa::baseline:
      break;
  }
  return "baseline";
}

const std::vector<Isa>& supported_isas() {
  static const std::vector<Isa> isas = detect();
  return isas;
}

Isa active_isa() {
  static const Isa isa = choose();
  return isa;
}

bool has_bf16_products() {
#ifdef __x86_64__
  return active_isa() == Isa::avx512 && __builtin_cpu_supports("avx512bf16") &&
         __builtin_cpu_supports("avx512bw");
#else
  return false;
#endif
}

std::string_view instruction_set() { return name(active_isa()); }

}  // namespace pellucid
