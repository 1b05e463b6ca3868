// SPDX-License-Identifier: BSD-3-Clause
#include "io/output_path.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <random>
#include <string>
#include <string_view>
#include <system_error>

#include "io/input_file.hpp"

namespace pellucid::io {
namespace {

// With the parts around it the name stays below the 255 bytes that file systems allow.
constexpr std::size_t kLongestName = 200;

std::string_view mend_of(int error) {
  switch (error) {
    case ENOENT:
      return "make its folder first";
    case ENOTDIR:
      return "a part of the path is no folder, name another";
    case EISDIR:
      return "name a file, not a folder";
    case ENOTEMPTY:
    case EEXIST:
      return "remove it or choose another name";
    case EACCES:
    case EPERM:
    case EROFS:
      return "choose a place that you may write to";
    case ENOSPC:
    case EDQUOT:
      return "free some space or choose another place";
    case ENAMETOOLONG:
      return "choose a shorter name";
    default:
      return "choose another place";
  }
}

// Standard output keeps its place even where it is sent to a regular file.
bool is_standard_stream(const std::filesystem::path& path) {
  const std::string& text = path.native();
  return text.starts_with("/dev/std") || text.starts_with("/dev/fd/") || text.starts_with("/proc/");
}

}  // namespace

bool is_written_directly(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode) &&
         (!S_ISREG(status.st_mode) || is_standard_stream(path));
}

std::filesystem::path temporary_name(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter{std::random_device{}()};
  const std::string name = target.filename().string().substr(0, kLongestName);
  return target.parent_path() /
         fmt::format(".{}.tmp-{}-{:08x}", name, ::getpid(), counter.fetch_add(1));
}

int synchronise(const std::filesystem::path& path) {
  const int descriptor = ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int error = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return error == EINVAL || error == ENOTSUP || error == EROFS ? 0 : error;
}

int rename_lasting(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return errno;
  (void)synchronise(to.parent_path());  // a folder may be written that cannot be opened
  return 0;
}

void fail_to_write(const std::filesystem::path& path, int error) {
  fail(path, fmt::format("cannot be written ({}): {}", std::generic_category().message(error),
                         mend_of(error)));
}

}  // namespace pellucid::io
