// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/noise/likelihood_noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "linalg/blas.hpp"
#include "model/framed.hpp"
#include "noise/prior_density.hpp"
#include "noise/profile.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/normalise.hpp"

namespace pellucid {

namespace {

constexpr double little = 0.3, much = 0.7;  // sensitivities: the noise is sure, doubtful

Model checked(Model model) {
  model.validate();
  return normalised(std::move(model));
}

// The framing whose vectors share no entries, or as few as the kind allows.
Framing apart(Framing framing) {
  if (framing.is_none()) return framing;
  const Index least = *std::min_element(framing.size.begin(), framing.size.end());
  framing.stride = framing.kind == Framing::Kind::stft ? least / 2 : least;
  return framing;
}

// Which of a signal's vectors are used: not those that overlap, nor, where there are others, those
// that reach over its ends and see mirrored noise.
struct Places {
  Index first, step, count;

  static Places of(const Framing& framing, Index available) {
    if (framing.kind == Framing::Kind::stft && available > 2) {
      return {1, 2, (available - 1) / 2};
    }
    const bool spare_last = framing.kind == Framing::Kind::frames && available > 1;
    return {0, 1, spare_last ? available - 1 : available};
  }
};

// d log s2 / d log c at the maximum, for prior covariances c times as large: by the theorem on
// implicit functions, from `L(s2, c) = sum log p(x / sqrt(c); s2 / c) + const`.
template <class V>
double sensitivity_of(const PriorDensity<V>& density, const Matrix<V>& x, double variance,
                      Monitor* monitor) {
  constexpr double step = 0.1;
  const auto at = [&](double t, double u) {
    const Matrix<V> scaled = x * V(std::exp(-u / 2));
    return density(scaled, variance * std::exp(t - u), monitor).sum();
  };
  const double mixed =
      (at(step, step) - at(step, -step) - at(-step, step) + at(-step, -step)) / (4 * step * step);
  const double curvature = (at(step, 0) + at(-step, 0) - 2 * at(0, 0)) / (step * step);
  return curvature < 0 ? -mixed / curvature : 0.0;
}

void judge(LikelihoodEstimate& noise, const Profile& found, bool is_low_rank) {
  constexpr Index few = 8;
  constexpr double unlike = 30;  // samples that differ this much more than the prior's draws
  const double shift = 10 * std::abs(noise.sensitivity);  // percent of s for 20 % of variances
  if (noise.interval[0] == 0) {
    noise.certainty = NoiseCertainty::bound;
    noise.note = "the data are as likely without any noise: an upper bound";
  } else if (std::abs(noise.sensitivity) >= much) {
    noise.certainty = NoiseCertainty::doubtful;
    noise.note = fmt::format(
        "the noise is below most of the prior's variances: if these are 20 % off, it is {:.0f} % "
        "off",
        shift);
  } else if (is_low_rank) {
    noise.note = "principal components take all outside their subspace for noise: it may be less";
  } else if (found.dispersion > unlike) {
    noise.note = "the signals differ from each other more than the prior's: is the model theirs?";
  } else if (noise.vectors < few) {
    noise.note = fmt::format("{} samples: their own variety could not be seen", noise.vectors);
  } else if (std::abs(noise.sensitivity) > little) {
    noise.note = fmt::format("if the prior's variances are 20 % off, it is {:.0f} % off", shift);
  } else {
    noise.certainty = NoiseCertainty::sure;
  }
}

}  // namespace

template <class T>
class LikelihoodNoise<T>::Vectors {
 public:
  Vectors() = default;
  Vectors(const Vectors&) = delete;
  Vectors& operator=(const Vectors&) = delete;
  virtual ~Vectors() = default;
  [[nodiscard]] virtual LikelihoodEstimate estimate(const NoiseSample<T>& sample, Monitor* monitor,
                                                    Index most_entries) const = 0;
};

namespace {

template <class T, class V, class Base>
class VectorsOf final : public Base {
 public:
  VectorsOf(Model model, int threads)
      : model_(std::move(model)),
        framing_(apart(model_.framing)),
        mean_(mean_signal<V>(model_)),
        transform_(model_.transform, model_.shape),
        density_(model_, threads) {}

