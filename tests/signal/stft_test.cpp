// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "signals.hpp"

namespace pellucid {
namespace {

using Kind = Framing::Kind;
using Complex = std::complex<double>;
using testing::HasSubstr;
constexpr double pi = std::numbers::pi;

Framing stft_of(Index size, Index stride) { return {Kind::stft, {size}, stride}; }

double window(Index n, Index size) { return std::sin(pi * double(n) / double(size)); }

// Entries of frame `j` before the window: those of interior frames are the signal's.
Eigen::VectorXd piece(const Eigen::VectorXd& x, Index j, Index size, Index stride) {
  const Index period = 2 * (x.size() - 1);
  Eigen::VectorXd frame(size);
  for (Index i = 0; i < size; ++i) {
    const Index n = ((((j - (size - 1) / stride) * stride + i) % period) + period) % period;
    frame[i] = x[n < x.size() ? n : period - n];
  }
  return frame;
}

// `sum_n w[n] x[n] exp(-2 pi i k n / size)`, all bins.
Eigen::VectorXcd spectrum(const Eigen::VectorXd& frame) {
  const Index size = frame.size();
  Eigen::VectorXcd bins = Eigen::VectorXcd::Zero(size);
  for (Index k = 0; k < size; ++k) {
    for (Index n = 0; n < size; ++n) {
      bins[k] += std::polar(window(n, size) * frame[n], -2 * pi * double(k * n) / double(size));
    }
  }
  return bins;
}

template <class T>
class Stft : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(Stft, Types);

TYPED_TEST(Stft, UnchangedSpectraGiveTheSignalBack) {
  using T = TypeParam;
  for (const auto& [size, stride] : std::vector<std::pair<Index, Index>>{
           {512, 256}, {64, 32}, {64, 31}, {64, 17}, {64, 1}, {10, 5}, {6, 2}, {4, 2}, {4, 1}}) {
    for (const Index length : {1, 2, 3, 31, 64, 65, 1001}) {
      const Vector<T> x = test::random_signal<T>(length);
      const auto framer = make_framer<T, std::complex<T>>(stft_of(size, stride), {length}, x);
      EXPECT_EQ(framer->dim(), size / 2 - 1);
      const Vector<T> back = test::join(*framer, test::all_vectors(*framer));
      ASSERT_EQ(back.size(), length);
      EXPECT_LE((back - x).cwiseAbs().maxCoeff(), test::rounding<T>)
          << size << " every " << stride << ", length " << length;
    }
  }
}

TEST(Stft, AgreesWithTheDefinition) {
  const Index size = 24, stride = 7;
  const Eigen::VectorXd x = test::random_signal<double>(100);
  const auto framer = make_framer<double, Complex>(stft_of(size, stride), {100}, x);
  const Eigen::MatrixXcd all = test::all_vectors(*framer);
  for (Index j = 0; j < framer->count(); ++j) {
    const Eigen::VectorXcd expected = spectrum(piece(x, j, size, stride)).segment(1, size / 2 - 1);
    EXPECT_LE((all.col(j) - expected).cwiseAbs().maxCoeff(), 1e-12) << "frame " << j;
  }
}

TEST(Stft, CosineIsInItsBin) {
  const Index size = 512, bin = 20;
  Eigen::VectorXd x(4096);
  for (Index n = 0; n < x.size(); ++n) x[n] = 3 * std::cos(2 * pi * bin * double(n) / size + 0.4);
  const auto framer = make_framer<double, Complex>(stft_of(size, 256), {4096}, x);
  const Eigen::MatrixXcd all = test::all_vectors(*framer);
  double sum = 0;  // of the window
  for (Index n = 0; n < size; ++n) sum += window(n, size);
  for (Index j = 1; j < framer->count() - 1; ++j) {  // frames without reflection
    Index strongest = 0;
    all.col(j).cwiseAbs().maxCoeff(&strongest);
    EXPECT_EQ(strongest, bin - 1) << "frame " << j;  // entry 0 is bin 1
    // The window's spectrum falls with the square of the distance: the mirror image adds 1e-4.
    EXPECT_NEAR(std::abs(all(bin - 1, j)), 1.5 * sum, 1e-3 * sum);
  }
}

// Frames side by side do not share noise, so they count as independent.
TEST(Stft, WhiteNoiseHasTheStatedMoments) {
  const Index size = 64, frames = 4000;
  const double deviation = 0.7;
  const Eigen::VectorXd x = deviation * test::random_signal<double>(size * frames);
  const auto framer = make_framer<double, Complex>(stft_of(size, size / 2), {x.size()}, x);
  const Eigen::MatrixXcd all = test::all_vectors(*framer);
  Eigen::MatrixXcd z(all.rows(), frames - 1);
  for (Index j = 0; j < z.cols(); ++j) z.col(j) = all.col(2 * j + 1);  // starts at j size

  const double variance = deviation * deviation * stft_of(size, 32).noise_gain();
  const Index bins = z.rows();
  for (const Index k : {Index{0}, bins / 2, bins - 1}) {
    EXPECT_NEAR(z.row(k).squaredNorm() / double(z.cols()) / variance, 1.0,
                5 / std::sqrt(double(z.cols())))
        << "bin " << k + 1;
  }
  // Mean over bins too; 6 standard errors of independent terms.
  const double bound = 6 / std::sqrt(double(z.cols() * bins));
  const auto correlation = [&](Index apart) {
    return (z.topRows(bins - apart).conjugate().cwiseProduct(z.bottomRows(bins - apart))).mean() /
           variance;
  };
  EXPECT_LE(std::abs(correlation(0) - 1.0), bound);
  EXPECT_LE(std::abs(correlation(1) + 0.5), bound);
  EXPECT_LE(std::abs(correlation(2)), bound);
  EXPECT_LE(std::abs(correlation(3)), bound);
  EXPECT_LE(std::abs(z.array().square().mean()) / variance, bound);  // circular
  EXPECT_LE(std::abs(z.topRows(bins - 1).cwiseProduct(z.bottomRows(bins - 1)).mean()) / variance,
            bound);
}

TEST(Stft, RealBinsAreFiltered) {
  const Index size = 16, stride = 8, length = 77;
  const double noise_std = 0.6;
  Framing framing = stft_of(size, stride);
  framing.edge_mean = {0.4, -0.3};
  framing.edge_variance = {5.0, 0.8};
  const Eigen::VectorXd x = test::random_signal<double>(length);
  const auto framer = make_framer<double, Complex>(framing, {length}, x);
  const Eigen::VectorXd joined = test::join(*framer, test::all_vectors(*framer), 3, noise_std);

  // With half overlap the windows' squares sum to one.
  Eigen::VectorXd expected = Eigen::VectorXd::Zero(length);
  for (Index j = 0; j < framer->count(); ++j) {
    Eigen::VectorXcd bins = spectrum(piece(x, j, size, stride));
    for (std::size_t e = 0; e < 2; ++e) {
      const double v = framing.edge_variance[e], m = framing.edge_mean[e];
      Complex& bin = bins[e == 0 ? 0 : size / 2];
      bin = m + v / (v + noise_std * noise_std * 8) * (bin.real() - m);
    }
    for (Index n = 0; n < size; ++n) {
      Complex sum = 0;
      for (Index k = 0; k < size; ++k) {
        sum += bins[k] * std::polar(1.0 / size, 2 * pi * double(k * n) / size);
      }
      const Index at = (j - 1) * stride + n;
      if (at >= 0 && at < length) expected[at] += window(n, size) * sum.real();
    }
  }
  EXPECT_LE((joined - expected).cwiseAbs().maxCoeff(), 1e-13);
}

// The noise of the real bins has the whole variance of a complex one.
TEST(EdgeStatistics, MeanAndVarianceOfTheRealBins) {
  Framing framing = stft_of(32, 16);
  EdgeStatistics<double> statistics(framing);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    statistics.gather(0.5 * test::random_signal<double>(3200, seed) +
                      Eigen::VectorXd::Constant(3200, 100.0));
  }
  statistics.store(framing);
  double sum = 0;
  for (Index n = 0; n < 32; ++n) sum += window(n, 32);
  const double variance = 0.25 * framing.noise_gain();
  // 4000 frames, neighbours half alike: 6 standard errors.
  const double bound = 6 * std::sqrt(2.0 / 2000);
  EXPECT_NEAR(framing.edge_mean[0], 100 * sum, bound * std::sqrt(variance));
  double alternating = 0;
  for (Index n = 0; n < 32; ++n) alternating += (n % 2 == 0 ? 1 : -1) * window(n, 32);
  EXPECT_NEAR(framing.edge_mean[1], 100 * alternating, bound * std::sqrt(variance));
  EXPECT_NEAR(framing.edge_variance[0] / variance, 1.0, bound);
  EXPECT_NEAR(framing.edge_variance[1] / variance, 1.0, bound);
}

TEST(EdgeStatistics, NeedsShortTimeSpectraAndSignals) {
  EXPECT_THAT(test::message_of([] {
                EdgeStatistics<float>({Kind::frames, {8}, 4});
              }),
              HasSubstr("stft only"));
  Framing framing = stft_of(8, 4);
  const EdgeStatistics<float> nothing(framing);
  EXPECT_THAT(test::message_of([&] { nothing.store(framing); }), HasSubstr("no clean signal"));
}

}  // namespace
}  // namespace pellucid
