// SPDX-License-Identifier: BSD-3-Clause
#include "io/mat/reply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "io/deflate.hpp"
#include "io/input_file.hpp"
#include "io/layout.hpp"
#include "io/mat/child.hpp"

namespace pellucid::io {
namespace {

enum class Part : std::uint8_t { refusal = 'R', header = 'H', go_on = 'D' };

constexpr std::size_t kLongestRefusal = 4000;
constexpr std::size_t kLongestVariable = 1000;

template <class T>
void send_number(int pipe, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  send(pipe, std::as_bytes(std::span(&value, 1)));
}

void send_text(int pipe, std::string_view text, std::size_t longest) {
  text = text.substr(0, longest);
  send_number(pipe, static_cast<std::uint32_t>(text.size()));
  send(pipe, std::as_bytes(std::span(text)));
}

template <class T>
T receive_number(const Receive& receive) {
  T value{};
  receive(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

[[noreturn]] void fail_damaged(const std::string& label) {
  fail(label, "is damaged (reading it gave nonsense): copy or make the file again");
}

std::string receive_text(const std::string& label, const Receive& receive, std::size_t longest) {
  const auto length = receive_number<std::uint32_t>(receive);
  if (length > longest) fail_damaged(label);
  std::string text(length, '\0');
  receive(std::as_writable_bytes(std::span(text)));
  // The child escaped what it took from the file; a damaged child may not have.
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

Part receive_part(const std::string& label, const Receive& receive) {
  const auto part = static_cast<Part>(receive_number<std::uint8_t>(receive));
  if (part == Part::refusal) fail(label, receive_text(label, receive, kLongestRefusal));
  return part;
}

}  // namespace

void send_refusal(int pipe, std::string_view what) {
  send_number(pipe, Part::refusal);
  send_text(pipe, what, kLongestRefusal);
}

void send_header(int pipe, DType type, const std::vector<Index>& shape, const FileTraits& traits) {
  send_number(pipe, Part::header);
  send_number(pipe, static_cast<std::uint8_t>(type));
  send_number(pipe, static_cast<std::uint8_t>(traits.format == FileFormat::mat73));
  send_number(pipe, static_cast<std::uint8_t>(traits.compressed));
  send_number(pipe, static_cast<std::uint32_t>(shape.size()));
  for (const Index length : shape) send_number(pipe, std::int64_t{length});
  send_text(pipe, traits.variable, kLongestVariable);
}

void send_elements_follow(int pipe) { send_number(pipe, Part::go_on); }

std::uint64_t most_bytes(std::uint64_t file_bytes) { return most_inflated(file_bytes); }

MatHeader receive_header(const std::string& label, std::uint64_t file_bytes,
                         const Receive& receive) {
  if (receive_part(label, receive) != Part::header) fail_damaged(label);
  const auto type = receive_number<std::uint8_t>(receive);
  const auto is_73 = receive_number<std::uint8_t>(receive);
  const auto compressed = receive_number<std::uint8_t>(receive);
  const auto axes = receive_number<std::uint32_t>(receive);
  if (type > static_cast<std::uint8_t>(DType::complex128) || axes > kMostAxes) fail_damaged(label);
  MatHeader header;
  header.type = static_cast<DType>(type);
  for (std::uint32_t a = 0; a < axes; ++a) {
    header.shape.push_back(static_cast<Index>(receive_number<std::int64_t>(receive)));
  }
  header.bytes = claimed_bytes(label, header.shape, header.type);
  if (header.bytes > most_bytes(file_bytes)) fail_damaged(label);
  FileTraits& traits = header.traits;
  traits.format = is_73 != 0 ? FileFormat::mat73 : FileFormat::mat5;
  traits.compressed = compressed != 0;
  traits.variable = receive_text(label, receive, kLongestVariable);
  traits.description =
      fmt::format("MATLAB {}, variable {}", is_73 != 0 ? "7.3" : "5", traits.variable);
  return header;
}

Array receive_elements(const std::string& label, const MatHeader& header, const Receive& receive) {
  if (receive_part(label, receive) != Part::go_on) fail_damaged(label);
  Array array{header.type, header.shape, allocate(label, header.bytes)};
  receive(array.bytes);
  return array;
}

void receive_done(const std::string& label, const Receive& receive) {
  if (receive_part(label, receive) != Part::go_on) fail_damaged(label);
}

}  // namespace pellucid::io
