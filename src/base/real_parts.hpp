// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Real numbers in an entry: a complex one is two in memory, with the same variance.
template <class T>
inline constexpr Index real_parts = is_complex<T> ? 2 : 1;

/// Numbers as the real ones that they are in memory.
template <class T>
const RealOf<T>* reals(const T* numbers) {
  return reinterpret_cast<const RealOf<T>*>(numbers);
}
template <class T>
RealOf<T>* reals(T* numbers) {
  return reinterpret_cast<RealOf<T>*>(numbers);
}

}  // namespace pellucid
