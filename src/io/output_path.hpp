// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

namespace pellucid::io {

/// A name in the folder of `target`, `.NAME.tmp-PID-XXXX`, new on every call.
[[nodiscard]] std::filesystem::path temporary_name(const std::filesystem::path& target);

/// Whether a file at `path` is written as it stands, being no regular file or a standard stream;
/// any other appears by renaming.
[[nodiscard]] bool is_written_directly(const std::filesystem::path& path);

/// Waits until a file, or a folder's list of files, is on disk. Returns 0 or an `errno`; what
/// cannot be synchronised, as some file systems say, needs no more.
[[nodiscard]] int synchronise(const std::filesystem::path& path);
/// Renames, and brings the folder to disk, so that the new name outlives a loss of power, too. 0,
/// or the error number of the renaming.
[[nodiscard]] int rename_lasting(const std::filesystem::path& from,
                                 const std::filesystem::path& to);

/// Throws `Error` with the system's reason for `error`, an `errno`, and what to do about it.
[[noreturn]] void fail_to_write(const std::filesystem::path& path, int error);

}  // namespace pellucid::io
