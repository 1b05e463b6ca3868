// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/truth.hpp"

#include <vector>

#include "pellucid/base/parallel.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/estimator.hpp"

namespace pellucid {

template <class T>
TruthMixture<T>::TruthMixture(const Model& model, int threads)
    : model_(model),
      transform_(model.transform, model.shape),
      denoiser_(exact_denoiser<T>(model, threads)),
      threads_(threads) {}

template <class T>
ConditionalMean<T> TruthMixture<T>::estimate(ConstBatch<T> noisy, double noise_std,
                                             Monitor* monitor) const {
  const Vector<T> mean_of_signals = mean_signal<T>(model_);
  const double scale = model_.scale;
  const double v = (noise_std / scale) * (noise_std / scale);
  const NoiseLevel level = NoiseLevel::from_variance(v);
  const double gain = std::sqrt(level.alpha_bar) / scale;
  const Index batch = denoiser_->batch(), n = noisy.cols();

  ConditionalMean<T> result{Matrix<T>(noisy.rows(), n), Eigen::VectorXd(n)};
  std::vector<std::unique_ptr<typename Denoiser<T>::Workspace>> workspaces(
      static_cast<std::size_t>(thread_count(threads_)));
  parallel_for((n + batch - 1) / batch, threads_, [&](Index tile, int worker) {
    if (monitor != nullptr && monitor->stop_requested()) throw Stopped();
    auto& workspace = workspaces[static_cast<std::size_t>(worker)];
    if (!workspace) workspace = denoiser_->workspace();
    const Index first = tile * batch, count = std::min(batch, n - first);
    Matrix<T> x_t = gain * (noisy.middleCols(first, count).colwise() - mean_of_signals);
    transform_.forward(x_t);
    auto mean = result.mean.middleCols(first, count);
    denoiser_->posterior(x_t, {&level, 1}, mean, result.variance.segment(first, count), *workspace);
    mean *= scale;
    transform_.inverse(mean);
    mean.colwise() += mean_of_signals;
  });
  result.variance *= scale * scale;
  return result;
}

template class TruthMixture<double>;
template class TruthMixture<std::complex<double>>;

}  // namespace pellucid
