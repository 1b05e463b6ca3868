// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>

#include "pellucid/prior/fit_checkpoint.hpp"

namespace pellucid {

/// A fit's state in a `.safetensors` file of F64 and F32 tensors (every bit survives), which
/// appears whole or not at all, also where the machine loses power: written as `PATH.part`, brought
/// to disk, then renamed. Numbers are written from and read into their places, nothing is held
/// twice.
class CheckpointFile final : public FitCheckpoint {
 public:
  /// With `resume`, `load` reads the file where there is one. Another fit's file is replaced by the
  /// first `save`.
  CheckpointFile(std::filesystem::path path, bool resume);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Whether there is a file now.
  [[nodiscard]] bool exists() const;
  /// The fingerprint of the fit whose state the file holds. Throws Error where it is no such file.
  [[nodiscard]] std::string fingerprint() const;
  /// Removes the file, where there is one: the fit is done.
  void remove() const;

  void save(const std::string& fingerprint, const std::string& progress,
            std::span<const StateArray> state) override;
  [[nodiscard]] bool load(const std::string& fingerprint, std::string& progress,
                          std::span<const StateArray> state) override;

 private:
  std::filesystem::path path_;
  bool resume_;
};

}  // namespace pellucid
