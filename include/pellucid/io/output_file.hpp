// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace pellucid {

/// A file that appears whole or not at all: written under a temporary name in the same folder,
/// renamed by `commit`, removed when destroyed before that. The constructor creates the temporary
/// file, so a path that cannot be written fails before long work, not after it. All failures
/// throw `Error` naming the path and the system's reason.
///
/// A symbolic link is followed and its target replaced. What is no regular file (/dev/stdout, a
/// pipe) is written directly.
class OutputFile {
 public:
  /// `label`, where given, names the file in messages.
  explicit OutputFile(const std::filesystem::path& path, std::string label = {});
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Writes at a place counted from the file's start, wherever `write` goes on; not where
  /// `is_direct`.
  void write_at(std::uint64_t position, std::span<const std::byte> bytes);
  /// Flushes to disk, checks that everything was written, and closes: nothing more can be written,
  /// and the file takes no descriptor while it waits to be committed.
  void close();
  /// Closes, renames, and flushes the folder, so that the name outlives a loss of power, too.
  void commit();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Whether the target is no regular file, and what is written cannot be taken back.
  [[nodiscard]] bool is_direct() const { return temporary_.empty(); }

 private:
  [[noreturn]] void fail(int error) const;

  std::filesystem::path path_;       // as the user knows it, for messages
  std::filesystem::path target_;     // with symbolic links followed
  std::filesystem::path temporary_;  // empty where the target is written directly
  std::FILE* file_ = nullptr;
};

}  // namespace pellucid
