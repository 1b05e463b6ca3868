// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

#include "pellucid/io/array.hpp"

namespace pellucid::io {

/// Calls `f(std::type_identity<S>{})` with the C++ type `S` of the elements.
template <class F>
decltype(auto) with_element_type(DType type, F&& f) {
  switch (type) {
    case DType::int8:
      return f(std::type_identity<std::int8_t>{});
    case DType::uint8:
      return f(std::type_identity<std::uint8_t>{});
    case DType::int16:
      return f(std::type_identity<std::int16_t>{});
    case DType::uint16:
      return f(std::type_identity<std::uint16_t>{});
    case DType::int32:
      return f(std::type_identity<std::int32_t>{});
    case DType::uint32:
      return f(std::type_identity<std::uint32_t>{});
    case DType::int64:
      return f(std::type_identity<std::int64_t>{});
    case DType::uint64:
      return f(std::type_identity<std::uint64_t>{});
    case DType::float32:
      return f(std::type_identity<float>{});
    case DType::float64:
      return f(std::type_identity<double>{});
    case DType::complex64:
      return f(std::type_identity<std::complex<float>>{});
    case DType::complex128:
      return f(std::type_identity<std::complex<double>>{});
  }
  throw Error("array: element type is unknown: this is a bug, please report it");
}

}  // namespace pellucid::io
