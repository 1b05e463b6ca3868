// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/fitted_mixture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "pellucid/base/error.hpp"
#include "pellucid/io/array_file.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/fit.hpp"
#include "pellucid/model/normalise.hpp"
#include "pellucid/model/training_vectors.hpp"
#include "pellucid/signal/framer.hpp"
#include "reproduce/kept_model.hpp"

namespace pellucid::reproduce {

namespace {

namespace fs = std::filesystem;

constexpr Index full_side = 28;

// The first `count` pictures of one of the two files, one a column.
Matrix<double> pictures(const fs::path& folder, const char* set, Index side, Index count) {
  const fs::path path = folder / fmt::format("{}-images-idx3-ubyte.gz", set);
  if (!fs::exists(path)) {
    throw Error(
        fmt::format("{}: no such file: install Debian's dataset-fashion-mnist, or give its "
                    "folder by --images",
                    path.string()));
  }
  const auto reader = open_array(path.string());
  if (reader->sample_shape() != std::vector<Index>{full_side, full_side}) {
    throw Error(fmt::format("{}: has pictures of {}, not (28, 28): give Fashion-MNIST",
                            path.string(), shape_text(reader->sample_shape())));
  }
  Matrix<double> whole = read_samples<double>(*reader, 0, std::min(count, reader->samples()));
  if (side == full_side) return whole;
  const Index factor = full_side / side;
  Matrix<double> small = Matrix<double>::Zero(side * side, whole.cols());
  for (Index i = 0; i < whole.rows(); ++i) {
    const Index row = i / full_side / factor, column = i % full_side / factor;
    small.row(row * side + column) += whole.row(i) / static_cast<double>(factor * factor);
  }
  return small;
}

class Sounds final : public SignalSource<double> {
 public:
  explicit Sounds(const std::vector<fs::path>& paths) {
    for (const fs::path& path : paths) {
      const auto reader = open_array(path.string());
      const Matrix<double> sound = read_samples<double>(*reader, 0, reader->samples());
      signals_.emplace_back(sound.reshaped());
      shapes_.push_back({sound.size()});
    }
  }
  [[nodiscard]] Index count() const override { return static_cast<Index>(signals_.size()); }
  [[nodiscard]] const std::vector<Index>& shape(Index signal) const override {
    return shapes_[static_cast<std::size_t>(signal)];
  }
  void read(Index first, Batch<double> out) const override {
    for (Index j = 0; j < out.cols(); ++j) {
      out.col(j) = signals_[static_cast<std::size_t>(first + j)];
    }
  }

 private:
  std::vector<Eigen::VectorXd> signals_;
  std::vector<std::vector<Index>> shapes_;
};

// The sounds of a folder in their names' order: those to fit to, and every fifth, to test with.
struct SoundPaths {
  std::vector<fs::path> training, test;
};

SoundPaths sound_paths(const fs::path& folder) {
  std::vector<fs::path> all;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".wav") all.push_back(entry.path());
    }
  }
  constexpr std::size_t fewest = 10, fifth = 5;
  if (all.size() < fewest) {
    throw Error(
        fmt::format("{}: has {} WAV files, {} are needed: install Debian's "
                    "asterisk-core-sounds-en-wav, or give a folder by --sounds",
                    folder.string(), all.size(), fewest));
  }
  std::sort(all.begin(), all.end());
  SoundPaths paths;
  for (std::size_t i = 0; i < all.size(); ++i) {
    (i % fifth == 0 ? paths.test : paths.training).push_back(all[i]);
  }
  return paths;
}

// Vectors of several sounds, and the number of each one's sound.
struct TestFrames {
  Matrix<std::complex<double>> vectors;
  std::vector<Index> sources;
};

