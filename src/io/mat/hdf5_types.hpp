// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <hdf5.h>

#include <optional>
#include <utility>

#include "pellucid/io/array.hpp"

namespace pellucid::io {

/// Something HDF5 has opened, closed by `close`; negative where it could not be.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Handle() = default;
  Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept
      : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Hdf5Handle() { reset(); }

  [[nodiscard]] hid_t id() const { return id_; }
  [[nodiscard]] bool ok() const { return id_ >= 0; }
  /// False where closing failed.
  bool reset() { return id_ < 0 || close_(std::exchange(id_, -1)) >= 0; }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// The type of elements stored as `stored`; nothing where they are no numbers that Pellucid holds.
[[nodiscard]] std::optional<DType> type_of(hid_t stored);
/// How elements lie in memory; a complex number is a compound of `real` and `imag`.
[[nodiscard]] Hdf5Handle memory_type(DType type);

}  // namespace pellucid::io
