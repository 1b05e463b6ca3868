// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/fitted_mixture.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pellucid/base/error.hpp"
#include "pellucid/io/array_file.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/fit.hpp"
#include "pellucid/model/normalise.hpp"
#include "pellucid/model/training_vectors.hpp"
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

// Of a folder other than the usual one, so that its models are told apart.
std::string folder_name(const fs::path& folder, const fs::path& usual) {
  if (folder == usual) return {};
  return fmt::format("-{:x}", std::hash<std::string>()(fs::absolute(folder).string()));
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
FittedMixture<T> in_model_units(const Model& fitted, const Matrix<T>& test) {
  const Model model = normalised(fitted);
  return {std::get<GaussianMixture<T>>(prior_as<T>(model)),
          (test.colwise() - offset_as<T>(model)) / model.scale, offset_as<T>(model), model.scale,
          model.shape};
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
      "images{}{}-seed{}-k{}-{}x{}", side, folder_name(options.images, ReproduceOptions().images),
      options.seed, sizes.components, sizes.passes, sizes.training);
  return in_model_units<double>(kept_model(options, name, make), held_out);
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
  const auto frames = [&](const std::vector<fs::path>& files, Index most) {
    return cut_training_vectors<double, Complex>(Sounds(files), framing, most, options.seed,
                                                 monitor)
        .vectors;
  };
  const auto make = [&] {
    return fit<Complex>(frames(paths.training, sizes.training), {window / 2 - 1}, sizes, options,
                        monitor);
  };
  const std::string name = fmt::format(
      "speech{}{}-seed{}-k{}-{}x{}", window, folder_name(options.sounds, ReproduceOptions().sounds),
      options.seed, sizes.components, sizes.passes, sizes.training);
  return in_model_units<Complex>(kept_model(options, name, make), frames(paths.test, test));
}

}  // namespace pellucid::reproduce
