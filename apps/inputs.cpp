// SPDX-License-Identifier: BSD-3-Clause
#include "inputs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pellucid::app {

namespace {

std::string_view sort_name(bool is_complex) { return is_complex ? "complex" : "real"; }

}  // namespace

Samples::Samples(const std::vector<std::string>& paths, Index limit) {
  for (const std::string& path : paths) {
    Array array = read_array(path);
    require_samples(array, path);
    if (arrays_.empty()) {
      shape_ = array.sample_shape();
    } else if (array.sample_shape() != shape_) {
      throw Error(
          fmt::format("{}: samples of shape {}, those of {} have {}: give files of one shape", path,
                      shape_text(array.sample_shape()), labels_.front(), shape_text(shape_)));
    } else if (is_complex_type(array.type) != is_complex()) {
      throw Error(fmt::format("{}: {} data, those of {} are {}: give files of one sort", path,
                              sort_name(!is_complex()), labels_.front(), sort_name(is_complex())));
    }
    count_ += array.samples();
    arrays_.push_back(std::move(array));
    labels_.push_back(path);
  }
  count_ = std::min(count_, limit);
}

Index Samples::dim() const { return arrays_.front().dim(); }

bool Samples::is_complex() const { return is_complex_type(arrays_.front().type); }

bool Samples::is_double() const {
  return std::any_of(arrays_.begin(), arrays_.end(), [](const Array& a) {
    return a.type == DType::float64 || a.type == DType::complex128;
  });
}

template <class T>
Matrix<T> Samples::matrix() const {
  Matrix<T> all(dim(), count_);
  Index first = 0;
  for (std::size_t i = 0; i < arrays_.size() && first < count_; ++i) {
    const Index part = std::min(arrays_[i].samples(), count_ - first);
    all.middleCols(first, part) = to_samples<T>(arrays_[i], 0, part, labels_[i]);
    first += part;
  }
  return all;
}

template Matrix<float> Samples::matrix() const;
template Matrix<double> Samples::matrix() const;
template Matrix<std::complex<float>> Samples::matrix() const;
template Matrix<std::complex<double>> Samples::matrix() const;

Error Samples::with_name(const Error& error) const {
  const std::string_view what = error.what();
  const bool has_name = std::any_of(labels_.begin(), labels_.end(), [what](const auto& label) {
    return what.starts_with(label + ": ");
  });
  return has_name ? error : Error(fmt::format("{}: {}", label(), what));
}

void check_fits(const Samples& samples, const Model& model, const std::string& path) {
  const bool flat_model = model.shape.size() == 1;
  if (samples.shape() != model.shape && !(flat_model && samples.dim() == model.dim())) {
    std::string hint = "give samples of the model's shape, first axis counting them";
    if (samples.shape().empty() && samples.count() == model.dim()) {
      hint = fmt::format("for a single sample give shape (1, {})", model.dim());
    }
    throw Error(fmt::format("{}: samples of shape {}, those of model {} have {}: {}",
                            samples.label(), shape_text(samples.shape()), path,
                            shape_text(model.shape), hint));
  }
  if (samples.is_complex() != model.is_complex()) {
    const auto sort = sort_name(model.is_complex());
    throw Error(
        fmt::format("{}: {} data, model {} is of {} signals: give {} data, or another model",
                    samples.label(), sort_name(samples.is_complex()), path, sort, sort));
  }
}

}  // namespace pellucid::app
