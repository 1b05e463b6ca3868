// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "pellucid/network/tensor.hpp"

namespace pellucid {

/// The tensors of a checkpoint that `torch.save` wrote (a zip archive with a pickle inside), under
/// the names of its entry `model`, or of the whole file where it is a state dictionary itself.
/// Nothing in the file is executed: the pickle is read by a small interpreter of its own that knows
/// dictionaries, lists, numbers, text, and of the names a pickle may call only `OrderedDict`,
/// `_rebuild_tensor_v2`, `FloatStorage` and `LongStorage`; any other is refused with an `Error`
/// that names it. Tensors of integers, which are counters, are left out. Memory is bounded by a
/// small multiple of the file.
[[nodiscard]] NamedTensors read_torch_checkpoint(const std::filesystem::path& path);

}  // namespace pellucid
