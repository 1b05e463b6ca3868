// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/evaluate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pellucid/base/random.hpp"
#include "pellucid/model/estimator.hpp"
#include "pellucid/model/fit.hpp"
#include "pellucid/model/training_vectors.hpp"
#include "support/golden.hpp"

namespace pellucid {
namespace {

Model mixture_model(const std::string& name) {
  Model model;
  const auto prior = test::golden_mixture<double>(name);
  model.shape = {prior.dim()};
  model.offset = Eigen::VectorXcd::Zero(prior.dim());
  model.prior = RealPrior(prior);
  return model;
}

const EvaluationRow& row(const Evaluation& evaluation, const std::string& method, double snr_db,
                         const std::string& model = "") {
  const auto found =
      std::find_if(evaluation.rows.begin(), evaluation.rows.end(), [&](const EvaluationRow& r) {
        return r.method == method && std::abs(r.snr_db - snr_db) < 1e-9 && r.model == model;
      });
  if (found == evaluation.rows.end()) throw Error("no row " + method);
  return *found;
}

EvaluateOptions at(std::vector<double> snr_db, std::vector<Method> methods) {
  EvaluateOptions options;
  options.snr_db = std::move(snr_db);
  options.methods = std::move(methods);
  return options;
}

const Model& truth() {
  static const Model model = mixture_model("mixture_small");
  return model;
}

const Matrix<double>& clean() {
  static const Matrix<double> x = draw<double>(truth(), 4000, 3);
  return x;
}

// Truth known: least squares has 1 / SNR, one step is the conditional mean itself, the measured
// error of it agrees with the posterior variance, and excesses are differences of errors in mean.
TEST(Evaluate, KnownTruthTiesTheNumbersTogether) {
  const NamedModel model{"m", truth()};
  const auto options = at({-5, 5}, {Method::one_step, Method::mean_forwarding});
  const Evaluation result = evaluate<double>(clean(), {model}, &model, options);
  for (const double snr_db : {-5.0, 5.0}) {
    const auto& cme = row(result, "cme", snr_db);
    const auto& least_squares = row(result, "least-squares", snr_db);
    const auto& one_step = row(result, "one-step", snr_db, "m");
    const auto& wiener = row(result, "wiener", snr_db);
    const auto& forwarding = row(result, "mean-forwarding", snr_db, "m");
    EXPECT_NEAR(least_squares.nmse, 1 / from_db(snr_db), 5 * least_squares.nmse_stderr);
    EXPECT_NEAR(one_step.nmse, cme.nmse, 1e-12);
    EXPECT_LT(*one_step.excess, 1e-20);
    EXPECT_NEAR(*cme.mmse, cme.nmse, 5 * std::hypot(cme.nmse_stderr, *cme.mmse_stderr));
    EXPECT_LT(*cme.mmse_stderr, cme.nmse_stderr);
    for (const auto* other : {&wiener, &forwarding}) {
      EXPECT_GT(*other->excess, 0);
      EXPECT_NEAR(*other->excess, other->nmse - cme.nmse, 5 * other->nmse_stderr);
      EXPECT_LT(*other->excess_stderr, other->nmse_stderr);
    }
    EXPECT_EQ(one_step.evaluations, 1);
    EXPECT_EQ(one_step.steps, 1);
    EXPECT_GT(*forwarding.evaluations, 50);
    EXPECT_FALSE(forwarding.steps.has_value());
    EXPECT_FALSE(wiener.evaluations.has_value());
  }
}

TEST(Evaluate, WienerIsTheBestLinearEstimateAndBeatsProjection) {
  const NamedModel model{"m", truth()};
  const Evaluation result =
      evaluate<double>(clean(), {model}, nullptr, at({0}, {Method::automatic}));
  EXPECT_LT(row(result, "wiener", 0).nmse, row(result, "pca", 0).nmse);
  EXPECT_LT(row(result, "pca", 0).nmse, row(result, "least-squares", 0).nmse);
  EXPECT_LT(row(result, "auto", 0, "m").nmse, row(result, "wiener", 0).nmse);
  EXPECT_FALSE(row(result, "wiener", 0).excess.has_value());
}

// Data scaled by 7 and shifted by 3, model fitted anew: every NMSE stays, noise scales by 7.
TEST(Evaluate, ScaleAndShiftOfTheDataChangeNothing) {
  const Matrix<double> x = clean().leftCols(1500);
  const Matrix<double> moved = (7.0 * x).array() + 3.0;
  const auto options = at({0, 10}, {Method::automatic, Method::sample});
  const auto fitted = [](const Matrix<double>& data) {
    MixtureFitOptions<double> how;
    how.components = 4;
    how.passes = 10;
    return fit_mixture_model(MatrixSource<double>(data), {12}, how);
  };
  const Evaluation a = evaluate<double>(x, {{"m", fitted(x)}}, nullptr, options);
  const Evaluation b = evaluate<double>(moved, {{"m", fitted(moved)}}, nullptr, options);
  ASSERT_EQ(a.rows.size(), b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    EXPECT_NEAR(b.rows[i].nmse / a.rows[i].nmse, 1.0, 1e-8) << a.rows[i].method;
    EXPECT_NEAR(b.rows[i].noise_std / a.rows[i].noise_std, 7.0, 1e-9);
  }
}

TEST(Evaluate, UncentredErrorRefersToTheWholeEnergy) {
  const Matrix<double> moved = clean().leftCols(500).array() + 3.0;
  const Model model = fit_gaussian_model(MatrixSource<double>(moved), {12});
  const Evaluation result =
      evaluate<double>(moved, {{"m", model}}, nullptr, at({0}, {Method::one_step}));
  const Eigen::VectorXd mean = moved.rowwise().mean();
  const double ratio = (moved.colwise() - mean).squaredNorm() / moved.squaredNorm();
  for (const EvaluationRow& r : result.rows) {
    EXPECT_NEAR(r.nmse_uncentred, r.nmse * ratio, 1e-12 * r.nmse);
  }
}

TEST(Evaluate, SingleAndDoublePrecisionAgree) {
  const NamedModel model{"m", truth()};
  const auto options = at({-10, 20}, {Method::one_step});
  const Matrix<double> x = clean().leftCols(300);
  const Evaluation d = evaluate<double>(x, {model}, &model, options);
  const Evaluation f = evaluate<float>(x.cast<float>(), {model}, &model, options);
  for (std::size_t i = 0; i < d.rows.size(); ++i) {
    EXPECT_NEAR(f.rows[i].nmse / d.rows[i].nmse, 1.0, 1e-4) << d.rows[i].method;
  }
}

// Blocks of any size give the same numbers, to the rounding of sums in another order.
TEST(Evaluate, BlocksGiveWhatTheWholeGives) {
  const NamedModel model{"m", truth()};
  auto options = at({-5, 15}, {Method::one_step, Method::sample});
  options.estimate.steps = Steps{5};
  const Matrix<double> x = clean().leftCols(700);
  const Evaluation whole = evaluate<double>(x, {model}, &model, options);
  options.block_entries = 12 * 90;
  const Evaluation blocks = evaluate<double>(x, {model}, &model, options);
  ASSERT_EQ(whole.rows.size(), blocks.rows.size());
  for (std::size_t i = 0; i < whole.rows.size(); ++i) {
    const EvaluationRow &a = whole.rows[i], &b = blocks.rows[i];
    EXPECT_NEAR(a.nmse / b.nmse, 1.0, 1e-10) << a.method;
    EXPECT_NEAR(a.nmse_stderr / b.nmse_stderr, 1.0, 1e-10) << a.method;
    EXPECT_NEAR(*a.excess, *b.excess, 1e-12) << a.method;
    EXPECT_NEAR(*a.excess_stderr, *b.excess_stderr, 1e-12) << a.method;
    EXPECT_EQ(a.evaluations, b.evaluations);
  }
  EXPECT_NEAR(*whole.rows.front().mmse, *blocks.rows.front().mmse, 1e-12);
  EXPECT_NEAR(*whole.rows.front().mmse_stderr, *blocks.rows.front().mmse_stderr, 1e-12);
}

TEST(Evaluate, GalleryShowsSevenLevelsAtMost) {
  const NamedModel model{"m", truth()};
  auto options = at({-15, -10, -5, 0, 5, 10, 15, 20, 25, 30}, {Method::one_step});
  options.gallery_samples = 5;
  options.block_entries = 12 * 3;  // the pictures' samples come in two blocks
  const Matrix<double> x = clean().leftCols(20);
  const Evaluation result = evaluate<double>(x, {model}, nullptr, options);
  ASSERT_TRUE(result.gallery.has_value());
  EXPECT_LT((result.gallery->clean - x.leftCols(5).cast<float>()).norm(), 1e-6);
  EXPECT_EQ(result.gallery->generated.cols(), 10);
  ASSERT_EQ(result.gallery->levels.size(), 7U);
  EXPECT_EQ(result.gallery->levels.front().snr_db, -15.0);
  EXPECT_EQ(result.gallery->levels.back().snr_db, 30.0);
  EXPECT_EQ(result.gallery->levels[0].estimates.size(), 3U);  // wiener, pca, one-step
  EXPECT_LT((result.gallery->levels.back().noisy - result.gallery->clean).norm(),
            (result.gallery->levels.front().noisy - result.gallery->clean).norm());
}

// Sounds of different lengths.
class Sounds final : public SignalSource<double> {
 public:
  explicit Sounds(std::vector<Vector<double>> sounds) : sounds_(std::move(sounds)) {
    for (const auto& sound : sounds_) shapes_.push_back({sound.size()});
  }
  [[nodiscard]] Index count() const override { return std::ssize(sounds_); }
  [[nodiscard]] const std::vector<Index>& shape(Index i) const override {
    return shapes_[static_cast<std::size_t>(i)];
  }
  void read(Index first, Batch<double> out) const override {
    for (Index j = 0; j < out.cols(); ++j)
      out.col(j) = sounds_[static_cast<std::size_t>(first + j)];
  }
  [[nodiscard]] double sample_rate() const override { return 1000.0; }

