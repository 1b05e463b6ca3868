// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/checkpoint_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>

#include "io/output_path.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

constexpr std::uint64_t longest_header = 100'000'000;  // the format's own limit

/// The bytes of an array where they live.
std::span<std::byte> bytes_of(const StateArray& array) {
  return std::visit(
      [&](auto* numbers) {
        return std::as_writable_bytes(std::span(numbers, static_cast<std::size_t>(array.size)));
      },
      array.data);
}

json entry_of(const StateArray& array, std::uint64_t offset) {
  return {{"dtype", array.data.index() == 0 ? "F64" : "F32"},
          {"shape", {array.size}},
          {"data_offsets", {offset, offset + bytes_of(array).size()}}};
}

std::string header_of(const std::string& fingerprint, const std::string& progress,
                      std::span<const StateArray> state) {
  json header;
  header["__metadata__"] = {
      {"format", "pellucid-checkpoint"}, {"fingerprint", fingerprint}, {"progress", progress}};
  std::uint64_t offset = 0;
  for (const StateArray& array : state) {
    header[array.name] = entry_of(array, offset);
    offset += bytes_of(array).size();
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

/// A string of the metadata; empty where there is none.
std::string metadata(const json& header, const char* key) {
  const auto all = header.find("__metadata__");
  if (all == header.end() || !all->is_object()) return {};
  const auto value = all->find(key);
  return value != all->end() && value->is_string() ? value->get<std::string>() : std::string();
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) fail("cannot be opened");
  }
  [[noreturn]] void fail(const char* what) const {
    throw Error(fmt::format("{}: {}: remove it, and fit without --resume", path_.string(), what));
  }
  void read(void* data, std::uint64_t bytes) {
    file_.read(static_cast<char*>(data), static_cast<std::streamsize>(bytes));
    if (!file_) fail("is cut short or damaged");
  }
  json header() {
    std::uint64_t length = 0;
    read(&length, sizeof length);
    if (length > longest_header) fail("is no checkpoint of a fit");
    std::string text(length, ' ');
    read(text.data(), length);
    json header = json::parse(text, nullptr, false);
    if (!header.is_object()) fail("is no checkpoint of a fit");
    if (metadata(header, "format") != "pellucid-checkpoint") fail("is no checkpoint of a fit");
    return header;
  }

 private:
  const std::filesystem::path& path_;
  std::ifstream file_;
};

/// " (batch: 64 there, 128 here; ...)" of two fingerprints that are JSON objects.
std::string differences(const std::string& saved_text, const std::string& asked_text) {
  const json saved = json::parse(saved_text, nullptr, false);
  const json asked = json::parse(asked_text, nullptr, false);
  if (!saved.is_object() || !asked.is_object()) return {};
  std::string list;
  for (const auto& [key, value] : asked.items()) {
    const auto other = saved.find(key);
    if (other != saved.end() && *other == value) continue;
    const std::string there = other == saved.end() ? "none" : other->dump();
    list +=
        fmt::format("{}{}: {} there, {} here", list.empty() ? "" : "; ", key, there, value.dump());
  }
  return list.empty() ? list : " (" + list + ")";
}

}  // namespace

CheckpointFile::CheckpointFile(std::filesystem::path path, bool resume)
    : path_(std::move(path)), resume_(resume) {}

bool CheckpointFile::exists() const {
  std::error_code error;
  return std::filesystem::exists(path_, error);
}

std::string CheckpointFile::fingerprint() const {
  return metadata(Reader(path_).header(), "fingerprint");
}

void CheckpointFile::remove() const {
  std::error_code error;
  std::filesystem::remove(path_, error);
}

void CheckpointFile::save(const std::string& fingerprint, const std::string& progress,
                          std::span<const StateArray> state) {
  std::filesystem::path part = path_;
  part += ".part";
  const std::string header = header_of(fingerprint, progress, state);
  const std::uint64_t length = header.size();
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file.write(header.data(), static_cast<std::streamsize>(header.size()));
  for (const StateArray& array : state) {
    const auto bytes = bytes_of(array);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  file.close();
  if (!file) {
    const int error = errno;
    std::error_code ignored;
    std::filesystem::remove(part, ignored);  // of a full disk it may hold the rest
    io::fail_to_write(part, error);
  }
  // A name must never stand for numbers that are not on disk yet.
  if (const int error = io::synchronise(part); error != 0) io::fail_to_write(part, error);
  if (const int error = io::rename_lasting(part, path_); error != 0) {
    io::fail_to_write(path_, error);
  }
}

bool CheckpointFile::load(const std::string& fingerprint, std::string& progress,
                          std::span<const StateArray> state) {
  if (!resume_ || !exists()) return false;
  Reader file(path_);
  const json header = file.header();
  if (metadata(header, "fingerprint") != fingerprint) {
    throw Error(fmt::format(
        "{}: belongs to a fit of other data or with other options{}: give those again, or fit "
        "without --resume",
        path_.string(), differences(metadata(header, "fingerprint"), fingerprint)));
  }
  std::uint64_t offset = 0;
  for (const StateArray& array : state) {
    const auto bytes = bytes_of(array);
    const auto entry = header.find(array.name);
    if (entry == header.end() || *entry != entry_of(array, offset)) {
      file.fail("holds another fit's numbers");
    }
    file.read(bytes.data(), bytes.size());
    offset += bytes.size();
  }
  progress = metadata(header, "progress");
  return true;
}

}  // namespace pellucid
