// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <deque>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "pellucid/io/array.hpp"
#include "pellucid/model/model.hpp"

namespace pellucid::app {

inline constexpr Index no_limit = std::numeric_limits<Index>::max();

/// Samples of one or several files, all of one shape.
class Samples {
 public:
  /// Reads the files; throws `Error` where shapes or real and complex differ or one has no samples.
  explicit Samples(const std::vector<std::string>& paths, Index limit = no_limit);

  [[nodiscard]] const std::vector<Index>& shape() const { return shape_; }  ///< of one sample
  [[nodiscard]] Index count() const { return count_; }
  [[nodiscard]] Index dim() const;
  [[nodiscard]] bool is_complex() const;
  /// True where any file holds double precision; integers and single precision are computed in
  /// single.
  [[nodiscard]] bool is_double() const;
  [[nodiscard]] const std::string& label() const { return labels_.front(); }

  /// Runs `body`; an error about the samples that names no file gets the first one's name.
  template <class Body>
  auto named(const Body& body) const {
    try {
      return body();
    } catch (const Error& error) {
      throw with_name(error);
    }
  }

  template <class T>
  [[nodiscard]] Matrix<T> matrix() const;

  /// Calls `body(source)` with a SampleSource over all files, in double precision.
  template <class T, class Body>
  auto with_source(const Body& body) const {
    std::deque<ArraySource<T>> parts;
    std::vector<const SampleSource<T>*> sources;
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      sources.push_back(&parts.emplace_back(arrays_[i], labels_[i]));
    }
    return body(JoinedSource<T>(std::move(sources), count_));
  }

 private:
  [[nodiscard]] Error with_name(const Error& error) const;

  std::vector<Array> arrays_;
  std::vector<std::string> labels_;
  std::vector<Index> shape_;
  Index count_ = 0;
};

/// Throws `Error` where samples do not fit the model of file `path`: their shape, or real against
/// complex.
void check_fits(const Samples& samples, const Model& model, const std::string& path);

/// Calls `body.template operator()<T>()` with the arithmetic that the samples ask for.
template <class Body>
void dispatch(bool complex_data, bool double_precision, const Body& body) {
  if (complex_data) {
    double_precision ? body.template operator()<std::complex<double>>()
                     : body.template operator()<std::complex<float>>();
  } else {
    double_precision ? body.template operator()<double>() : body.template operator()<float>();
  }
}

}  // namespace pellucid::app
