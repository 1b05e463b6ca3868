// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/base/precision.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"

namespace pellucid {

std::string_view name(Precision precision) {
  switch (precision) {
    case Precision::f32:
      return "f32";
    case Precision::bf16x3:
      return "bf16x3";
    case Precision::bf16:
      return "bf16";
  }
  return "unknown";
}

Precision parse_precision(std::string_view text) {
  for (const Precision precision : {Precision::f32, Precision::bf16x3, Precision::bf16}) {
    if (name(precision) == text) return precision;
  }
  throw Error(fmt::format("precision '{}' is not known: choose f32, bf16x3 or bf16", text));
}

}  // namespace pellucid
