// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

namespace pellucid {

/// How a network multiplies; it always adds in single precision. Layers of few channels stay in
/// f32, where the others would save nothing.
enum class Precision {
  f32,
  bf16x3,  ///< each number as the sum of two bfloat16, three of the four products: close to f32
  bf16,    ///< rounded to bfloat16, 8 significant bits: about 0.5 % error of the output
};

[[nodiscard]] std::string_view name(Precision precision);
/// Throws `Error` naming those there are.
[[nodiscard]] Precision parse_precision(std::string_view name);

/// Whether this processor multiplies bfloat16 itself; elsewhere bf16 gives the same but is slower
/// than f32.
[[nodiscard]] bool has_bf16_products();

}  // namespace pellucid
