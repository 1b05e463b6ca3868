// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/signal/transform.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "pellucid/base/error.hpp"
#include "signal/fftw.hpp"

namespace pellucid {

namespace {

constexpr std::array<std::pair<Transform, std::string_view>, 3> transforms{{
    {Transform::none, "none"},
    {Transform::dft, "dft"},
    {Transform::dct, "dct"},
}};

// The transformed axes, and how many numbers lie side by side at each of their points.
struct Axes {
  std::vector<int> lengths;
  int inner = 1;
};

Axes transformed_axes(const std::vector<Index>& shape) {
  constexpr Index most = std::numeric_limits<int>::max();
  Axes axes;
  Index size = 1;
  for (const Index length : shape) {
    if (length < 1 || length > most / size) {
      throw Error(
          fmt::format("transform: samples of ({}): give axes of 1 or more, {} entries at "
                      "most",
                      fmt::join(shape, ", "), most));
    }
    size *= length;
    axes.lengths.push_back(static_cast<int>(length));
  }
  if (shape.size() == 3 && shape[2] == 3) {
    axes.lengths.pop_back();
    axes.inner = 3;
  }
  if (axes.lengths.empty()) axes.lengths.push_back(1);
  return axes;
}

// Products over the axes of `weight(index, length)`, C order, each `copies` times.
template <class Weight>
Eigen::ArrayXd outer_product(const std::vector<int>& lengths, Index copies, Weight weight) {
  Eigen::ArrayXd product = Eigen::ArrayXd::Ones(1);
  for (const int n : lengths) {
    Eigen::ArrayXd next(product.size() * n);
    for (Index i = 0; i < next.size(); ++i) next[i] = product[i / n] * weight(i % n, n);
    product = std::move(next);
  }
  Eigen::ArrayXd all(product.size() * copies);
  for (Index i = 0; i < all.size(); ++i) all[i] = product[i / copies];
  return all;
}

// FFTW's sums, made orthonormal. REDFT10 is 2 sum x cos, REDFT01 X_0 + 2 sum X cos.
double dft_weight(Index, Index n) { return 1 / std::sqrt(double(n)); }
double dct_forward_weight(Index k, Index n) {
  return (k == 0 ? 0.5 : std::sqrt(0.5)) / std::sqrt(double(n));
}
double dct_inverse_weight(Index k, Index n) {
  return (k == 0 ? 1.0 : std::sqrt(0.5)) / std::sqrt(double(n));
}

}  // namespace

std::string_view name(Transform transform) {
  return transforms.at(static_cast<std::size_t>(transform)).second;
}

Transform parse_transform(std::string_view text) {
  for (const auto& [transform, known] : transforms) {
    if (known == text) return transform;
  }
  throw Error(fmt::format("unknown transform '{}': choose one of none, dft, dct", text));
}

template <class T>
struct SampleTransform<T>::Plan {
  using Real = RealOf<T>;
  using Weights = Eigen::Array<Real, Eigen::Dynamic, 1>;
  using Reals = Eigen::Map<Weights>;

  Plan(Transform transform, const Axes& axes)
      : kind(transform),
        forward_weights(weights(axes, kind == Transform::dft ? dft_weight : dct_forward_weight)),
        inverse_weights(weights(axes, kind == Transform::dft ? dft_weight : dct_inverse_weight)),
        forward([&] { return make(axes, true); }),
        inverse([&] { return make(axes, false); }) {}

  // One weight a real number.
  static constexpr int parts = is_complex<T> ? 2 : 1;
  static Weights weights(const Axes& axes, double (*weight)(Index, Index)) {
    return outer_product(axes.lengths, Index{axes.inner} * parts, weight).template cast<Real>();
  }

  typename Fftw<Real>::Plan make(const Axes& axes, bool to_frequencies) const {
    Vector<T> unused(forward_weights.size() / parts);  // the planner wants an address
    const int rank = static_cast<int>(axes.lengths.size());
    if constexpr (is_complex<T>) {
      if (kind == Transform::dft) {
        auto* data = fftw_cast(unused.data());
        return Fftw<Real>::plan_dft(rank, axes.lengths.data(), axes.inner, data, nullptr,
                                    axes.inner, 1, data, nullptr, axes.inner, 1,
                                    to_frequencies ? FFTW_FORWARD : FFTW_BACKWARD, fftw_flags);
      }
    }
    const int inner = axes.inner * parts;
    auto* data = reinterpret_cast<Real*>(unused.data());
    const std::vector<fftw_r2r_kind> kinds(axes.lengths.size(),
                                           to_frequencies ? FFTW_REDFT10 : FFTW_REDFT01);
    return Fftw<Real>::plan_r2r(rank, axes.lengths.data(), inner, data, nullptr, inner, 1, data,
                                nullptr, inner, 1, kinds.data(), fftw_flags);
  }

  void execute(const FftwPlan<Real>& plan, T* sample) const {
    if constexpr (is_complex<T>) {
      if (kind == Transform::dft) {
        Fftw<Real>::execute_dft(plan.get(), fftw_cast(sample), fftw_cast(sample));
        return;
      }
    }
    auto* reals = reinterpret_cast<Real*>(sample);
    Fftw<Real>::execute_r2r(plan.get(), reals, reals);
  }

  Reals reals(T* sample) const {
    return Reals(reinterpret_cast<Real*>(sample), forward_weights.size());
  }

  void check(const Batch<T>& samples) const {
    if (samples.rows() * parts == forward_weights.size()) return;
    throw Error(fmt::format("transform: samples have {} entries, their shape {}", samples.rows(),
                            forward_weights.size() / parts));
  }

  Transform kind;
  Weights forward_weights, inverse_weights;
  FftwPlan<Real> forward, inverse;
};

template <class T>
SampleTransform<T>::SampleTransform(Transform transform, const std::vector<Index>& shape) {
  if (transform == Transform::none) return;
  if (transform == Transform::dft && !is_complex<T>) {
    throw Error("transform: dft takes complex samples, these are real: choose dct");
  }
  plan_ = std::make_unique<Plan>(transform, transformed_axes(shape));
}

template <class T>
SampleTransform<T>::SampleTransform(SampleTransform&&) noexcept = default;
template <class T>
SampleTransform<T>& SampleTransform<T>::operator=(SampleTransform&&) noexcept = default;
template <class T>
SampleTransform<T>::~SampleTransform() = default;

template <class T>
void SampleTransform<T>::forward(Batch<T> samples) const {
  if (plan_ == nullptr) return;
  plan_->check(samples);
  for (Index j = 0; j < samples.cols(); ++j) {
    T* sample = samples.col(j).data();
    plan_->execute(plan_->forward, sample);
    plan_->reals(sample) *= plan_->forward_weights;
  }
}

template <class T>
void SampleTransform<T>::inverse(Batch<T> samples) const {
  if (plan_ == nullptr) return;
  plan_->check(samples);
  for (Index j = 0; j < samples.cols(); ++j) {
    T* sample = samples.col(j).data();
    plan_->reals(sample) *= plan_->inverse_weights;
    plan_->execute(plan_->inverse, sample);
  }
}

template class SampleTransform<float>;
template class SampleTransform<double>;
template class SampleTransform<std::complex<float>>;
template class SampleTransform<std::complex<double>>;

}  // namespace pellucid
