// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "io/mat/fortran_walk.hpp"
#include "io/mat/hdf5_types.hpp"
#include "io/mat/mat_source.hpp"
#include "io/mat/mat_target.hpp"

namespace pellucid::io {
namespace {

// MATLAB writes its header before the HDF5 file, in a block that HDF5 leaves to its user.
constexpr std::size_t kUserBlock = 512;
constexpr std::size_t kHeader = 128;
constexpr hsize_t kChunkBytes = 1 << 18;
constexpr unsigned kDeflateLevel = 3;

const char* matlab_class(DType type) {
  switch (part_of(type)) {
    case DType::float32:
      return "single";
    case DType::float64:
      return "double";
    case DType::int8:
      return "int8";
    case DType::uint8:
      return "uint8";
    case DType::int16:
      return "int16";
    case DType::uint16:
      return "uint16";
    case DType::int32:
      return "int32";
    case DType::uint32:
      return "uint32";
    case DType::int64:
      return "int64";
    default:
      return "uint64";
  }
}

std::vector<std::byte> fortran_ordered(const Array& array) {
  const std::size_t element = size_of(array.type);
  std::vector<std::byte> out(array.bytes.size());
  FortranWalk walk(array.shape);
  for (std::size_t at = 0; at < out.size(); at += element, walk.next()) {
    std::memcpy(out.data() + static_cast<std::size_t>(walk.place()) * element,
                array.bytes.data() + at, element);
  }
  return out;
}

// The fast axes whole as far as they fit into a chunk.
std::vector<hsize_t> chunk_of(const std::vector<hsize_t>& lengths, std::size_t element) {
  std::vector<hsize_t> chunk(lengths.size(), 1);
  hsize_t room = kChunkBytes / element;
  for (std::size_t a = lengths.size(); a-- > 0 && room > 1;) {
    chunk[a] = std::min(lengths[a], room);
    room /= chunk[a];
  }
  return chunk;
}

Hdf5Handle plan_for(const std::vector<hsize_t>& lengths, const Array& array, bool compressed) {
  Hdf5Handle plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  // The same input must give the same file.
  H5Pset_obj_track_times(plan.id(), false);
  if (compressed) {
    const std::vector<hsize_t> chunk = chunk_of(lengths, size_of(array.type));
    H5Pset_chunk(plan.id(), static_cast<int>(chunk.size()), chunk.data());
    H5Pset_deflate(plan.id(), kDeflateLevel);
  }
  return plan;
}

bool write_class(hid_t dataset, DType type) {
  const char* text = matlab_class(type);
  const Hdf5Handle text_type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(text_type.id(), std::strlen(text));
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Hdf5Handle attribute(
      H5Acreate2(dataset, "MATLAB_class", text_type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  return H5Awrite(attribute.id(), text_type.id(), text) >= 0;
}

bool write_dataset(hid_t file, const Array& array, const MatTarget& target) {
  const std::vector<hsize_t> lengths(array.shape.rbegin(), array.shape.rend());
  const Hdf5Handle space(
      H5Screate_simple(static_cast<int>(lengths.size()), lengths.data(), nullptr), H5Sclose);
  const Hdf5Handle type = memory_type(array.type);
  const Hdf5Handle plan = plan_for(lengths, array, target.compressed);
  Hdf5Handle dataset(H5Dcreate2(file, target.variable.c_str(), type.id(), space.id(), H5P_DEFAULT,
                                plan.id(), H5P_DEFAULT),
                     H5Dclose);
  const std::vector<std::byte> elements = fortran_ordered(array);
  return H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, elements.data()) >= 0 &&
         write_class(dataset.id(), array.type) && dataset.reset();
}

bool write_header(const std::string& path) {
  constexpr char kText[] = "MATLAB 7.3 MAT-file, written by Pellucid HDF5 schema 1.00 .";
  // Version 0x0200 and the byte order.
  constexpr std::array<char, 4> kEnd{'\0', '\2', 'I', 'M'};
  std::array<char, kHeader> header{};
  std::fill_n(header.begin(), 116, ' ');
  std::copy_n(kText, sizeof kText - 1, header.begin());
  std::ranges::copy(kEnd, header.end() - kEnd.size());
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "r+be"),
                                                       std::fclose);
  if (file == nullptr) return false;
  const bool written = std::fwrite(header.data(), 1, header.size(), file.get()) == header.size();
  return std::fclose(file.release()) == 0 && written;
}

}  // namespace

std::string write_mat73(const std::string& path, const Array& array, const MatTarget& target) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_userblock(creation.id(), kUserBlock);
  Hdf5Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.id(), H5P_DEFAULT), H5Fclose);
  if (!file.ok()) return "HDF5 cannot make the file";
  if (!write_dataset(file.id(), array, target) || !file.reset() || !write_header(path)) {
    return "HDF5 cannot write the elements";
  }
  return {};
}

}  // namespace pellucid::io
