// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/signal/statistics.hpp"

namespace pellucid {

namespace {

template <class T>
bool have_one_shape(const SignalSource<T>& source) {
  for (Index i = 1; i < source.count(); ++i) {
    if (source.shape(i) != source.shape(0)) return false;
  }
  return true;
}

// Sums about the first signal (or its first entry), so that a large common offset cancels nothing.
template <class T>
class Sums {
 public:
  explicit Sums(bool one_mean) : one_mean_(one_mean) {}

  void add(const Matrix<Wide<T>>& signals) {
    if (entries_ == 0) start(signals);
    energy_ += signals.squaredNorm();
    entries_ += signals.size();
    columns_ += signals.cols();
    const Matrix<Wide<T>> shifted = one_mean_ ? Matrix<Wide<T>>(signals.array() - shift_(0))
                                              : Matrix<Wide<T>>(signals.colwise() - shift_);
    squares_ += shifted.squaredNorm();
    if (one_mean_) {
      sum_(0) += shifted.sum();
    } else {
      sum_ += shifted.rowwise().sum();
    }
  }

  [[nodiscard]] SignalStatistics<T> statistics() const {
    const double repeats = static_cast<double>(one_mean_ ? entries_ : columns_);
    const Vector<Wide<T>> mean = sum_ / repeats;
    const double power = (squares_ - repeats * mean.squaredNorm()) / static_cast<double>(entries_);
    return {shift_ + mean, std::max(0.0, power), energy_, entries_, true};
  }

 private:
  void start(const Matrix<Wide<T>>& signals) {
    shift_ = signals.col(0);
    if (one_mean_) shift_ = Vector<Wide<T>>::Constant(1, signals(0, 0));
    sum_ = Vector<Wide<T>>::Zero(shift_.size());
  }

  bool one_mean_;
  Vector<Wide<T>> shift_, sum_;
  double squares_ = 0.0, energy_ = 0.0;
  Index entries_ = 0, columns_ = 0;
};

}  // namespace

template <class T>
Eigen::VectorXd SignalStatistics<T>::centred_powers(ConstBatch<T> signals) const {
  Eigen::VectorXd powers(signals.cols());
  for (Index j = 0; j < signals.cols(); ++j) {
    const auto wide = signals.col(j).template cast<Wide<T>>();
    powers(j) =
        mean.size() == 1 ? (wide.array() - mean(0)).abs2().sum() : (wide - mean).squaredNorm();
  }
  return powers;
}

template <class T>
SignalStatistics<T> measure_signals(const SignalSource<T>& source, MeanOf mean, Index block_entries,
                                    Monitor* monitor) {
  const Task task(monitor, "reading", static_cast<double>(source.count()));
  const bool one_shape = have_one_shape(source);
  const bool one_mean =
      mean == MeanOf::all_entries || !one_shape || source.is_sound() || source.count() < 2;
  Sums<T> sums(one_mean);
  SignalBlock block;
  for (Index first = 0; first < source.count(); first += block.count) {
    block = block_from(source, first, block_entries);
    Matrix<T> signals(entries_of(source.shape(first)), block.count);
    source.read(first, signals);
    sums.add(signals.template cast<Wide<T>>());
    task.update(static_cast<double>(first + block.count));
  }
  SignalStatistics<T> statistics = sums.statistics();
  statistics.one_shape = one_shape;
  return statistics;
}

#define PELLUCID_INSTANTIATE(T)        \
  template struct SignalStatistics<T>; \
  template SignalStatistics<T> measure_signals<T>(const SignalSource<T>&, MeanOf, Index, Monitor*);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
