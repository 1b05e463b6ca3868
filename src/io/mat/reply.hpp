// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

/// What the child that reads a MATLAB file says, in order: a header, then the elements in C order;
/// or at either place a refusal in words.

/// For the child.
void send_refusal(int pipe, std::string_view what);
void send_header(int pipe, DType type, const std::vector<Index>& shape, const FileTraits& traits);
void send_elements_follow(int pipe);

/// Fills a span or throws.
using Receive = std::function<void(std::span<std::byte>)>;

struct MatHeader {
  DType type = DType::float32;
  std::vector<Index> shape;
  FileTraits traits;
  std::uint64_t bytes = 0;
};

/// The most that a file of `file_bytes` can hold: deflate's best is 1032 to 1.
[[nodiscard]] std::uint64_t most_bytes(std::uint64_t file_bytes);

/// For the parent, who believes nothing: a header that makes no sense is a damaged file's. Throws
/// `Error`, first word the label, also for a refusal.
[[nodiscard]] MatHeader receive_header(const std::string& label, std::uint64_t file_bytes,
                                       const Receive& receive);
[[nodiscard]] Array receive_elements(const std::string& label, const MatHeader& header,
                                     const Receive& receive);
/// A byte that says "done", or a refusal.
void receive_done(const std::string& label, const Receive& receive);

}  // namespace pellucid::io
