// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/jacobian_paths.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "pellucid/base/random.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/estimator.hpp"
#include "pellucid/posterior/mixture_posterior.hpp"
#include "pellucid/reverse/step.hpp"
#include "reproduce/linear_parts.hpp"
#include "reproduce/step_jacobian.hpp"

namespace pellucid::reproduce {

namespace {

// Products with the Jacobian of a model's denoiser at one x_t.
class Products {
 public:
  Products(const Model& model, const Denoiser<double>& denoiser, int threads)
      : differences_(denoiser, threads), threads_(threads) {
    const auto& prior = prior_as<double>(model);
    if (const auto* mixture = std::get_if<GaussianMixture<double>>(&prior)) {
      posterior_ = std::make_unique<MixturePosterior<double>>(
          *mixture, MixturePosterior<double>::Observation{}, threads);
    }
  }

  [[nodiscard]] Matrix<double> times(const Vector<double>& x_t, const NoiseLevel& level,
                                     const Matrix<double>& v) const {
    if (!posterior_) return differences_.times(x_t, level, v);
    const Matrix<double> y = (x_t / std::sqrt(level.alpha_bar)).replicate(1, v.cols());
    const double variance = level.variance();
    return std::sqrt(level.alpha_bar) / level.noise *
           posterior_->covariance_times(y, v, {&variance, 1}, threads_);
  }

 private:
  DenoiserJacobian differences_;
  std::unique_ptr<MixturePosterior<double>> posterior_;
  int threads_;
};

class Walk {
 public:
  Walk(const Denoiser<double>& denoiser, const Products& products, const PathSizes& sizes,
       std::uint64_t seed)
      : sizes_(sizes),
        denoiser_(denoiser),
        products_(products),
        work_(denoiser.workspace()),
        random_(seed, Purpose::reverse_noise),
        start_(denoiser.dim(), 1),
        block_(denoiser.dim(), sizes.count) {
    RandomStream(seed, Purpose::start_noise).normal<double>(0, 0, start_);
    RandomStream(seed, Purpose::probe).normal<double>(0, 0, block_);
  }

  JacobianPath path(const std::vector<NoiseLevel>& levels) {
    JacobianPath found;
    Matrix<double> x = start_;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const Vector<double> at = x.col(0);
      const auto apply = [&](const Matrix<double>& v) { return products_.times(at, levels[i], v); };
      found.pairs.push_back(leading_pairs(apply, block_, sizes_.count, sizes_.depth));
      if (i + 1 < levels.size()) {
        descend(x, levels[i], levels[i + 1]);
      } else {
        found.kept = kept(found.pairs, apply);
      }
    }
    return found;
  }

 private:
  // Of random directions, the trace over the dimension in expectation, as many as there are pairs
  // in all.
  [[nodiscard]] Eigen::MatrixXd kept(const std::vector<LeadingPairs>& pairs,
                                     const Apply& apply) const {
    const auto levels = static_cast<Index>(pairs.size());
    Matrix<double> random(start_.rows(), sizes_.count * levels);
    RandomStream(0, Purpose::probe).normal<double>(0, 1, random);
    random.colwise().normalize();
    const double average = apply(random).cwiseProduct(random).colwise().sum().mean();
    Eigen::MatrixXd kept(sizes_.count, levels);
    for (Index level = 0; level < levels; ++level) {
      const Matrix<double>& u = pairs[static_cast<std::size_t>(level)].vectors;
      kept.col(level) = apply(u).cwiseProduct(u).colwise().sum().transpose() / average;
    }
    return kept;
  }

  // Steps of equal size in decibel, re-sampling on.
  void descend(Matrix<double>& x, const NoiseLevel& from, const NoiseLevel& to) {
    const std::vector<double> snr_db = {from.snr_db(), to.snr_db()};
    NoiseLevel now = from;
    Matrix<double> estimate(x.rows(), 1), noise(x.rows(), 1);
    for (int i = 1; i <= sizes_.steps_between; ++i) {
      const double part = static_cast<double>(i) / sizes_.steps_between;
      const auto next = NoiseLevel::from_snr_db(snr_db[0] + part * (snr_db[1] - snr_db[0]));
      denoiser_.denoise(x, {&now, 1}, estimate, *work_);
      const StepCoefficients step = step_coefficients(now, next, Rule::posterior, 1);
      random_.normal<double>(0, ++step_, noise);
      x = step.estimate * estimate + step.current * x + step.noise_std * noise;
      now = next;
    }
  }

