// SPDX-License-Identifier: BSD-3-Clause
#include "report/examples.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <random>

namespace pellucid::test {
namespace {

constexpr double pi = std::numbers::pi;
const std::vector<double> seven_levels = {-10, -5, 0, 5, 10, 15, 20};

struct Method {
  std::string method, model;
  double error;  ///< how much of the Wiener filter's error it has
};

const std::vector<Method> baselines = {
    {"least-squares", "", 0}, {"wiener", "", 1}, {"pca", "", 1.25}};

double nmse(const Method& method, double snr_db) {
  const double noise = std::pow(10.0, -snr_db / 10);
  return method.method == "least-squares" ? noise : method.error * 0.3 * noise / (1 + 0.3 * noise);
}

struct Choice {
  std::vector<double> levels = seven_levels;
  std::vector<Method> methods = {{"one-step", "mixture.safetensors", 0.55},
                                 {"mean-forwarding", "mixture.safetensors", 0.6}};
  bool truth = false;
  bool segments = false;
};

std::vector<EvaluationRow> rows_of(const Choice& choice) {
  std::vector<Method> all = baselines;
  all.insert(all.end(), choice.methods.begin(), choice.methods.end());
  std::vector<EvaluationRow> rows;
  for (const double snr_db : choice.levels) {
    const double least = 0.5 * nmse({"", "", 1}, snr_db);
    if (choice.truth) all.push_back({"cme", "", 0.5});
    for (const Method& method : all) {
      EvaluationRow row;
      row.model = method.model;
      row.method = method.method;
      row.snr_db = snr_db;
      row.noise_std = std::pow(10.0, -snr_db / 20);
      row.nmse = nmse(method, snr_db);
      row.nmse_stderr = 0.02 * row.nmse;
      row.nmse_uncentred = 0.6 * row.nmse;
      if (!method.model.empty()) row.evaluations = 1;
      if (method.method == "one-step") row.steps = 1;
      if (choice.truth && !method.model.empty()) {
        row.excess = row.nmse - least;
        row.excess_stderr = 0.01 * *row.excess;
      }
      if (method.method == "cme") {
        row.mmse = least;
        row.mmse_stderr = 0.002 * least;
      }
      if (choice.segments) row.segmental_snr_db = -10 * std::log10(row.nmse) - 4.2;
      rows.push_back(row);
    }
    if (choice.truth) all.pop_back();
  }
  return rows;
}

// Estimates that have about the error of their rows: what is left of the noise, and some blur.
Gallery gallery_of(const Choice& choice, Eigen::MatrixXf clean, std::vector<Index> shape) {
  Gallery gallery;
  gallery.shape = std::move(shape);
  gallery.clean = std::move(clean);
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  const Eigen::MatrixXf noise = Eigen::MatrixXf::NullaryExpr(
      gallery.clean.rows(), gallery.clean.cols(), [&] { return normal(random); });
  const float mean = gallery.clean.mean();
  const float deviation = std::sqrt((gallery.clean.array() - mean).square().mean());
  for (const double snr_db : choice.levels) {
    const auto scale = deviation * static_cast<float>(std::pow(10.0, -snr_db / 20));
    Gallery::Level level{snr_db, gallery.clean + scale * noise, {}};
    std::vector<Method> shown = {{"wiener", "", 1}};
    shown.insert(shown.end(), choice.methods.begin(), choice.methods.end());
    for (const Method& method : shown) {
      const auto error = static_cast<float>(nmse(method, snr_db));
      const float left = deviation * std::sqrt(error / 2);
      const float faded = 1 - std::sqrt(error / 2);
      const Eigen::MatrixXf estimate =
          (faded * (gallery.clean.array() - mean) + mean).matrix() + left * noise;
      level.estimates.push_back({method.method, method.model, estimate});
    }
    gallery.levels.push_back(std::move(level));
  }
  return gallery;
}

Page page_of(const std::string& title, const Choice& choice, Gallery gallery) {
  Page page;
  page.title = title;
  page.command_line = "pellucid evaluate clean.npy -m mixture.safetensors --snr-db -10:5:20";
  page.settings = {{"steps", "\"all\""}, {"schedule", "\"linear,300\""}, {"threads", "2"}};
  Evaluation& evaluation = page.evaluation;
  evaluation.rows = rows_of(choice);
  evaluation.samples = 1000;
  evaluation.shape = gallery.shape;
  evaluation.complex_data = gallery.magnitude;
  evaluation.signal_power = 1.25;
  if (choice.truth) evaluation.truth = "truth.safetensors";
  evaluation.gallery = std::move(gallery);
  return page;
}

// `count` pictures of soft shapes, values 0 to 255; colours are shifted copies.
Eigen::MatrixXf pictures(Index height, Index width, Index channels, Index count) {
  Eigen::MatrixXf all(height * width * channels, count);
  for (Index k = 0; k < count; ++k) {
    Index entry = 0;
    for (Index i = 0; i < height; ++i) {
      for (Index j = 0; j < width; ++j) {
        for (Index c = 0; c < channels; ++c) {
          const double x = 2.0 * static_cast<double>(j) / static_cast<double>(width) - 1;
          const double y = 2.0 * static_cast<double>(i) / static_cast<double>(height) - 1;
          const double shift = 0.7 * static_cast<double>(k) + 0.5 * static_cast<double>(c);
          const double radius = std::hypot(x - 0.3 * std::sin(shift), y);
          const double value =
              std::exp(-6 * std::abs(radius - 0.5)) * (1 + std::cos(5 * x + shift));
          all(entry++, k) = static_cast<float>(std::min(255.0, 150 * value));
        }
      }
    }
  }
  return all;
}

// Magnitudes of a few plane waves over an array.
Eigen::MatrixXf channels(Index antennas, Index carriers, Index count) {
  Eigen::MatrixXf all(antennas * carriers, count);
  for (Index k = 0; k < count; ++k) {
    for (Index i = 0; i < all.rows(); ++i) {
      std::complex<double> sum;
      for (int path = 0; path < 3; ++path) {
        const double along = 0.3 * path + 0.11 * static_cast<double>(k + 1);
        const double phase = static_cast<double>(i / carriers) * along +
                             static_cast<double>(i % carriers) * 0.2 * path;
        sum += std::polar(1.0 / (1 + path), 2 * pi * phase);
      }
      all(i, k) = static_cast<float>(std::abs(sum));
    }
  }
  return all;
}

std::vector<Method> ten_methods() {
  std::vector<Method> methods;
  for (int i = 0; i < 10; ++i) {
    methods.push_back({i % 2 == 0 ? "one-step" : "mean-forwarding",
                       "mixture-" + std::to_string(16 << i / 2) + ".safetensors", 0.4 + 0.06 * i});
  }
  return methods;
}

Page vectors_by_ten_methods() {
  Choice choice;
  choice.methods = ten_methods();
  Gallery gallery = gallery_of(choice, channels(64, 1, 4), {64});
  gallery.magnitude = true;
  return page_of("Ten methods on channels of 64 antennas", choice, std::move(gallery));
}

Page channels_with_truth() {
  Choice choice;
  choice.truth = true;
  Gallery gallery = gallery_of(choice, channels(32, 16, 6), {32, 16});
  gallery.magnitude = true;
  gallery.generated = channels(32, 16, 12);
  return page_of("Channels with a known truth", choice, std::move(gallery));
}

Page small_pictures() {
  const Choice choice;
  Gallery gallery = gallery_of(choice, pictures(28, 28, 1, 8), {28, 28});
  gallery.generated = pictures(28, 28, 1, 16);
  return page_of("Small pictures, 1000 test images", choice, std::move(gallery));
}

Page photograph() {
  const Choice choice;
  Page page = page_of("One colour photograph by patches", choice,
                      gallery_of(choice, pictures(384, 512, 3, 1), {384, 512, 3}));
  page.evaluation.framing = "patches of 8 x 8 every 1";
  return page;
}

Page one_level() {
  Choice choice;
  choice.levels = {5};
  Eigen::MatrixXf clean(200, 3);
  for (Index i = 0; i < clean.size(); ++i) {
    const double t = static_cast<double>(i % 200) / 200;
    clean(i) =
        static_cast<float>(std::sin(2 * pi * (2 + static_cast<double>(i / 200)) * t) * (1 - t));
  }
  return page_of("Real vectors at one SNR", choice, gallery_of(choice, clean, {200}));
}

Page speech() {
  Choice choice;
  choice.levels = {-5, 0, 5, 10, 20};
  choice.segments = true;
  const Eigen::MatrixXf clean = example_sounds(2.4);
  Gallery gallery = gallery_of(choice, clean, {clean.rows()});
  gallery.sample_rate = 8000;
  Page page = page_of("Speech at five SNRs", choice, std::move(gallery));
  page.evaluation.framing = "stft of 512 every 256";
  return page;
}

Page numbers_only() {
  Page page = page_of("Numbers only", Choice(), {});
  page.evaluation.gallery.reset();
  return page;
}

}  // namespace

Eigen::MatrixXf example_sounds(double seconds) {
  const auto length = static_cast<Index>(8000 * seconds);
  Eigen::MatrixXf sounds(length, 2);
  for (Index k = 0; k < 2; ++k) {
    double phase = 0;
    for (Index i = 0; i < length; ++i) {
      const double t = static_cast<double>(i) / 8000;
      phase += 2 * pi * (140 + 40 * std::sin(2 * pi * 0.7 * t + static_cast<double>(k))) / 8000;
      double voice = 0;
      for (int n = 1; n <= 18; ++n) voice += std::sin(n * phase) / n;
      const double syllables = std::pow(std::sin(pi * (2.5 + static_cast<double>(k)) * t), 2);
      sounds(i, k) = static_cast<float>(0.2 * voice * syllables);
    }
  }
  return sounds;
}

std::vector<ExamplePage> example_pages() {
  return {{"pictures", small_pictures()},      {"photograph", photograph()},
          {"channels", channels_with_truth()}, {"methods", vectors_by_ten_methods()},
          {"one-level", one_level()},          {"speech", speech()},
          {"numbers", numbers_only()}};
}

}  // namespace pellucid::test
