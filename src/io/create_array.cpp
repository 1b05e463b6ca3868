// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "io/csv/csv.hpp"
#include "io/idx/idx.hpp"
#include "io/input_file.hpp"
#include "io/mat/mat.hpp"
#include "io/npy/npy.hpp"
#include "io/npz/npz.hpp"
#include "io/output_path.hpp"
#include "io/png/png.hpp"
#include "io/sound/sound.hpp"
#include "io/standard_streams.hpp"
#include "pellucid/io/output_place.hpp"

namespace pellucid {
namespace io {
namespace {

/// What is to be written, and where.
struct Request {
  std::filesystem::path path;
  std::string label;
  std::string variable;
  DType type;
  const std::vector<Index>& shape;
  const FileTraits* like;
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string extension_of(const std::filesystem::path& path) {
  return lower(path.extension().string());
}

bool is_compressed(const Request& r) { return r.like != nullptr && r.like->compressed; }

std::unique_ptr<ArrayWriter> create_npy(const Request& r) {
  return std::make_unique<NpyWriter>(r.path, r.label, r.type, r.shape,
                                     r.like != nullptr && r.like->fortran_order);
}

std::unique_ptr<ArrayWriter> create(FileFormat format, const Request& r) {
  switch (format) {
    case FileFormat::npy:
      return create_npy(r);
    case FileFormat::npz:
      return create_npz(r.path, r.variable, r.label, r.type, r.shape, r.like);
    case FileFormat::mat5:
    case FileFormat::mat73:
      return create_mat(r.path, r.variable, r.type, r.shape, r.like);
    case FileFormat::idx:
      return create_idx(r.path, r.label, r.type, r.shape, is_compressed(r));
    case FileFormat::png:
      return create_png(r.path, r.label, r.type, r.shape, r.like);
    case FileFormat::wav:
    case FileFormat::flac:
      return create_sound(r.path, format, r.type, r.shape, r.like);
    case FileFormat::csv:
      return create_csv(r.path, r.label, r.type, r.shape);
  }
  fail(r.label, "has an unknown format: this is a bug, please report it");
}

// One sample after the other in plain .npy needs no copy; what is put in order at the end, or whose
// library wants a file, does.
std::unique_ptr<ArrayWriter> create_on_standard_output(Request r) {
  r.label = kStandardOutput;
  FileFormat format = r.like != nullptr ? r.like->format : FileFormat::npy;
  const bool one_picture = !r.shape.empty() && r.shape.front() == 1;
  if (format == FileFormat::png && !one_picture) format = FileFormat::npy;
  if (format == FileFormat::npy && (r.like == nullptr || !r.like->fortran_order)) {
    r.path = standard_output_path();
    return create_npy(r);
  }
  return create_spooled([&r, format](const std::filesystem::path& path) {
    r.path = path;
    return create(format, r);
  });
}

std::unique_ptr<ArrayWriter> create_by_extension(Request& r) {
  const std::string extension = extension_of(r.path);
  if (extension == ".npy") return create(FileFormat::npy, r);
  if (extension == ".npz") return create(FileFormat::npz, r);
  if (extension == ".mat") return create(FileFormat::mat5, r);
  if (extension == ".png") return create(FileFormat::png, r);
  if (extension == ".wav") return create(FileFormat::wav, r);
  if (extension == ".flac") return create(FileFormat::flac, r);
  if (extension == ".csv") return create(FileFormat::csv, r);
  if (extension == ".idx") return create_idx(r.path, r.label, r.type, r.shape, false);
  if (lower(r.path.filename().string()).ends_with(".idx.gz")) {
    return create_idx(r.path, r.label, r.type, r.shape, true);
  }
  if (extension.empty()) return create_png_folder(r.path, r.label, r.type, r.shape, r.like);
  fail(r.label,
       fmt::format("extension {} is not known: name a file .npy, .npz, .mat, .idx, .idx.gz, .png, "
                   ".wav, .flac or .csv, or a folder (no extension) for PNG",
                   printable(extension)));
}

}  // namespace
}  // namespace io

OutputPlace output_place(const std::string& name, const FileTraits* like) {
  const std::size_t colon = name.rfind(':');
  if (colon != std::string::npos) {
    std::string file = name.substr(0, colon);
    const std::string extension = io::extension_of(file);
    if (extension == ".npz" || extension == ".mat") return {file, name.substr(colon + 1)};
  }
  return {name, like != nullptr && !like->variable.empty() ? like->variable : "x"};
}

std::unique_ptr<ArrayWriter> create_array(const std::string& name, DType type,
                                          const std::vector<Index>& shape, const FileTraits* like) {
  const auto [file, variable] = output_place(name, like);
  io::Request request{file, name, variable, type, shape, like};
  if (name == "-") return io::create_on_standard_output(std::move(request));
  // Pipes and devices get what can be written front to back.
  if (io::is_written_directly(name)) return io::create_npy(request);
  return io::create_by_extension(request);
}

}  // namespace pellucid
