// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "io/element_types.hpp"
#include "pellucid/io/array.hpp"
#include "pellucid/io/array_file.hpp"

namespace pellucid {
namespace {

template <class S>
S element(const Array& array, Index i) {
  S value;
  std::memcpy(&value, array.bytes.data() + static_cast<std::size_t>(i) * sizeof(S), sizeof(S));
  return value;
}

template <class T, class S>
T convert(S value) {
  if constexpr (is_complex<S>) {
    return T(static_cast<RealOf<T>>(value.real()), static_cast<RealOf<T>>(value.imag()));
  } else {
    return T(static_cast<RealOf<T>>(value));
  }
}

template <class T>
bool is_finite(T value) {
  if constexpr (is_complex<T>) {
    return std::isfinite(value.real()) && std::isfinite(value.imag());
  } else if constexpr (std::is_floating_point_v<T>) {
    return std::isfinite(value);
  } else {
    return true;
  }
}

std::vector<Index> position_of(Index i, const std::vector<Index>& shape) {
  std::vector<Index> position(shape.size());
  for (std::size_t a = shape.size(); a-- > 0; i /= shape[a]) position[a] = i % shape[a];
  return position;
}

template <class S>
[[noreturn]] void fail_not_finite(const Array& array, Index i, Index origin,
                                  std::string_view label) {
  const S value = element<S>(array, i);
  std::string text;
  if constexpr (is_complex<S>) {
    text = fmt::format("{}{:+}i", value.real(), value.imag());
  } else {
    text = fmt::format("{}", value);
  }
  std::vector<Index> place = position_of(i, array.shape);
  place.front() += origin;
  const std::string where = shape_text(place);
  if (is_finite(value)) {
    throw Error(fmt::format("{}: entry {} is {}, too large for single precision: rescale the data",
                            label, where, text));
  }
  throw Error(
      fmt::format("{}: entry {} is {}: remove or replace what is not finite", label, where, text));
}

// `origin` is the number, in the file, of the array's first sample.
template <class T, class S>
Matrix<T> convert_samples(const Array& array, Index first, Index count, Index origin,
                          std::string_view label) {
  const Index dim = array.dim();
  Matrix<T> out(dim, count);
  for (Index j = 0; j < count; ++j) {
    const Index start = (first + j) * dim;
    bool finite = true;
    for (Index i = 0; i < dim; ++i) {
      out(i, j) = convert<T>(element<S>(array, start + i));
      finite &= is_finite(out(i, j));
    }
    if (finite) continue;
    for (Index i = 0; i < dim; ++i) {
      if (!is_finite(out(i, j))) fail_not_finite<S>(array, start + i, origin, label);
    }
  }
  return out;
}

template <class T>
Matrix<T> convert(const Array& array, Index first, Index count, Index origin,
                  std::string_view label) {
  return io::with_element_type(array.type, [&](auto tag) -> Matrix<T> {
    using S = typename decltype(tag)::type;
    if constexpr (is_complex<S> && !is_complex<T>) {
      throw Error(fmt::format("{}: holds {} numbers where real ones are needed: give real data",
                              label, name(array.type)));
    } else {
      return convert_samples<T, S>(array, first, count, origin, label);
    }
  });
}

void check_range(Index first, Index count, Index samples, std::string_view label) {
  if (first >= 0 && count >= 0 && count <= samples - first) return;
  throw Error(fmt::format("{}: samples {} to {} asked of {}: ask for fewer", label, first,
                          first + count - 1, samples));
}

}  // namespace

template <class T>
Matrix<T> to_samples(const Array& array, Index first, Index count, std::string_view label) {
  check_range(first, count, array.samples(), label);
  return convert<T>(array, first, count, 0, label);
}

template <class T>
Matrix<T> read_samples(const ArrayReader& reader, Index first, Index count) {
  check_range(first, count, reader.samples(), reader.label());
  return convert<T>(reader.block(first, count), 0, count, first, reader.label());
}

template <class T>
Array from_samples(ConstBatch<T> samples, const std::vector<Index>& sample_shape) {
  Array array{dtype_of<T>(), {samples.cols()}, {}};
  array.shape.insert(array.shape.end(), sample_shape.begin(), sample_shape.end());
  if (array.dim() != samples.rows()) {
    throw Error(fmt::format("array: samples of {} entries do not fit the shape {}: give another",
                            samples.rows(), shape_text(sample_shape)));
  }
  const std::size_t column = static_cast<std::size_t>(samples.rows()) * sizeof(T);
  array.bytes.resize(column * static_cast<std::size_t>(samples.cols()));
  if (column == 0) return array;
  for (Index j = 0; j < samples.cols(); ++j) {
    std::memcpy(array.bytes.data() + static_cast<std::size_t>(j) * column, samples.col(j).data(),
                column);
  }
  return array;
}

#define PELLUCID_INSTANTIATE(T)                                                   \
  template Matrix<T> to_samples<T>(const Array&, Index, Index, std::string_view); \
  template Matrix<T> read_samples<T>(const ArrayReader&, Index, Index);           \
  template Array from_samples<T>(ConstBatch<T>, const std::vector<Index>&);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
