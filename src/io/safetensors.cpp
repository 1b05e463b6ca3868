// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "io/checked_json.hpp"
#include "io/input_file.hpp"
#include "io/layout.hpp"

namespace pellucid {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLongestHeader = 100'000'000;  // the format's own limit
constexpr int kDeepestHeader = 3;                      // tensor, field, list
constexpr std::string_view kMetadata = "__metadata__";
constexpr std::size_t kAlignment = 8;

constexpr std::array<std::pair<std::string_view, DType>, 10> kTypes{{
    {"F64", DType::float64},
    {"F32", DType::float32},
    {"I64", DType::int64},
    {"U64", DType::uint64},
    {"I32", DType::int32},
    {"U32", DType::uint32},
    {"I16", DType::int16},
    {"U16", DType::uint16},
    {"I8", DType::int8},
    {"U8", DType::uint8},
}};

/// Where a tensor lies, counted from the end of the header.
struct Place {
  std::string name;
  DType type = DType::float32;
  std::vector<Index> shape;
  std::uint64_t begin = 0, end = 0;
};

[[noreturn]] void fail_tensor(const std::filesystem::path& path, std::string_view name,
                              std::string_view what) {
  io::fail(path, fmt::format("tensor '{}': {}", io::printable(name), what));
}

std::string read_header(io::InputFile& file) {
  std::array<unsigned char, 8> bytes{};
  file.read(std::as_writable_bytes(std::span(bytes)));
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length << 8 | bytes[i];
  constexpr std::string_view npy = "\x93NUMPY";
  if (std::string_view(reinterpret_cast<const char*>(bytes.data()), npy.size()) == npy) {
    io::fail(file.label(),
             "is an array (.npy), no model: give a .safetensors file, as pellucid fit writes it");
  }
  if (length > kLongestHeader || length > file.remaining()) {
    io::fail(
        file.label(),
        fmt::format("header claims to have {} bytes, where the file has {} and {} are allowed: "
                    "it is no .safetensors file, truncated or damaged, make it again",
                    length, file.remaining(), kLongestHeader));
  }
  std::string header(length, ' ');
  file.read(std::as_writable_bytes(std::span(header)));
  return header;
}

std::map<std::string, std::string> parse_metadata(const std::filesystem::path& path,
                                                  const json& object) {
  std::map<std::string, std::string> metadata;
  if (!object.is_object()) io::fail(path, "metadata is no object: make the file again");
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) {
      io::fail(path, fmt::format("metadata '{}' is no string: write every value as a string",
                                 io::printable(key)));
    }
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

DType parse_type(const std::filesystem::path& path, std::string_view name, const json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  for (const auto& [known, type] : kTypes) {
    if (text == known) return type;
  }
  fail_tensor(path, name,
              fmt::format("dtype {} is not read: store F32 or F64", io::printable(text)));
}

// A list of whole numbers that are not negative and fit an `Index`.
std::vector<Index> parse_list(const std::filesystem::path& path, std::string_view name,
                              std::string_view field, const json& value) {
  std::vector<Index> list;
  bool good = value.is_array() && value.size() <= io::kMostAxes;
  if (good) {
    for (const json& item : value) {
      good = good && item.is_number_unsigned() && item.get<std::uint64_t>() <= INT64_MAX;
      if (good) list.push_back(item.get<Index>());
    }
  }
  if (!good) {
    fail_tensor(path, name,
                fmt::format("{} is no list of at most {} whole numbers: make the file again", field,
                            io::kMostAxes));
  }
  return list;
}

Place parse_place(const std::filesystem::path& path, const std::string& name, const json& entry) {
  if (!io::is_readable_name(name)) {
    fail_tensor(path, name,
                "its name is too long or holds what is no letter: store it under another");
  }
  for (const char* field : {"dtype", "shape", "data_offsets"}) {
    if (!entry.is_object() || !entry.contains(field)) {
      fail_tensor(path, name, fmt::format("has no {}: make the file again", field));
    }
  }
  Place place{name, parse_type(path, name, entry["dtype"]),
              parse_list(path, name, "shape", entry["shape"])};
  const auto offsets = parse_list(path, name, "data_offsets", entry["data_offsets"]);
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    fail_tensor(path, name, "data_offsets are no begin and end: make the file again");
  }
  place.begin = static_cast<std::uint64_t>(offsets[0]);
  place.end = static_cast<std::uint64_t>(offsets[1]);
  const auto bytes = io::byte_count(place.shape, place.type);
  if (!bytes || *bytes != place.end - place.begin) {
    fail_tensor(
        path, name,
        fmt::format("shape {} of {} does not fit its {} bytes: make the file again",
                    shape_text(place.shape), pellucid::name(place.type), place.end - place.begin));
  }
  return place;
}

