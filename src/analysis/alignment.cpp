// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/alignment.hpp"

#include <atomic>
#include <cmath>
#include <limits>

#include "analysis/noise_levels.hpp"
#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/denoiser/linear_filter.hpp"
#include "pellucid/spiked/spiked_model.hpp"

namespace pellucid {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Of every component: columns are repetitions of one level after another.
struct Measured {
  Eigen::MatrixXd cos2, eigenvalues;
};

template <class T>
Measured measure(const TrainingSignals<T>& training, const AlignmentOptions& options,
                 Monitor* monitor) {
  const auto levels = static_cast<Index>(options.noise_std.size());
  const Index tasks = levels * options.repeats, components = training.components();
  Measured out{Eigen::MatrixXd::Zero(components, tasks), Eigen::MatrixXd::Zero(components, tasks)};
  const Task progress(monitor, "fitting at every noise level", static_cast<double>(tasks));
  std::atomic<Index> done{0};
  parallel_for(tasks, options.threads, [&](Index task, int worker) {
    const Index level = task / options.repeats;
    const auto repeat = static_cast<std::uint32_t>(task % options.repeats);
    const SampleSpectrum<T> spectrum = sample_spectrum<T>(
        training.noisy(repeat, level, options.noise_std[static_cast<std::size_t>(level)]),
        components, training.is_centred());
    // Components that n < k samples cannot have keep the cosine and the eigenvalue 0.
    out.cos2.col(task).head(spectrum.rank()) =
        squared_cosines(spectrum.eigenvectors, training.basis(), training.variances());
    out.eigenvalues.col(task).head(spectrum.rank()) = spectrum.eigenvalues;
    ++done;
    if (worker == 0) progress.update(static_cast<double>(done));
  });
  return out;
}

double standard_error(const Eigen::Ref<const Eigen::RowVectorXd>& values) {
  const auto n = static_cast<double>(values.size());
  if (n < 2) return nan;
  return std::sqrt((values.array() - values.mean()).square().sum() / (n - 1) / n);
}

// Spike i less its mixing with those that differ: equal ones share their subspace.
double mixed_cosine(const SpikedModel& model, const Eigen::VectorXd& spikes, Index i,
                    double samples) {
  std::vector<double> apart{spikes(i)};
  for (const double spike : spikes) {
    if (spike != spikes(i)) apart.push_back(spike);
  }
  return model.squared_cosines(apart, samples).front();
}

// Noise at which the limit of the squared cosine is 1/2: theta^2 - gamma theta - 2 gamma = 0.
double half_std(double variance, double gamma) {
  return std::sqrt(2 * variance / (gamma + std::sqrt(gamma * (gamma + 8))));
}

// The highest noise at which the measured squared cosine crosses 1/2.
double measured_half_std(const std::vector<AlignmentRow>& rows, Index component) {
  std::vector<const AlignmentRow*> levels;
  for (const AlignmentRow& row : rows) {
    if (row.component == component) levels.push_back(&row);
  }
  std::sort(levels.begin(), levels.end(),
            [](const auto* a, const auto* b) { return a->noise_std > b->noise_std; });
  for (std::size_t i = 1; i < levels.size(); ++i) {
    const AlignmentRow &noisier = *levels[i - 1], &cleaner = *levels[i];
    if (noisier.cos2 >= 0.5 || cleaner.cos2 < 0.5) continue;
    const double part = (0.5 - noisier.cos2) / (cleaner.cos2 - noisier.cos2);
    return noisier.noise_std * std::pow(cleaner.noise_std / noisier.noise_std, part);
  }
  return nan;
}

}  // namespace

template <class T>
Alignment measure_alignment(const TrainingSignals<T>& training, const AlignmentOptions& options,
                            Monitor* monitor) {
  check_noise_levels(options.noise_std);
  if (options.repeats < 1) {
    throw Error("repeats: " + std::to_string(options.repeats) + ": give 1 or more");
  }
  const linalg::SingleThreadedBlas blas;
  const Measured measured = measure(training, options, monitor);

  Alignment out;
  out.noise_std = options.noise_std;
  out.dim = training.dim();
  out.samples = training.samples();
  out.gamma = training.gamma();
  out.repeats = options.repeats;
  out.complex_data = is_complex<T>;
  out.synthetic = training.is_synthetic();
  const Eigen::VectorXd& variances = training.variances();
  const auto freedom = static_cast<double>(training.freedom());
  Index column = 0;
  for (const double noise_std : options.noise_std) {
    const SpikedModel model(noise_std * noise_std, out.gamma);
    for (Index i = 0; i < variances.size(); ++i) {
      const auto cos2 = measured.cos2.row(i).segment(column, options.repeats);
      AlignmentRow row;
      row.component = i + 1;
      row.noise_std = noise_std;
      row.cos2 = cos2.mean();
      row.cos2_stderr = standard_error(cos2);
      row.cos2_theory = model.squared_cosine(variances(i));
      row.cos2_mixing =
          out.synthetic ? mixed_cosine(model, variances, i, freedom) : row.cos2_theory;
      row.eigenvalue = measured.eigenvalues.row(i).segment(column, options.repeats).mean();
      row.eigenvalue_theory = model.sample_eigenvalue(variances(i));
      out.mean_difference += std::abs(row.cos2 - row.cos2_theory);
      out.mean_difference_mixing += std::abs(row.cos2 - row.cos2_mixing);
      out.rows.push_back(row);
    }
    column += options.repeats;
  }
  out.mean_difference /= static_cast<double>(out.rows.size());
  out.mean_difference_mixing /= static_cast<double>(out.rows.size());
  for (Index i = 0; i < variances.size(); ++i) {
    out.emergence.push_back({i + 1, variances(i), std::sqrt(variances(i) / std::sqrt(out.gamma)),
                             half_std(variances(i), out.gamma),
                             measured_half_std(out.rows, i + 1)});
  }
  return out;
}

#define PELLUCID_INSTANTIATE(T)                                                               \
  template Alignment measure_alignment<T>(const TrainingSignals<T>&, const AlignmentOptions&, \
                                          Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
