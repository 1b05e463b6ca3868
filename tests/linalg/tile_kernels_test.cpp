// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/tile_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "base/isa.hpp"
#include "pellucid/base/types.hpp"

namespace pellucid::linalg {
namespace {

// A matrix, a batch and the packed forms of both, all from one seed.
template <class Real>
struct Case {
  Case(const TileKernels<Real>& table, Index matrix_rows, Index matrix_cols, Index count)
      : kernels(table), rows(matrix_rows), cols(matrix_cols), samples(count) {
    a = random(rows, cols);
    x = random(cols, samples);
    packed.setZero(padded(rows, block_rows) * cols);
    for (Index i = 0; i < rows; ++i) {
      for (Index c = 0; c < cols; ++c) {
        packed((i / block_rows * cols + c) * block_rows + i % block_rows) = a(i, c);
      }
    }
    panels.setConstant(cols * capacity(), Real(7));
    kernels.pack(x.data(), cols, nullptr, samples, cols, panels.data());
  }

  Matrix<Real> random(Index r, Index c) {
    std::normal_distribution<double> normal;
    Matrix<Real> m(r, c);
    for (Index j = 0; j < c; ++j) {
      for (Index i = 0; i < r; ++i) m(i, j) = static_cast<Real>(normal(engine));
    }
    return m;
  }
  [[nodiscard]] Index capacity() const { return padded(samples, kernels.width); }
  [[nodiscard]] PackedRows<Real> matrix() const {
    return {packed.data(), padded(rows, block_rows), cols};
  }
  // Panels of `panel_rows` entries as columns.
  [[nodiscard]] Matrix<Real> unpacked(const Vector<Real>& from, Index panel_rows) const {
    Matrix<Real> to(panel_rows, samples);
    kernels.unpack(from.data(), panel_rows, nullptr, samples, panel_rows, false, to.data(),
                   panel_rows);
    return to;
  }
  Vector<Real> per_row(double from, double to) {
    std::uniform_real_distribution<double> uniform(from, to);
    Vector<Real> values = Vector<Real>::Zero(padded(rows, block_rows));
    for (Index i = 0; i < rows; ++i) values(i) = static_cast<Real>(uniform(engine));
    return values;
  }
  Vector<Real> per_sample(double from, double to) {
    std::uniform_real_distribution<double> uniform(from, to);
    Vector<Real> values(capacity());
    for (Real& value : values) value = static_cast<Real>(uniform(engine));
    return values;
  }

