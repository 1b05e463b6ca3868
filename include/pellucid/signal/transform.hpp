// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Unitary transforms of a sample along all its axes, at the border of a model: white noise of
/// variance `s2` stays white with the same variance, and a mean square error is the same before and
/// after. `dft` is the orthonormal discrete Fourier transform (complex data; the angular domain of
/// an antenna array), `dct` the orthonormal cosine transform of type II. Colour, a third axis of
/// length 3, is not transformed.
enum class Transform { none, dft, dct };

[[nodiscard]] std::string_view name(Transform transform);
/// Throws `Error` that lists the known names.
[[nodiscard]] Transform parse_transform(std::string_view name);

/// A transform made ready for samples of one shape in C order (FFTW plans that depend on the shape
/// alone: the same bits in every run, thread and batch); const calls are safe from several threads.
/// `T` is float, double or their complex types; `dct` of complex samples is that of both parts.
/// Throws `Error` for `dft` of real samples, and for axes of no or more than 2^31 - 1 entries.
template <class T>
class SampleTransform {
 public:
  SampleTransform(Transform transform, const std::vector<Index>& shape);
  SampleTransform(SampleTransform&&) noexcept;
  SampleTransform& operator=(SampleTransform&&) noexcept;
  ~SampleTransform();

  /// In place, one sample a column; throws `Error` for another number of entries.
  void forward(Batch<T> samples) const;
  void inverse(Batch<T> samples) const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;  // none for Transform::none
};

}  // namespace pellucid
