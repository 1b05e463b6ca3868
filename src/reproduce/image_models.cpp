// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/image_models.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"
#include "pellucid/model/fit.hpp"
#include "reproduce/kept_model.hpp"
#include "reproduce/linear_parts.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double lowest_snr_db = -30, highest_snr_db = 30;
constexpr double white_deviation = 0.3;  // that of the images' pixels
constexpr double no_learning_rate = 1e-12;
constexpr Index images_of_nothing = 1024;  // for normalisations alone

const SampleSpace& image_space() {
  static const SampleSpace space{image_side, image_side};
  return space;
}

Matrix<double> learnt(const ReproduceOptions& options, const ImageModelSizes& sizes,
                      Learning learning) {
  if (learning == Learning::images) {
    return fashion_images(options.images, ImageSet::training, 0, sizes.images);
  }
  if (learning == Learning::nothing) {
    return fashion_images(options.images, ImageSet::training, 0, images_of_nothing);
  }
  Matrix<double> noise(image_side * image_side, sizes.images / 2);
  RandomStream(options.seed, Purpose::prior_draw).normal<double>(0, 0, noise);
  return white_deviation * noise;
}

bool usual_folder(const ReproduceOptions& options) {
  return options.images == ReproduceOptions().images;
}

std::string images_mark(const ReproduceOptions& options) {
  return folder_mark(options.images, ReproduceOptions().images);
}

std::string name_of(Learning learning) {
  if (learning == Learning::images) return "fashion";
  return learning == Learning::white_noise ? "white" : "untrained";
}

NetworkTrainingOptions training_of(const ReproduceOptions& options, const ImageModelSizes& sizes,
                                   Learning learning) {
  NetworkTrainingOptions training;
  training.architecture = default_architecture({image_side, image_side}, false, "unet");
  std::get<UnetArchitecture>(training.architecture->layers).channels_init = sizes.channels;
  training.architecture->lowest_snr_db = lowest_snr_db;
  training.architecture->highest_snr_db = highest_snr_db;
  training.epochs = learning == Learning::images ? sizes.epochs : (sizes.epochs + 1) / 2;
  if (learning == Learning::nothing) {
    training.epochs = 1;
    training.learning_rate = no_learning_rate;
    training.validation = 0;  // whose loss would tell that nothing was learnt
  }
  training.average_decay = sizes.average_decay;
  training.seed = options.seed;
  training.threads = 1;  // weights depend on the number, which no setting says
  return training;
}

}  // namespace

ImageModelSizes image_model_sizes(const ReproduceOptions& options) {
  if (options.quick) return {4096, 2000, 8, 5, 8, 4, 0.98};
  return {20'000, 20'000, 16, 20, 16, 6, 0.998};
}

std::string network_text(const ImageModelSizes& sizes) {
  return fmt::format(
      "unet, {} channels, {} epochs of {} images, {} to {} dB, weights averaged by {}",
      sizes.channels, sizes.epochs, sizes.images, lowest_snr_db, highest_snr_db,
      sizes.average_decay);
}

std::string control_text(const ImageModelSizes& sizes) {
  return fmt::format(
      "{} epochs of {} arrays of white noise, standard deviation {}; one epoch of {} images at "
      "learning rate {}",
      (sizes.epochs + 1) / 2, sizes.images / 2, white_deviation, images_of_nothing,
      no_learning_rate);
}

std::string images_text(const ReproduceOptions& options) {
  std::string usual = "Fashion-MNIST, pixels from 0 to 1";
  if (usual_folder(options)) return usual;
  return fmt::format("{}, of {}", usual, options.images.string());
}

std::string mixture_text(const ImageModelSizes& sizes) {
  return fmt::format("{} components, {} images, {} passes", sizes.components, sizes.mixture_images,
                     sizes.passes);
}

Model image_gaussian(const ReproduceOptions& options) {
  const Matrix<double> images = learnt(options, image_model_sizes(options), Learning::images);
  return fit_gaussian_model<double>(MatrixSource<double>(images), image_space(), options.threads);
}

Model image_mixture(const ReproduceOptions& options, Monitor* monitor) {
  const ImageModelSizes sizes = image_model_sizes(options);
  const auto make = [&] {
    const Matrix<double> images =
        fashion_images(options.images, ImageSet::training, 0, sizes.mixture_images);
    MixtureFitOptions<double> fit;
    fit.components = sizes.components;
    fit.passes = sizes.passes;
    fit.seed = options.seed;
    fit.threads = options.threads;
    return fit_mixture_model<double>(MatrixSource<double>(images), image_space(), fit, monitor);
  };
  return kept_model(
      options,
      fmt::format("fashion-seed{}-mixture-k{}-{}x{}{}", options.seed, sizes.components,
                  sizes.passes, sizes.mixture_images, images_mark(options)),
      make);
}

Model image_network(const ReproduceOptions& options, Learning learning, Monitor* monitor) {
  const ImageModelSizes sizes = image_model_sizes(options);
  const auto make = [&] {
    if (!options.trainer) {
      throw Error("this experiment trains a network: it needs libpellucid_training.so");
    }
    const Matrix<double> samples = learnt(options, sizes, learning);
    return options.trainer().train(MatrixSource<double>(samples), image_space(),
                                   training_of(options, sizes, learning), monitor, nullptr);
  };
  return kept_model(options,
                    fmt::format("{}-seed{}-unet-c{}-{}x{}{}", name_of(learning), options.seed,
                                sizes.channels, sizes.epochs, sizes.images, images_mark(options)),
                    make);
}

}  // namespace pellucid::reproduce