  const TileKernels<Real>& kernels;
  Index rows, cols, samples;
  std::mt19937 engine{1};
  Matrix<Real> a, x;
  Vector<Real> packed, panels;
};

// Rounding of a product of some tens of terms.
template <class Real>
constexpr double tolerance = 100 * static_cast<double>(std::numeric_limits<Real>::epsilon());

template <class F>
void for_all_cases(F&& f) {
  for (const Isa isa : supported_isas()) {
    const auto sizes = [&]<class Real>() {
      const auto& kernels = tile_kernels<Real>(isa);
      SCOPED_TRACE(std::string(name(isa)) + (sizeof(Real) == 4 ? " float" : " double"));
      for (const Index samples : {Index{1}, Index{2}, kernels.lanes, kernels.lanes + 1,
                                  kernels.width - 1, kernels.width, 2 * kernels.width + 3}) {
        Case<Real> c(kernels, 21, 13, samples);
        f(c);
        Case<Real> large(kernels, 24, 900, samples);  // more than one group of rows
        f(large);
      }
    };
    sizes.template operator()<float>();
    sizes.template operator()<double>();
  }
}

TEST(TileKernels, PackAndUnpackAreInverse) {
  for_all_cases([]<class Real>(Case<Real>& c) {
    EXPECT_EQ(c.unpacked(c.panels, c.cols), c.x);
    std::vector<Index> columns = {c.samples - 1, 0};
    Vector<Real> two = Vector<Real>::Zero(c.cols * c.capacity());
    c.kernels.pack(c.x.data(), c.cols, columns.data(), 2, c.cols, two.data());
    Matrix<Real> sum = c.x;
    c.kernels.unpack(two.data(), c.cols, columns.data(), 2, c.cols, true, sum.data(), c.cols);
    EXPECT_EQ(sum.col(0), c.samples == 1 ? Vector<Real>(Real(3) * c.x.col(0))
                                         : Vector<Real>(Real(2) * c.x.col(0)));
  });
}

TEST(TileKernels, RotateWeighsAndStores) {
  for_all_cases([]<class Real>(Case<Real>& c) {
    const Vector<Real> shift = c.per_row(-1, 1), precision = c.per_row(0.1, 2);
    const Index rows = shift.size();
    Eigen::VectorXd energy = Eigen::VectorXd::Ones(c.capacity()), square = 2 * energy;
    Vector<Real> z = Vector<Real>::Zero(rows * c.capacity());
    c.kernels.rotate(c.matrix(), c.panels.data(), c.samples, {shift.data(), precision.data()},
                     z.data(), energy.data(), square.data());
    const Eigen::MatrixXd expected =
        (c.a.template cast<double>() * c.x.template cast<double>()).colwise() -
        shift.head(c.rows).template cast<double>();
    const Matrix<Real> found = c.unpacked(z, rows);
    const double size = expected.cwiseAbs().maxCoeff();
    EXPECT_LT((found.topRows(c.rows).template cast<double>() - expected).cwiseAbs().maxCoeff(),
              tolerance<Real> * size);
    const Eigen::VectorXd weighted = expected.array().square().matrix().transpose() *
                                     precision.head(c.rows).template cast<double>();
    for (Index j = 0; j < c.samples; ++j) {
      EXPECT_NEAR(energy(j), 1 + weighted(j), tolerance<Real> * weighted(j));
      EXPECT_NEAR(square(j), 2 + expected.col(j).squaredNorm(),
                  tolerance<Real> * expected.col(j).squaredNorm());
    }
  });
}

TEST(TileKernels, RotateEachHasALevelForEverySample) {
  for_all_cases([]<class Real>(Case<Real>& c) {
    const Vector<Real> mean = c.per_row(-1, 1), l = c.per_row(0, 3);
    const Vector<Real> root = c.per_sample(0.1, 1), noise = c.per_sample(1e-3, 1);
    const Vector<Real> alpha_bar = root.cwiseAbs2();
    const SampleLevels<Real> levels = {mean.data(), l.data(), root.data(), alpha_bar.data(),
                                       noise.data()};
    Eigen::VectorXd energy = Eigen::VectorXd::Zero(c.capacity()), square = energy, log_det = energy;
    const Index rows = mean.size();
    Vector<Real> z = Vector<Real>::Zero(rows * c.capacity());
    c.kernels.rotate_each(c.matrix(), c.panels.data(), c.samples, levels, z.data(), energy.data(),
                          log_det.data());
    c.kernels.scale_each(rows, c.samples, levels, z.data());
    const Matrix<Real> scaled = c.unpacked(z, rows);
    for (Index j = 0; j < c.samples; ++j) {
      const Eigen::VectorXd d =
          c.a.template cast<double>() * c.x.col(j).template cast<double>() -
          static_cast<double>(root(j)) * mean.head(c.rows).template cast<double>();
      const Eigen::ArrayXd s =
          static_cast<double>(alpha_bar(j)) * l.template cast<double>().array() +
          static_cast<double>(noise(j));
      const double expected = (d.array().square() / s.head(c.rows)).sum();
      EXPECT_NEAR(energy(j), expected, tolerance<Real> * expected);
      EXPECT_NEAR(log_det(j), s.log().sum(), 1e-13 * s.log().abs().sum());
      const Eigen::VectorXd gain = static_cast<double>(root(j)) *
                                   l.head(c.rows).template cast<double>().array() / s.head(c.rows);
      const Eigen::VectorXd filtered = gain.cwiseProduct(d);
      EXPECT_LT((scaled.col(j).head(c.rows).template cast<double>() - filtered).norm(),
                tolerance<Real> * d.norm());
    }
  });
}

TEST(TileKernels, BlendAddsWeightedMeans) {
  for_all_cases([]<class Real>(Case<Real>& c) {
    const Vector<Real> mean = c.per_row(-1, 1), weight = c.per_sample(0, 1),
                       keep = c.per_sample(0, 1);
    const Index rows = mean.size();
    Vector<Real> out = Vector<Real>::Ones(rows * c.capacity());
    c.kernels.blend(c.matrix(), c.panels.data(), c.samples, mean.data(), weight.data(), keep.data(),
                    out.data());
    const Matrix<Real> found = c.unpacked(out, rows);
    for (Index j = 0; j < c.samples; ++j) {
      const Eigen::VectorXd mu = c.a.template cast<double>() * c.x.col(j).template cast<double>() +
                                 mean.head(c.rows).template cast<double>();
      const Eigen::VectorXd expected =
          (static_cast<double>(weight(j)) * mu).array() + static_cast<double>(keep(j));
      EXPECT_LT((found.col(j).head(c.rows).template cast<double>() - expected).norm(),
                tolerance<Real> * (1 + mu.norm()));
    }
  });
}

TEST(TileKernels, FilterGivesTheEnergyToo) {
  for_all_cases([]<class Real>(Case<Real>& given) {
    Case<Real> c(given.kernels, given.cols, given.cols, given.samples);
    const Vector<Real> shift = c.per_row(-1, 1), centre = c.per_row(-1, 1), mean = c.per_row(-1, 1);
    const Vector<Real> weight = c.per_sample(0, 1), keep = c.per_sample(0, 1);
    const Index rows = shift.size();
    const Real root = Real(0.5);
    Eigen::VectorXd energy = Eigen::VectorXd::Ones(c.capacity());
    Vector<Real> w = Vector<Real>::Zero(rows * c.capacity()), out = w, fresh = w;
    c.kernels.filter(c.matrix(), c.panels.data(), c.samples, shift.data(), centre.data(), root,
                     w.data(), energy.data());
    out.setOnes();
    fresh.setConstant(std::numeric_limits<Real>::quiet_NaN());
    c.kernels.combine(rows, c.samples, w.data(), mean.data(), weight.data(), keep.data(),
                      out.data());
    c.kernels.combine(rows, c.samples, w.data(), mean.data(), weight.data(), nullptr, fresh.data());
    const Matrix<Real> found = c.unpacked(w, rows), combined = c.unpacked(out, rows),
                       stored = c.unpacked(fresh, rows);
    for (Index j = 0; j < c.samples; ++j) {
      const Eigen::VectorXd x = c.x.col(j).template cast<double>();
      const Eigen::VectorXd expected =
          c.a.template cast<double>() * x - shift.head(c.rows).template cast<double>();
      const Eigen::VectorXd d = x - centre.head(c.rows).template cast<double>();
      const double scale = tolerance<Real> * (1 + expected.norm());
      EXPECT_LT((found.col(j).head(c.rows).template cast<double>() - expected).norm(), scale);
      EXPECT_NEAR(energy(j), 1 + d.dot(d - 0.5 * expected), scale * (1 + d.norm()));
      const Eigen::VectorXd mu =
          static_cast<double>(weight(j)) * (expected + mean.head(c.rows).template cast<double>());
      EXPECT_LT((stored.col(j).head(c.rows).template cast<double>() - mu).norm(), scale);
      const Eigen::VectorXd both = mu.array() + static_cast<double>(keep(j));
      EXPECT_LT((combined.col(j).head(c.rows).template cast<double>() - both).norm(), scale);
    }
  });
}

TEST(TileKernels, SoftmaxInOneGoAndRunning) {
  for (const Isa isa : supported_isas()) {
    const auto& kernels = tile_kernels<double>(isa);
    constexpr Index count = 37, samples = 50;
    const Index stride = padded(samples, kernels.width);
    std::mt19937 engine(3);
    std::uniform_real_distribution<double> uniform(-900, 0);
    Eigen::MatrixXd logs = Eigen::MatrixXd::Zero(stride, count);
    for (Index k = 0; k < count; ++k) {
      for (Index j = 0; j < samples; ++j) logs(j, k) = uniform(engine) * (j % 3 == 0 ? 0.01 : 1);
    }
    logs(4, 5) = -std::numeric_limits<double>::infinity();
    Eigen::MatrixXd weights = logs;
    kernels.softmax(weights.data(), count, stride, samples, 1e-12);
    Eigen::VectorXd largest(stride), sum = Eigen::VectorXd::Zero(stride), weight(stride),
                                     keep(stride), total = sum;
    largest.setConstant(-std::numeric_limits<double>::infinity());
    for (Index k = 0; k < count; ++k) {
      kernels.running_softmax(logs.col(k).data(), samples, largest.data(), sum.data(),
                              weight.data(), keep.data());
      total = total.cwiseProduct(keep) + weight;
    }
    for (Index j = 0; j < samples; ++j) {
      const double most = logs.row(j).maxCoeff();
      double expected = 0;
      for (Index k = 0; k < count; ++k) expected += std::exp(logs(j, k) - most);
      EXPECT_EQ(largest(j), most);
      EXPECT_NEAR(sum(j), expected, 1e-14 * expected);
      EXPECT_NEAR(total(j), expected, 1e-14 * expected);
      for (Index k = 0; k < count; ++k) {
        const double p = std::exp(logs(j, k) - most) / expected;
        EXPECT_NEAR(weights(j, k), p < 1e-12 ? 0.0 : p, 1e-14 * p) << k;
      }
    }
  }
}

TEST(Isa, TheBestIsActiveAndNamesAreTheirs) {
  EXPECT_EQ(supported_isas().front(), Isa::baseline);
  EXPECT_EQ(name(Isa::avx2), "avx2");
  const char* wanted = std::getenv("PELLUCID_ISA");
  EXPECT_EQ(name(active_isa()), wanted == nullptr ? name(supported_isas().back()) : wanted);
}

}  // namespace
}  // namespace pellucid::linalg
