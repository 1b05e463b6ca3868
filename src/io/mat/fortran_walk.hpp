// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <utility>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid::io {

/// Goes through an array in C order and says where each element is with the first axis fastest.
class FortranWalk {
 public:
  explicit FortranWalk(std::vector<Index> shape)
      : shape_(std::move(shape)), stride_(shape_.size(), 1), position_(shape_.size(), 0) {
    for (std::size_t a = 1; a < shape_.size(); ++a) stride_[a] = stride_[a - 1] * shape_[a - 1];
  }

  [[nodiscard]] Index place() const { return place_; }

  void next() {
    for (std::size_t a = shape_.size(); a-- > 0;) {
      place_ += stride_[a];
      if (++position_[a] < shape_[a]) return;
      place_ -= stride_[a] * shape_[a];
      position_[a] = 0;
    }
  }

 private:
  std::vector<Index> shape_, stride_, position_;
  Index place_ = 0;
};

}  // namespace pellucid::io