// `most` frames in even distances from all of the sounds' frames behind each other.
TestFrames test_frames(const std::vector<fs::path>& paths, const Framing& framing, Index most) {
  using Complex = std::complex<double>;
  const Sounds sounds(paths);
  std::vector<Eigen::VectorXd> signals;
  std::vector<std::unique_ptr<Framer<double, Complex>>> framers;
  Index available = 0;
  for (Index i = 0; i < sounds.count(); ++i) {
    signals.emplace_back(sounds.shape(i).front());
    sounds.read(i, signals.back());
  }
  for (std::size_t i = 0; i < signals.size(); ++i) {
    framers.push_back(make_framer<double, Complex>(framing, {signals[i].size()}, signals[i]));
    available += framers.back()->count();
  }
  const Index count = std::min(most, available);
  TestFrames frames{Matrix<Complex>(framers.front()->dim(), count), {}};
  std::size_t sound = 0;
  Index before = 0;
  for (Index i = 0; i < count; ++i) {
    const Index place = (2 * i + 1) * available / (2 * count);
    while (place - before >= framers[sound]->count()) before += framers[sound++]->count();
    framers[sound]->cut(place - before, frames.vectors.middleCols(i, 1));
    frames.sources.push_back(static_cast<Index>(sound));
  }
  return frames;
}

template <class T>
Model fit(const Matrix<T>& clean, const std::vector<Index>& shape, const FitSizes& sizes,
          const ReproduceOptions& options, Monitor* monitor) {
  MixtureFitOptions<T> fitting;
  fitting.components = sizes.components;
  fitting.passes = sizes.passes;
  fitting.seed = options.seed;
  fitting.threads = options.threads;
  return fit_mixture_model<T>(MatrixSource<T>(clean), shape, fitting, monitor);
}

template <class T>
FittedMixture<T> in_model_units(const Model& fitted, const Matrix<T>& test,
                                std::vector<Index> sources, const std::string& name) {
  const Model model = normalised(fitted);
  return {std::get<GaussianMixture<T>>(prior_as<T>(model)),
          (test.colwise() - offset_as<T>(model)) / model.scale,
          std::move(sources),
          offset_as<T>(model),
          model.scale,
          model.shape,
          name};
}

}  // namespace

std::string text_of(const FitSizes& sizes) {
  return fmt::format("K = {}, {} samples, {} passes", sizes.components, sizes.training,
                     sizes.passes);
}

FittedMixture<double> fitted_images(const ReproduceOptions& options, Index side,
                                    const FitSizes& sizes, Index test, Monitor* monitor) {
  const Matrix<double> held_out = pictures(options.images, "t10k", side, test);
  const auto make = [&] {
    return fit<double>(pictures(options.images, "train", side, sizes.training), {side, side}, sizes,
                       options, monitor);
  };
  const std::string name = fmt::format(
      "images{}{}-seed{}-k{}-{}x{}", side, folder_mark(options.images, ReproduceOptions().images),
      options.seed, sizes.components, sizes.passes, sizes.training);
  std::vector<Index> sources(static_cast<std::size_t>(held_out.cols()));
  std::iota(sources.begin(), sources.end(), Index{0});
  return in_model_units<double>(kept_model(options, name, make), held_out, std::move(sources),
                                name);
}

FittedMixture<std::complex<double>> fitted_speech(const ReproduceOptions& options, Index window,
                                                  const FitSizes& sizes, Index test,
                                                  Monitor* monitor) {
  using Complex = std::complex<double>;
  const SoundPaths paths = sound_paths(options.sounds);
  Framing framing;
  framing.kind = Framing::Kind::stft;
  framing.size = {window};
  framing.stride = window / 2;
  const auto make = [&] {
    const auto frames = cut_training_vectors<double, Complex>(Sounds(paths.training), framing,
                                                              sizes.training, options.seed, monitor)
                            .vectors;
    return fit<Complex>(frames, {window / 2 - 1}, sizes, options, monitor);
  };
  const std::string name = fmt::format(
      "speech{}{}-seed{}-k{}-{}x{}", window, folder_mark(options.sounds, ReproduceOptions().sounds),
      options.seed, sizes.components, sizes.passes, sizes.training);
  TestFrames held_out = test_frames(paths.test, framing, test);
  return in_model_units<Complex>(kept_model(options, name, make), held_out.vectors,
                                 std::move(held_out.sources), name);
}

}  // namespace pellucid::reproduce