 private:
  std::vector<Vector<double>> sounds_;
  std::vector<std::vector<Index>> shapes_;
};

Sounds some_sounds() {
  std::vector<Vector<double>> sounds;
  for (const Index length : {1500, 900, 2500, 1500}) {
    Matrix<double> sound(length, 1);
    RandomStream(4, Purpose::probe)
        .normal<double>(static_cast<std::uint64_t>(sounds.size()), 0, sound);
    for (Index i = 1; i < length; ++i) sound(i, 0) += 0.95 * sound(i - 1, 0);
    sounds.push_back(sound.col(0));
  }
  return Sounds(std::move(sounds));
}

TEST(Evaluate, SoundsOfAnyLengthAreCutAndPutTogether) {
  const Sounds sounds = some_sounds();
  Framing framing;
  framing.kind = Framing::Kind::stft;
  framing.size = {32};
  framing.stride = 16;
  using Complex = std::complex<double>;
  const auto cut = cut_training_vectors<double, Complex>(sounds, framing, 1000, 1);
  SampleSpace space({15});
  space.framing = cut.framing;
  space.signal_power = cut.signal_power;
  const NamedModel model{"s",
                         fit_gaussian_model<Complex>(MatrixSource<Complex>(cut.vectors), space)};
  auto options = at({0, 20}, {Method::one_step});
  options.gallery_samples = 8;
  const Evaluation result = evaluate<double>(sounds, {model}, nullptr, options);
  // 6400 values of noise; the error of their mean square is 1.8 %.
  EXPECT_NEAR(row(result, "least-squares", 0).nmse, 1.0, 0.09);
  const auto& estimate = row(result, "one-step", 0, "s");
  EXPECT_LT(estimate.nmse, 0.5);
  // A Gaussian model's only step is its Wiener filter, through the same framing.
  EXPECT_NEAR(estimate.nmse / row(result, "wiener", 0).nmse, 1.0, 1e-9);
  ASSERT_TRUE(estimate.segmental_snr_db.has_value());
  EXPECT_GT(*estimate.segmental_snr_db, *row(result, "least-squares", 0).segmental_snr_db + 2);
  ASSERT_TRUE(result.gallery.has_value());
  EXPECT_EQ(result.gallery->sample_rate, 1000.0);
  EXPECT_EQ(result.gallery->clean.rows(), 1500);  // two of at least a second, cut to the shorter
  EXPECT_EQ(result.gallery->clean.cols(), 2);
  EXPECT_EQ(result.gallery->generated.cols(), 0);
  EXPECT_NE(result.framing.find("32"), std::string::npos);
}

TEST(Evaluate, BadInputIsRefused) {
  const NamedModel model{"m", truth()};
  const auto options = at({0}, {Method::one_step});
  const Matrix<double> equal = Matrix<double>::Ones(12, 5);
  EXPECT_THROW((void)evaluate<double>(equal, {model}, nullptr, options), Error);
  EXPECT_THROW((void)evaluate<double>(Matrix<double>(12, 0), {model}, nullptr, options), Error);
  EXPECT_THROW((void)evaluate<double>(Matrix<double>::Random(11, 5), {model}, nullptr, options),
               Error);
  EXPECT_THROW((void)evaluate<std::complex<double>>(Matrix<std::complex<double>>::Random(12, 5),
                                                    {model}, nullptr, options),
               Error);
  EXPECT_THROW((void)evaluate<double>(clean(), {}, nullptr, options), Error);
}

}  // namespace
}  // namespace pellucid
