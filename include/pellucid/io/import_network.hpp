// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "pellucid/io/output_file.hpp"
#include "pellucid/model/model.hpp"

namespace pellucid {

/// A model from a network that others trained: a checkpoint `.pt` of PyTorch (nothing in it is
/// executed, see `read_torch_checkpoint`) or a `.safetensors` file of the same names, and the
/// parameters that the papers' authors store beside it (`sim_params.json`), which say architecture,
/// schedule, and with `fft_pre` that it works in the angular domain. Such networks know signals of
/// unit power and zero mean. Throws `Error`, first word the file, naming what does not fit.
[[nodiscard]] Model import_network(const std::filesystem::path& checkpoint,
                                   const std::filesystem::path& parameters);

/// Writes a network's tensors as `.safetensors` under the names of its authors, and nothing of
/// ours; the caller commits. Returns their number. Throws `Error`, without a file's name, for
/// models that are no networks.
Index export_network(OutputFile& out, const Model& model);

}  // namespace pellucid
