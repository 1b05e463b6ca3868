// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// A spiked covariance model: signals `x = U a` of dimension `dim`, the coefficients `a`
/// independent, zero-mean normal (circularly symmetric for complex signals) with the variances
/// `spikes` along the orthonormal columns of `U` (Johnstone 2001).
struct SpikedSignals {
  /// White noise looks the same in every orthonormal basis, so results have one distribution
  /// whatever `U` is: the canonical basis, which costs nothing, serves as well as a random one.
  enum class Basis { canonical, random };

  std::vector<double> spikes;  ///< l_1, l_2, ...: variances of the signal, descending, not negative
  Index dim = 256;             ///< d, at least the number of spikes
  Index samples = 512;         ///< n
  Basis basis = Basis::canonical;
  bool centre = false;  ///< as if the mean were not known: it is taken off, and n - 1 divides

  /// Throws `Error` naming what is out of range.
  void validate() const;
};

/// What is drawn anew at every noise level.
enum class Fresh {
  none,   ///< nothing: the same signals, the same noise draws scaled
  noise,  ///< noise; the signals are one training set
  all,    ///< signals too, as from an endless training set (synthetic signals only)
};

[[nodiscard]] std::string_view name(Fresh fresh);
/// Reads "none", "noise" or "all"; throws `Error` listing them.
[[nodiscard]] Fresh parse_fresh(std::string_view name);

/// Training signals as they are seen at noise levels: `y_j = x_j + noise_std z_j`, one a column,
/// `z` white with variance 1 per (complex) entry. `T` is double or std::complex<double>.
template <class T>
class TrainingSignals {
 public:
  /// Synthetic ones; `basis()` is their true basis. Throws `Error` for settings out of range.
  TrainingSignals(const SpikedSignals& model, Fresh fresh, std::uint64_t seed);
  /// The columns of `signals`; `basis()` are the `components` leading eigenvectors of their sample
  /// covariance, about the mean and divided by n - 1. Throws `Error` for fewer than two signals,
  /// entries that are not finite, components out of range, or `Fresh::all`.
  TrainingSignals(Matrix<T> signals, Index components, Fresh fresh, std::uint64_t seed);

  [[nodiscard]] Index dim() const { return basis_.rows(); }
  [[nodiscard]] Index samples() const { return samples_; }
  [[nodiscard]] Index components() const { return basis_.cols(); }
  [[nodiscard]] bool is_synthetic() const { return model_.has_value(); }
  /// True where the sample mean is taken off: of data, and of synthetic signals on request.
  [[nodiscard]] bool is_centred() const { return !model_ || model_->centre; }
  /// What the sample covariance is divided by: n, or n - 1 about the mean.
  [[nodiscard]] Index freedom() const { return samples_ - (is_centred() ? 1 : 0); }
  /// d over `freedom()`.
  [[nodiscard]] double gamma() const {
    return static_cast<double>(dim()) / static_cast<double>(freedom());
  }

  /// U: the true basis, or the final one of data; d x k, and the signals' variances along it.
  [[nodiscard]] const Matrix<T>& basis() const { return basis_; }
  [[nodiscard]] const Eigen::VectorXd& variances() const { return variances_; }

  /// The data's mean, which was taken off; zero of synthetic signals.
  [[nodiscard]] const Vector<T>& mean() const { return mean_; }

  /// The clean signals of one repetition, d x n; of `level`, where they are fresh at each.
  [[nodiscard]] Matrix<T> clean(std::uint32_t repeat, Index level = 0) const;
  /// The same seen at a level. `level` is its number, `repeat` that of the repetition: data keep
  /// their signals in every repetition and change their noise.
  [[nodiscard]] Matrix<T> noisy(std::uint32_t repeat, Index level, double noise_std) const;
  /// `count` signals of the model that are in no training set (synthetic signals only).
  [[nodiscard]] Matrix<T> unseen(Index count, std::uint32_t repeat = 0) const;

 private:
  [[nodiscard]] Matrix<T> draw(Index first, Index count, std::uint32_t repeat, Index level) const;

  std::optional<SpikedSignals> model_;
  Matrix<T> signals_;  // data, mean taken off
  Vector<T> mean_;
  Index samples_;
  Fresh fresh_;
  std::uint64_t seed_;
  Matrix<T> basis_;
  Eigen::VectorXd variances_;
};

}  // namespace pellucid
