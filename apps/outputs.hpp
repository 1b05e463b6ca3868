// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "inputs.hpp"
#include "pellucid/io/array_file.hpp"

namespace pellucid::app {

/// Where the answers to input files go: one file's to OUT itself, several files' into the folder
/// OUT, under the inputs' names and in their formats.
class Outputs {
 public:
  Outputs(const std::vector<InputFile>& inputs, const std::string& out);
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;
  ~Outputs();

  /// Opens the answer to `inputs[i]`, which has its shape.
  ArrayWriter& open(std::size_t i, DType type);
  /// The same for an answer of another shape, samples first.
  ArrayWriter& open(std::size_t i, DType type, const std::vector<Index>& shape);
  [[nodiscard]] const std::string& name(std::size_t i) const { return names_[i]; }
  /// Makes all of them appear.
  void commit();

 private:
  const std::vector<InputFile>& inputs_;
  std::vector<std::string> names_;
  std::string new_folder_;  // goes again when nothing comes to lie in it
  std::vector<std::unique_ptr<ArrayWriter>> writers_;
};

/// Throws `UsageError` where an output would replace an input, or two outputs are one file.
void check_apart(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs);

/// "100 samples", "1 channel".
[[nodiscard]] std::string counted(const InputFile& file);

/// Where to tell a user what was done: not to standard output when data go there.
[[nodiscard]] std::FILE* summary_stream(const std::string& out);

}  // namespace pellucid::app