  [[nodiscard]] LikelihoodEstimate estimate(const NoiseSample<T>& sample, Monitor* monitor,
                                            Index most_entries) const override {
    constexpr Index least_vectors = 32, coarse_vectors = 16;
    const linalg::SingleThreadedBlas single;
    const Matrix<V> x = in_model_units(cut(sample, std::max(least_vectors, most_entries / dim())));
    const Index step = (x.cols() + coarse_vectors - 1) / coarse_vectors;
    const Matrix<V> some = x(Eigen::all, Eigen::seq(0, x.cols() - 1, step));
    const auto densities = [&](const Matrix<V>& of) {
      return [&](double variance) { return density_(of, variance, monitor); };
    };
    constexpr double as_zero = 1e-10;
    const double power = x.squaredNorm() / static_cast<double>(x.size());
    const Profile found =
        profile(densities(x), densities(some), as_zero, std::max(4 * power, 1e6 * as_zero));
    LikelihoodEstimate noise;
    noise.estimator = NoiseEstimator::likelihood;
    noise.vectors = x.cols();
    const double unit = model_.scale / std::sqrt(framing_.noise_gain());
    noise.noise_std = unit * std::sqrt(found.variance);
    noise.interval = {unit * std::sqrt(found.low), unit * std::sqrt(found.high)};
    if (found.variance > 0) {
      noise.sensitivity = sensitivity_of(density_, x, found.variance, monitor);
    }
    judge(noise, found, model_.kind() == "pca");
    return noise;
  }

 private:
  [[nodiscard]] Index dim() const { return model_.dim(); }

  [[nodiscard]] Matrix<V> in_model_units(Matrix<V> x) const {
    x.colwise() -= mean_;
    transform_.forward(x);
    x /= V(model_.scale);
    return x;
  }

  // At most `most` vectors, spread evenly over all signals.
  [[nodiscard]] Matrix<V> cut(const NoiseSample<T>& sample, Index most) const {
    std::vector<Index> ends;  // numbers behind each signal's vectors
    Index total = 0;
    for (const auto& signal : sample.signals) ends.push_back(total += count(signal));
    const Index taken = std::min(total, most);
    Matrix<V> x(dim(), taken);
    std::size_t at = 0;
    for (Index i = 0; i < taken;) {
      const auto number = [&](Index j) { return j * total / taken; };
      while (number(i) >= ends[at]) ++at;
      const Index before = at == 0 ? 0 : ends[at - 1];
      i = cut_one(sample.signals[at], i, ends[at] - before, before, number, x);
    }
    return x;
  }

  [[nodiscard]] Index count(const typename NoiseSample<T>::Signal& signal) const {
    if (framing_.is_none()) {
      if (signal.entries.size() == dim()) return 1;
      throw Error(fmt::format("signals have {} entries, the model's have {}", signal.entries.size(),
                              dim()));
    }
    const auto framer = make_framer<T, V>(framing_, signal.shape, signal.entries);
    if (framer->dim() == dim()) return Places::of(framing_, framer->count()).count;
    throw Error(fmt::format("{} have {} entries here, the model's have {}", framing_.text(),
                            framer->dim(), dim()));
  }

  // Columns `i ...` of `x` that come from one signal; returns the first that does not.
  template <class Number>
  [[nodiscard]] Index cut_one(const typename NoiseSample<T>::Signal& signal, Index i, Index inside,
                              Index before, const Number& number, Matrix<V>& x) const {
    if (framing_.is_none()) {
      if constexpr (std::is_same_v<T, V>) x.col(i) = signal.entries;
      return i + 1;
    }
    const auto framer = make_framer<T, V>(framing_, signal.shape, signal.entries);
    const Places places = Places::of(framing_, framer->count());
    for (; i < x.cols() && number(i) < before + inside; ++i) {
      framer->cut(places.first + places.step * (number(i) - before), x.middleCols(i, 1));
    }
    return i;
  }

  Model model_;
  Framing framing_;
  Vector<V> mean_;
  SampleTransform<V> transform_;
  PriorDensity<V> density_;
};

}  // namespace

template <class T>
LikelihoodNoise<T>::LikelihoodNoise(Model model, int threads) {
  Model known = checked(std::move(model));
  const Framing framing = known.framing;
  with_vector_type<T>(framing, [&]<class V>() {
    vectors_ = std::make_unique<const VectorsOf<T, V, Vectors>>(std::move(known), threads);
  });
}

template <class T>
LikelihoodNoise<T>::LikelihoodNoise(LikelihoodNoise&&) noexcept = default;
template <class T>
LikelihoodNoise<T>::~LikelihoodNoise() = default;

template <class T>
LikelihoodEstimate LikelihoodNoise<T>::estimate(const NoiseSample<T>& sample, Monitor* monitor,
                                                Index most_entries) const {
  return vectors_->estimate(sample, monitor, most_entries);
}

template class LikelihoodNoise<double>;
template class LikelihoodNoise<std::complex<double>>;

}  // namespace pellucid
