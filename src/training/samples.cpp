// SPDX-License-Identifier: BSD-3-Clause
#include "training/samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "model/transformed_source.hpp"

namespace pellucid::training {

namespace {

constexpr Index block = 1024;  // samples read at a time

// A power of two, which rounds nothing, that brings numbers of any unit where single precision has
// room; 0 for zeros.
double scaling_of(const Eigen::MatrixXd& magnitudes) {
  const double largest = magnitudes.maxCoeff();
  if (!(largest > 0) || !std::isfinite(largest)) return 0;
  return std::ldexp(1.0, std::clamp(-std::ilogb(largest), -1000, 1000));
}

}  // namespace

std::string TrainingSamples::fingerprint() const {
  // FNV-1a over words of 8 bytes, in four lanes.
  constexpr std::uint64_t prime = 0x100000001b3;
  std::uint64_t hash[4] = {0xcbf29ce484222325, 1, 2, 3};
  const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
  const auto size = static_cast<std::size_t>(values.size()) * sizeof(float);
  for (std::size_t i = 0; i < size; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, std::min<std::size_t>(8, size - i));
    auto& lane = hash[i / 8 % 4];
    lane = (lane ^ word) * prime;
    lane ^= lane >> 29;
  }
  std::uint64_t all = static_cast<std::uint64_t>(size);
  for (const std::uint64_t lane : hash) all = (all ^ lane) * prime ^ lane >> 31;
  return fmt::format("{:016x}", all);
}

template <class T>
std::pair<TrainingSamples, Model> read_samples(const SampleSource<T>& clean,
                                               const SampleSpace& space, Monitor* monitor) {
  const TransformedSource<T> source(clean, space.transform, space.shape);
  const Index count = source.count(), dim = source.dim();
  if (count == 0) throw Error("no samples to fit: give at least two");
  const Task task(monitor, "reading", static_cast<double>(count));
  TrainingSamples samples;
  samples.complex = is_complex<T>;
  samples.values.resize(is_complex<T> ? 2 * dim : dim, count);
  Matrix<T> buffer(dim, std::min(block, count));
  source.read(0, buffer.leftCols(1));
  const Vector<T> shift = buffer.col(0);
  UnitSums<T> sums(shift);
  double scaling = 0;  // of the first samples that differ; those before them are stored as zeros
  for (Index first = 0; first < count; first += block) {
    auto columns = buffer.leftCols(std::min(block, count - first));
    source.read(first, columns);
    sums.add(columns);
    if (scaling == 0) scaling = scaling_of(columns.cwiseAbs());
    columns *= scaling;
    auto stored = samples.values.middleCols(first, columns.cols());
    stored.topRows(dim) = columns.real().template cast<float>();
    if constexpr (is_complex<T>) stored.bottomRows(dim) = columns.imag().template cast<float>();
    task.update(static_cast<double>(first + columns.cols()));
  }
  const SampleUnits<T> units = sums.units();
  Model model = model_with_units(units, space, "network", count);
  // What is stored has lost the first sample; the mean is still to go.
  const Vector<T> mean = scaling * (units.offset - shift);
  Eigen::VectorXf offset(samples.entries());
  offset.head(dim) = mean.real().template cast<float>();
  if constexpr (is_complex<T>) offset.tail(dim) = mean.imag().template cast<float>();
  const auto factor = static_cast<float>(1 / (scaling * model.scale));
  samples.values.colwise() -= offset;
  samples.values *= factor;
  return {std::move(samples), std::move(model)};
}

template std::pair<TrainingSamples, Model> read_samples(const SampleSource<double>&,
                                                        const SampleSpace&, Monitor*);
template std::pair<TrainingSamples, Model> read_samples(const SampleSource<std::complex<double>>&,
                                                        const SampleSpace&, Monitor*);

}  // namespace pellucid::training
