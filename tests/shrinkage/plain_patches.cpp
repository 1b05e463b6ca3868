// SPDX-License-Identifier: BSD-3-Clause
#include "shrinkage/plain_patches.hpp"

#include <Eigen/SVD>
#include <random>

#include "shrinkage/bulk_noise.hpp"

namespace pellucid {

namespace {

using Complex = std::complex<double>;

// Digits of a number in the mixed radix of a shape, the last fastest.
std::vector<Index> place_of(Index number, const std::vector<Index>& shape) {
  std::vector<Index> place(shape.size());
  for (std::size_t a = shape.size(); a-- > 0; number /= shape[a]) place[a] = number % shape[a];
  return place;
}

// Voxels of the window at `place`.
std::vector<Index> voxels_of(const std::vector<Index>& place, const std::vector<Index>& shape,
                             const std::vector<Index>& patch) {
  std::vector<Index> voxels{0};
  for (std::size_t a = 0; a < place.size(); ++a) {
    std::vector<Index> longer;
    for (const Index voxel : voxels) {
      for (Index k = 0; k < patch[a]; ++k) longer.push_back(voxel * shape[a] + place[a] + k);
    }
    voxels = longer;
  }
  return voxels;
}

struct Window {
  Matrix<Complex> estimate;  // looks x voxels
  double weight = 0, variance = 0, rank = 0;
};

Window denoise(const Matrix<Complex>& noisy, double given_variance, Index counted,
               const PatchOptions& options) {
  Window window;
  window.estimate = Matrix<Complex>::Zero(noisy.rows(), noisy.cols());
  const Index most = std::min(counted, noisy.rows());
  if (most == 0 || (options.noise_std.empty() && most < 4)) return window;
  const Eigen::JacobiSVD<Matrix<Complex>> svd(noisy, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Eigen::VectorXd values = svd.singularValues().head(most);
  window.variance = options.noise_std.empty()
                        ? BulkNoise(noisy.cols(), noisy.rows())
                              .variance(values.cwiseAbs2(), counted, noisy.rows())
                        : given_variance;
  const SingularValueShrinkage shrink(options.rule, static_cast<double>(counted),
                                      static_cast<double>(noisy.rows()),
                                      std::sqrt(window.variance));
  for (Index k = 0; k < most; ++k) {
    const double shrunk = shrink(values[k]);
    if (shrunk > 0) window.rank += 1;
    window.estimate += shrunk * svd.matrixU().col(k) * svd.matrixV().col(k).adjoint();
  }
  window.weight = options.weights == PatchWeights::by_rank ? 1 / (1 + window.rank) : 1.0;
  return window;
}

}  // namespace

template <class T>
Matrix<T> low_rank_array(const std::vector<Index>& shape, Index rank, double noise_std,
                         unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal;
  const auto random = [&] {
    const double real = normal(engine), imaginary = normal(engine);
    return is_complex<T> ? Complex(real, imaginary) / std::sqrt(2.0) : Complex(real);
  };
  const std::vector<Index> spatial(shape.begin(), shape.end() - 1);
  Index voxels = 1;
  for (const Index length : spatial) voxels *= length;
  Matrix<Complex> array = Matrix<Complex>::Zero(shape.back(), voxels);
  for (Index k = 0; k < rank; ++k) {
    Vector<Complex> look(shape.back());
    for (Complex& entry : look) entry = random();
    std::vector<double> slope(spatial.size());
    for (double& s : slope) s = 0.3 * normal(engine);
    for (Index v = 0; v < voxels; ++v) {
      const std::vector<Index> place = place_of(v, spatial);
      double field = 2.0 / static_cast<double>(k + 1);
      for (std::size_t a = 0; a < place.size(); ++a) {
        field *= 1 + 0.5 * std::sin(slope[a] * static_cast<double>(place[a]));
      }
      array.col(v) += field * look;
    }
  }
  for (Complex& entry : array.reshaped()) entry += noise_std * random();
  if constexpr (is_complex<T>) {
    return array.template cast<T>();
  } else {
    return array.real().template cast<T>();
  }
}

PlainPatches plain_patches(const Matrix<Complex>& array, const std::vector<Index>& shape,
                           const PatchOptions& options) {
  const std::vector<Index> spatial(shape.begin(), shape.end() - 1);
  std::vector<Index> counts;
  Index windows = 1;
  for (std::size_t a = 0; a < spatial.size(); ++a) {
    counts.push_back(spatial[a] - options.patch[a] + 1);
    windows *= counts.back();
  }
  PlainPatches plain;
  plain.denoised = Matrix<Complex>::Zero(array.rows(), array.cols());
  plain.noise_std = plain.rank = Eigen::VectorXd::Zero(array.cols());
  Eigen::VectorXd weight = plain.rank, covering = plain.rank;
  for (Index w = 0; w < windows; ++w) {
    const std::vector<Index> voxels = voxels_of(place_of(w, counts), spatial, options.patch);
    const Matrix<Complex> noisy = array(Eigen::all, voxels);
    Index counted = 0;
    double variance = 0;
    for (const Index v : voxels) {
      if (array.col(v).isZero(0)) continue;
      ++counted;
      if (!options.noise_std.empty()) {
        const bool map = options.noise_std.size() > 1;
        variance += std::pow(options.noise_std[map ? static_cast<std::size_t>(v) : 0], 2);
      }
    }
    variance /= static_cast<double>(std::max<Index>(counted, 1));
    const Window window = denoise(noisy, variance, counted, options);
    if (window.weight == 0) continue;
    for (std::size_t k = 0; k < voxels.size(); ++k) {
      const Index v = voxels[k];
      plain.denoised.col(v) += window.weight * window.estimate.col(static_cast<Index>(k));
      weight[v] += window.weight;
      covering[v] += 1;
      plain.noise_std[v] += window.variance;
      plain.rank[v] += window.rank;
    }
  }
  for (Index v = 0; v < array.cols(); ++v) {
    if (weight[v] == 0) plain.denoised.col(v) = array.col(v);
    if (weight[v] > 0) plain.denoised.col(v) /= weight[v];
    const double counts_here = array.col(v).isZero(0) ? 0.0 : 1.0;
    plain.rank[v] *= counts_here / std::max(covering[v], 1.0);
    plain.noise_std[v] = std::sqrt(plain.noise_std[v] * counts_here / std::max(covering[v], 1.0));
  }
  return plain;
}

template Matrix<float> low_rank_array<float>(const std::vector<Index>&, Index, double, unsigned);
template Matrix<double> low_rank_array<double>(const std::vector<Index>&, Index, double, unsigned);
template Matrix<std::complex<float>> low_rank_array<std::complex<float>>(const std::vector<Index>&,
                                                                         Index, double, unsigned);
template Matrix<Complex> low_rank_array<Complex>(const std::vector<Index>&, Index, double,
                                                 unsigned);

}  // namespace pellucid
