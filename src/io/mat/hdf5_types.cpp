// SPDX-License-Identifier: BSD-3-Clause
#include "io/mat/hdf5_types.hpp"

#include <string>

#include "io/mat/mat_source.hpp"

namespace pellucid::io {
namespace {

hid_t native_part(DType type) {
  switch (type) {
    case DType::int8:
      return H5T_NATIVE_INT8;
    case DType::uint8:
      return H5T_NATIVE_UINT8;
    case DType::int16:
      return H5T_NATIVE_INT16;
    case DType::uint16:
      return H5T_NATIVE_UINT16;
    case DType::int32:
      return H5T_NATIVE_INT32;
    case DType::uint32:
      return H5T_NATIVE_UINT32;
    case DType::int64:
      return H5T_NATIVE_INT64;
    case DType::uint64:
      return H5T_NATIVE_UINT64;
    case DType::float32:
      return H5T_NATIVE_FLOAT;
    default:
      return H5T_NATIVE_DOUBLE;
  }
}

std::optional<DType> integer_type(std::size_t bytes, bool is_signed) {
  switch (bytes) {
    case 1:
      return is_signed ? DType::int8 : DType::uint8;
    case 2:
      return is_signed ? DType::int16 : DType::uint16;
    case 4:
      return is_signed ? DType::int32 : DType::uint32;
    case 8:
      return is_signed ? DType::int64 : DType::uint64;
    default:
      return std::nullopt;
  }
}

std::string member_name(hid_t type, unsigned member) {
  char* text = H5Tget_member_name(type, member);
  std::string copy = text == nullptr ? "" : text;
  H5free_memory(text);
  return copy;
}

std::optional<DType> complex_type(hid_t stored) {
  if (H5Tget_nmembers(stored) != 2 || member_name(stored, 0) != "real" ||
      member_name(stored, 1) != "imag") {
    return std::nullopt;
  }
  const Hdf5Handle real(H5Tget_member_type(stored, 0), H5Tclose);
  const Hdf5Handle imaginary(H5Tget_member_type(stored, 1), H5Tclose);
  if (H5Tequal(real.id(), imaginary.id()) <= 0) return std::nullopt;
  const std::optional<DType> part =
      H5Tget_class(real.id()) == H5T_FLOAT ? type_of(real.id()) : std::nullopt;
  if (part == DType::float32) return DType::complex64;
  if (part == DType::float64) return DType::complex128;
  return std::nullopt;
}

}  // namespace

std::optional<DType> type_of(hid_t stored) {
  const std::size_t bytes = H5Tget_size(stored);
  switch (H5Tget_class(stored)) {
    case H5T_INTEGER:
      return integer_type(bytes, H5Tget_sign(stored) == H5T_SGN_2);
    case H5T_FLOAT:
      if (bytes == 4) return DType::float32;
      if (bytes == 8) return DType::float64;
      return std::nullopt;
    case H5T_COMPOUND:
      return complex_type(stored);
    default:
      return std::nullopt;
  }
}

Hdf5Handle memory_type(DType type) {
  const hid_t part = native_part(part_of(type));
  if (!is_complex_type(type)) return {H5Tcopy(part), H5Tclose};
  Hdf5Handle whole(H5Tcreate(H5T_COMPOUND, size_of(type)), H5Tclose);
  H5Tinsert(whole.id(), "real", 0, part);
  H5Tinsert(whole.id(), "imag", size_of(type) / 2, part);
  return whole;
}

}  // namespace pellucid::io
