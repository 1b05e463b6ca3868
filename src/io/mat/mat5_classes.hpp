// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <matio.h>

#include <array>

#include "pellucid/io/array.hpp"

namespace pellucid::io {

/// MATLAB's numeric classes as matio calls them.
struct Mat5Class {
  matio_classes kind;
  matio_types stored;
  DType part;  ///< of one part where complex
};
inline constexpr std::array<Mat5Class, 10> kMat5Classes{{
    {MAT_C_DOUBLE, MAT_T_DOUBLE, DType::float64},
    {MAT_C_SINGLE, MAT_T_SINGLE, DType::float32},
    {MAT_C_INT8, MAT_T_INT8, DType::int8},
    {MAT_C_UINT8, MAT_T_UINT8, DType::uint8},
    {MAT_C_INT16, MAT_T_INT16, DType::int16},
    {MAT_C_UINT16, MAT_T_UINT16, DType::uint16},
    {MAT_C_INT32, MAT_T_INT32, DType::int32},
    {MAT_C_UINT32, MAT_T_UINT32, DType::uint32},
    {MAT_C_INT64, MAT_T_INT64, DType::int64},
    {MAT_C_UINT64, MAT_T_UINT64, DType::uint64},
}};

}  // namespace pellucid::io
