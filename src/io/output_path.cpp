// SPDX-License-Identifier: BSD-3-Clause
#include "io/output_path.hpp"

#include <fmt/format.h>
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

}  // namespace

std::filesystem::path temporary_name(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter{std::random_device{}()};
  const std::string name = target.filename().string().substr(0, kLongestName);
  return target.parent_path() /
         fmt::format(".{}.tmp-{}-{:08x}", name, ::getpid(), counter.fetch_add(1));
}

void fail_to_write(const std::filesystem::path& path, int error) {
  fail(path, fmt::format("cannot be written ({}): {}", std::generic_category().message(error),
                         mend_of(error)));
}

}  // namespace pellucid::io
