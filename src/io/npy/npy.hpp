// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "io/byte_source.hpp"
#include "io/checked_writer.hpp"
#include "pellucid/io/output_file.hpp"

namespace pellucid::io {

[[nodiscard]] std::unique_ptr<ArrayReader> open_npy(const std::filesystem::path& path,
                                                    const std::string& label);

/// A `.npy` file that lies in `length` bytes of another from `begin` on; memory order and a
/// description are added to `traits`.
[[nodiscard]] std::unique_ptr<ArrayReader> open_npy(std::shared_ptr<const ByteSource> bytes,
                                                    std::uint64_t begin, std::uint64_t length,
                                                    const std::string& label, FileTraits traits);

/// Version 1.0, in Fortran order where asked for and the target is a file.
class NpyWriter final : public CheckedWriter {
 public:
  NpyWriter(const std::filesystem::path& path, const std::string& label, DType type,
            const std::vector<Index>& shape, bool fortran_order);

 private:
  void put(const Array& samples) override;
  void complete() override;
  void finish() override;

  OutputFile file_;
  bool fortran_order_;
  std::uint64_t begin_ = 0;
};

}  // namespace pellucid::io
