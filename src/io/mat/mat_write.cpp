// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "io/checked_writer.hpp"
#include "io/input_file.hpp"
#include "io/layout.hpp"
#include "io/mat/child.hpp"
#include "io/mat/mat.hpp"
#include "io/mat/mat_target.hpp"
#include "io/mat/reply.hpp"
#include "io/output_path.hpp"
#include "pellucid/io/output_file.hpp"

namespace pellucid::io {
namespace {

// HDF5's limit, which MATLAB shares in version 7.3.
constexpr std::size_t kMostMatAxes = 32;
constexpr std::size_t kLongestMatName = 63;
// Lengths in version 5 are 32-bit and MATLAB reads them with a sign; headers have their share.
constexpr std::uint64_t kMostMat5Bytes = (std::uint64_t{1} << 31) - 4096;

/// A file for libraries that can write to names only, removed when destroyed. It lies in the folder
/// of the output, or in that for temporary files where the output has none (a pipe).
class ScratchFile {
 public:
  explicit ScratchFile(const std::filesystem::path& target) {
    std::error_code error;
    const bool has_folder =
        !std::filesystem::exists(target, error) || std::filesystem::is_regular_file(target, error);
    const auto folder =
        has_folder ? target.parent_path() : std::filesystem::temp_directory_path(error);
    path_ = temporary_name(folder / target.filename());
    number_ = ::open(path_.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (number_ < 0) fail_to_write(path_, errno);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() {
    ::close(number_);
    ::unlink(path_.c_str());
  }

  [[nodiscard]] std::string path() const { return path_.string(); }

  void copy_to(OutputFile& out) const {
    std::vector<std::byte> block(1 << 20);
    for (;;) {
      const ssize_t got = ::read(number_, block.data(), block.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail_to_write(out.path(), errno);
      if (got == 0) return;
      out.write(std::span(block).first(static_cast<std::size_t>(got)));
    }
  }

 private:
  std::filesystem::path path_;
  int number_ = -1;
};

class MatWriter final : public CheckedWriter {
 public:
  MatWriter(const std::filesystem::path& path, DType type, const std::vector<Index>& shape,
            MatTarget target, std::string remark)
      : CheckedWriter(path.string(), type, shape),
        out_(path),
        target_(std::move(target)),
        remark_(std::move(remark)),
        array_{type, shape, allocate(label(), claimed_bytes(label(), shape, type))} {
    // MATLAB has no vectors, only columns and rows; the first axis counts samples.
    while (array_.shape.size() < 2) array_.shape.push_back(1);
  }

  [[nodiscard]] std::string remark() const override { return remark_; }

 private:
  void put(const Array& samples) override {
    std::memcpy(array_.bytes.data() + filled_, samples.bytes.data(), samples.bytes.size());
    filled_ += samples.bytes.size();
  }

  void complete() override {
    const ScratchFile scratch(out_.path());
    Child child(label(), Child::kNothing, [&](int pipe) {
      // The file is nobody else's, and network disks often have no locks.
      ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
      const auto write_mat = target_.is_73 ? write_mat73 : write_mat5;
      const std::string problem = write_mat(scratch.path(), array_, target_);
      if (problem.empty()) {
        send_elements_follow(pipe);
      } else {
        send_refusal(pipe, fmt::format("cannot be written ({}): free memory and space on the disk, "
                                       "or name a .npy file",
                                       problem));
      }
    });
    receive_done(label(), [&](std::span<std::byte> out) { child.read(out); });
    scratch.copy_to(out_);
    out_.close();
    array_.bytes = {};
  }

  void finish() override { out_.commit(); }

  OutputFile out_;
  MatTarget target_;
  std::string remark_;
  Array array_;
  std::size_t filled_ = 0;
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void require_variable_name(const std::filesystem::path& path, const std::string& name) {
  const auto allowed = [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  if (name.size() > kLongestMatName || !is_letter(name.front()) ||
      !std::ranges::all_of(name, allowed)) {
    fail(path, fmt::format("cannot hold a variable called '{}': take up to {} letters, digits and "
                           "_, a letter first",
                           printable(name), kLongestMatName));
  }
}

}  // namespace

std::unique_ptr<ArrayWriter> create_mat(const std::filesystem::path& path,
                                        const std::string& variable, DType type,
                                        const std::vector<Index>& shape, const FileTraits* like) {
  MatTarget target{variable.empty() ? std::string("x") : variable, false,
                   like != nullptr && like->compressed};
  if (target.variable.empty()) target.variable = std::string("x");
  require_variable_name(path, target.variable);
  const std::uint64_t bytes = claimed_bytes(path, shape, type);
  if (bytes == 0 || shape.empty() || shape.size() > kMostMatAxes) {
    fail(path, fmt::format("cannot hold shape {}, MATLAB files have 1 to {} axes none of which is "
                           "empty: name a .npy file",
                           shape_text(shape), kMostMatAxes));
  }
  std::string remark;
  if (like != nullptr && like->format == FileFormat::mat73) {
    target.is_73 = true;
  } else if (bytes > kMostMat5Bytes) {
    target.is_73 = true;
    remark = "; MATLAB version 7.3, as version 5 ends at 2 GiB";
  }
  return std::make_unique<MatWriter>(path, type, shape, std::move(target), std::move(remark));
}

}  // namespace pellucid::io