  const PathSizes& sizes_;
  const Denoiser<double>& denoiser_;
  const Products& products_;
  std::unique_ptr<Denoiser<double>::Workspace> work_;
  RandomStream random_;
  Matrix<double> start_, block_;
  std::uint32_t step_ = 0;
};

double squared_cosine(const LeadingPairs& a, const LeadingPairs& b, Index i) {
  const double cosine = a.vectors.col(i).dot(b.vectors.col(i));
  return cosine * cosine;
}

template <class Value>
Measured over_paths(const std::vector<JacobianPath>& paths, const Value& value) {
  std::vector<double> values(paths.size());
  std::transform(paths.begin(), paths.end(), values.begin(), value);
  return mean_of(values);
}

}  // namespace

Measured JacobianPaths::cos2(std::size_t level, Index i) const {
  return over_paths(paths, [&](const JacobianPath& path) {
    return squared_cosine(path.pairs[level], path.pairs.back(), i);
  });
}

std::vector<double> JacobianPaths::mean_cos2(Index first, Index count) const {
  std::vector<double> values;
  for (const JacobianPath& path : paths) {
    double sum = 0;
    for (std::size_t level = 0; level + 1 < path.pairs.size(); ++level) {
      for (Index i = first; i < first + count; ++i) {
        sum += squared_cosine(path.pairs[level], path.pairs.back(), i);
      }
    }
    values.push_back(sum / static_cast<double>(count * (path.kept.cols() - 1)));
  }
  return values;
}

Measured JacobianPaths::kept(std::size_t level, Index i) const {
  return over_paths(
      paths, [&](const JacobianPath& path) { return path.kept(i, static_cast<Index>(level)); });
}

std::vector<double> JacobianPaths::mean_kept() const {
  std::vector<double> values;
  for (const JacobianPath& path : paths) {
    values.push_back(path.kept.leftCols(path.kept.cols() - 2).mean());
  }
  return values;
}

Measured JacobianPaths::share(std::size_t level) const {
  const auto without = [&](std::size_t left_out) {
    double kept = 0, own = 0;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (i == left_out) continue;
      kept += paths[i].kept.col(static_cast<Index>(level)).mean() - 1;
      own += paths[i].kept.rightCols<1>().mean() - 1;
    }
    return kept / own;
  };
  std::vector<double> left_out(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) left_out[i] = without(i);
  return jackknife(without(paths.size()), left_out);
}

Measured JacobianPaths::asymmetry(std::size_t level) const {
  return over_paths(paths,
                    [level](const JacobianPath& path) { return path.pairs[level].asymmetry; });
}

JacobianPaths follow_jacobians(std::string label, const Model& model, const PathSizes& sizes,
                               std::uint64_t seed, Monitor* monitor) {
  JacobianPaths paths{std::move(label), {}, {}};
  std::vector<NoiseLevel> levels;
  for (int i = 0; i < sizes.levels; ++i) {
    const double part = static_cast<double>(i) / (sizes.levels - 1);
    levels.push_back(NoiseLevel::from_snr_db(sizes.from_db + part * (sizes.to_db - sizes.from_db)));
    paths.noise_std.push_back(std::sqrt(levels.back().variance()));
  }
  const auto denoiser = denoiser_of<double>(model, sizes.threads);
  const Products products(model, *denoiser, sizes.threads);
  const Task task(monitor, "Jacobians", sizes.paths);
  for (int path = 0; path < sizes.paths; ++path) {
    task.update(path, paths.label);
    paths.paths.push_back(Walk(*denoiser, products, sizes, seed_of(seed, path)).path(levels));
  }
  return paths;
}

}  // namespace pellucid::reproduce
