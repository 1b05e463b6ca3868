// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

namespace pellucid {

/// The instruction set whose kernels this process uses, "baseline", "avx2" or "avx512": the best
/// that the processor runs, or the one named by the environment variable PELLUCID_ISA. Throws
/// `Error` where that names none, or one that this machine does not run.
[[nodiscard]] std::string_view instruction_set();

}  // namespace pellucid
