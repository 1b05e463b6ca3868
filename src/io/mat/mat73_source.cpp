// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>

#include "io/layout.hpp"
#include "io/mat/hdf5_types.hpp"
#include "io/mat/mat_source.hpp"

namespace pellucid::io {
namespace {

constexpr std::size_t kLongestClass = 64;

// Text of an attribute with one string of fixed length, whatever ends it; MATLAB fills all of it,
// others pad with zeros. Nothing where there is no such attribute.
std::string text_attribute(hid_t object, const char* attribute_name) {
  if (H5Aexists(object, attribute_name) <= 0) return {};
  const Hdf5Handle attribute(H5Aopen(object, attribute_name, H5P_DEFAULT), H5Aclose);
  const Hdf5Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const Hdf5Handle space(H5Aget_space(attribute.id()), H5Sclose);
  if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) != 0) return {};
  const std::size_t size = H5Tget_size(type.id());
  if (size > kLongestClass || H5Sget_simple_extent_npoints(space.id()) != 1) return {};
  std::string text(size, '\0');
  if (H5Aread(attribute.id(), type.id(), text.data()) < 0) return {};
  return text.substr(0, text.find('\0'));
}

std::string kind_of_class(std::string_view matlab_class) {
  if (matlab_class == "char") return "text";
  if (matlab_class == "cell") return "a cell array";
  if (matlab_class == "struct") return "a struct";
  if (matlab_class == "function_handle") return "a function";
  constexpr std::array kNumeric{"double", "single", "int8",  "uint8",  "int16",  "uint16",
                                "int32",  "uint32", "int64", "uint64", "logical"};
  // Files of other programs may lack the attribute; their numbers are numbers all the same.
  const bool numeric =
      matlab_class.empty() || std::ranges::find(kNumeric, matlab_class) != kNumeric.end();
  return numeric ? "" : "an object";
}

std::vector<Index> shape_of(hid_t dataset) {
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
  const int axes = H5Sget_simple_extent_ndims(space.id());
  if (axes < 0 || axes > H5S_MAX_RANK) refuse_damaged();
  std::vector<hsize_t> lengths(static_cast<std::size_t>(axes) + 1);
  if (H5Sget_simple_extent_dims(space.id(), lengths.data(), nullptr) != axes) refuse_damaged();
  lengths.pop_back();
  // HDF5 counts the last axis fastest, MATLAB the first.
  std::vector<Index> shape;
  for (std::size_t a = lengths.size(); a-- > 0;) {
    if (lengths[a] > hsize_t{1} << 60) refuse_damaged();
    shape.push_back(static_cast<Index>(lengths[a]));
  }
  return shape;
}

MatVariable known_of_dataset(hid_t dataset) {
  MatVariable known;
  known.kind = kind_of_class(text_attribute(dataset, "MATLAB_class"));
  if (!known.kind.empty()) return known;
  if (H5Aexists(dataset, "MATLAB_empty") > 0) {
    known.kind = "an empty array";
    return known;
  }
  const Hdf5Handle stored(H5Dget_type(dataset), H5Tclose);
  const std::optional<DType> type = type_of(stored.id());
  const Hdf5Handle plan(H5Dget_create_plist(dataset), H5Pclose);
  // Elements in other files, whose names a crafted file could choose, are none of its own.
  const bool elsewhere =
      H5Pget_external_count(plan.id()) != 0 || H5Pget_layout(plan.id()) == H5D_VIRTUAL;
  if (!type || elsewhere) {
    known.kind = elsewhere ? "an array in another file" : "elements of another type";
    return known;
  }
  known.usable = true;
  known.type = *type;
  known.shape = shape_of(dataset);
  known.compressed = H5Pget_nfilters(plan.id()) > 0;
  describe(known);
  return known;
}

// HDF5 wants a name that leads to the file; what came from standard input has none, and is given
// to it in memory.
Hdf5Handle open_file(const std::string& path) {
  std::error_code nameless;
  (void)std::filesystem::canonical(path, nameless);
  if (!nameless) return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose};
  constexpr std::size_t kIncrement = 1 << 16;
  std::ifstream in(path, std::ios::binary);
  std::string image{std::istreambuf_iterator<char>(in), {}};
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(access.id(), kIncrement, false);
  H5Pset_file_image(access.id(), image.data(), image.size());
  return {H5Fopen("standard input", H5F_ACC_RDONLY, access.id()), H5Fclose};
}

class Mat73Source final : public MatSource {
 public:
  explicit Mat73Source(const std::string& path) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    file_ = open_file(path);
    if (!file_.ok()) {
      throw Refusal{"is truncated or damaged (HDF5 cannot open it): copy or save the file again"};
    }
  }

  std::vector<MatVariable> list() override {
    std::vector<MatVariable> all;
    hsize_t position = 0;
    if (H5Literate(file_.id(), H5_INDEX_NAME, H5_ITER_NATIVE, &position, add_link, &all) != 0) {
      if (all.size() >= kMostVariables) refuse_many_variables();
      refuse_damaged();
    }
    for (MatVariable& variable : all) variable = known(variable.name);
    return all;
  }

  Elements read(const MatVariable& wanted) override {
    const Hdf5Handle dataset(H5Dopen2(file_.id(), wanted.name.c_str(), H5P_DEFAULT), H5Dclose);
    const Hdf5Handle memory = memory_type(wanted.type);
    bytes_.resize(*byte_count(wanted.shape, wanted.type));
    if (H5Dread(dataset.id(), memory.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes_.data()) < 0) {
      refuse_damaged();
    }
    const std::size_t part = size_of(part_of(wanted.type)), whole = size_of(wanted.type);
    return {bytes_.data(), whole == part ? nullptr : bytes_.data() + part, whole};
  }

 private:
  // Called from C, which no exception may cross.
  static herr_t add_link(hid_t, const char* name, const H5L_info_t* info, void* all) {
    auto& variables = *static_cast<std::vector<MatVariable>*>(all);
    // The insides of cells and objects are kept in groups called #refs# and the like; links to
    // other files could lead anywhere.
    if (info->type != H5L_TYPE_HARD || name[0] == '#') return 0;
    try {
      if (variables.size() == kMostVariables) return 1;
      variables.emplace_back().name = name;
    } catch (...) {
      return -1;
    }
    return 0;
  }

  [[nodiscard]] MatVariable known(const std::string& name) const {
    const Hdf5Handle object(H5Oopen(file_.id(), name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object.ok()) refuse_damaged();
    MatVariable variable;
    if (H5Iget_type(object.id()) == H5I_DATASET) {
      variable = known_of_dataset(object.id());
    } else {
      const bool sparse = H5Aexists(object.id(), "MATLAB_sparse") > 0;
      variable.kind = sparse ? "a sparse matrix" : "a struct";
    }
    variable.name = name;
    return variable;
  }

  Hdf5Handle file_;
  std::vector<std::byte> bytes_;
};

}  // namespace

std::unique_ptr<MatSource> open_mat73(const std::string& path) {
  return std::make_unique<Mat73Source>(path);
}

}  // namespace pellucid::io