// Sorted by offset, the tensors must follow each other and end where the file does.
void check_tiling(const io::InputFile& file, std::vector<Place>& places) {
  std::ranges::sort(places, [](const Place& a, const Place& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Place& place : places) {
    if (place.end > file.remaining()) {
      fail_tensor(file.label(), place.name,
                  fmt::format("ends at byte {} of {}: the file is truncated, make it again",
                              place.end, file.remaining()));
    }
    if (place.begin != at) {
      fail_tensor(
          file.label(), place.name,
          fmt::format("starts at byte {} where {} is due, {}: make the file again", place.begin, at,
                      place.begin < at ? "overlapping another" : "leaving a gap"));
    }
    at = place.end;
  }
  if (at != file.remaining()) {
    io::fail(file.label(), fmt::format("has {} bytes after its last tensor: make the file again",
                                       file.remaining() - at));
  }
}

}  // namespace

SafeTensors read_safetensors(const std::filesystem::path& path) {
  io::InputFile file(path);
  const json header = io::parse_json(path, "header", read_header(file), kDeepestHeader);
  if (!header.is_object()) io::fail(path, "header is no JSON object: make the file again");
  SafeTensors content;
  std::vector<Place> places;
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadata) {
      content.metadata = parse_metadata(path, entry);
    } else {
      places.push_back(parse_place(path, name, entry));
    }
  }
  check_tiling(file, places);
  for (const Place& place : places) {
    Array array{place.type, place.shape, io::allocate(path, place.end - place.begin)};
    file.read(array.bytes);
    if (std::endian::native != std::endian::little) io::swap_byte_order(array.bytes, array.type);
    content.tensors.emplace(place.name, std::move(array));
  }
  return content;
}

void write_safetensors(OutputFile& out, const SafeTensors& content) {
  json header = json::object();
  if (!content.metadata.empty()) header[std::string(kMetadata)] = content.metadata;
  std::vector<const Array*> order;
  std::uint64_t at = 0;
  // The widest types first, so that every tensor is aligned to its elements.
  for (const auto& [code, type] : kTypes) {
    for (const auto& [name, array] : content.tensors) {
      if (array.type != type) continue;
      header[name] = {
          {"dtype", code}, {"shape", array.shape}, {"data_offsets", {at, at + array.bytes.size()}}};
      at += array.bytes.size();
      order.push_back(&array);
    }
  }
  if (order.size() != content.tensors.size()) {
    io::fail(out.path(), "tensors of complex numbers cannot be stored: store their two parts");
  }
  // A path in the settings may hold bytes that are no UTF-8; a lost letter there beats a lost
  // model.
  std::string text = header.dump(-1, ' ', false, json::error_handler_t::replace);
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  std::array<std::byte, 8> length{};
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<std::byte>(text.size() >> 8 * i);
  out.write(length);
  out.write(text);
  for (const Array* array : order) {
    if constexpr (std::endian::native == std::endian::little) {
      out.write(array->bytes);
    } else {
      Array swapped = *array;
      io::swap_byte_order(swapped.bytes, swapped.type);
      out.write(swapped.bytes);
    }
  }
}

}  // namespace pellucid
