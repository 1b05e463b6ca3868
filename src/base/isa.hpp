// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <vector>

namespace pellucid {

/// Instruction sets that kernels are compiled for.
enum class Isa { baseline, avx2, avx512 };

[[nodiscard]] std::string_view name(Isa isa);

/// Those that this processor and its operating system run, the baseline first.
[[nodiscard]] const std::vector<Isa>& supported_isas();

/// The set in use: the last of `supported_isas()`, or the one that the environment variable
/// PELLUCID_ISA names. Read once. Throws `Error` for a name unknown or a set not supported here.
[[nodiscard]] Isa active_isa();

}  // namespace pellucid
