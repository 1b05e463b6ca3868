// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <utility>

#include "pellucid/io/array.hpp"

namespace pellucid::io {

inline constexpr std::array<std::pair<unsigned char, DType>, 6> kIdxTypes{{
    {0x08, DType::uint8},
    {0x09, DType::int8},
    {0x0b, DType::int16},
    {0x0c, DType::int32},
    {0x0d, DType::float32},
    {0x0e, DType::float64},
}};

}  // namespace pellucid::io
