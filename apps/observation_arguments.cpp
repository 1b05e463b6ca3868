// SPDX-License-Identifier: BSD-3-Clause
#include "observation_arguments.hpp"

#include <fmt/format.h>

#include "arguments.hpp"
#include "pellucid/io/array.hpp"

namespace pellucid::app {

namespace {

// A matrix as stored, rows first.
template <class T>
Matrix<T> read_matrix(const std::string& path, const char* what, const std::string& model_file) {
  const Array array = read_array(path);
  if (array.shape.size() != 2 || array.size() == 0) {
    throw Error(fmt::format("{}: shape {}: {} is a matrix, of two axes", path,
                            shape_text(array.shape), what));
  }
  if (!is_complex<T> && is_complex_type(array.type)) {
    throw Error(
        fmt::format("{}: complex, model {} is of real signals: give a real matrix, real "
                    "and imaginary parts below each other",
                    path, model_file));
  }
  return to_samples<T>(array, path).transpose();
}

template <class Body>
void naming(const std::string& path, const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", path, error.what()));
  }
}

}  // namespace

Noise ObservationArguments::known_noise() const {
  if (noise) {
    if (*noise != "auto") {
      throw UsageError(
          fmt::format("--noise: '{}': give auto, or the level by --noise-std or --snr-db", *noise));
    }
    const char* other = snr_db             ? "--snr-db"
                        : noise_std        ? "--noise-std"
                        : noise_covariance ? "--noise-covariance"
                        : operator_file    ? "--operator"
                                           : nullptr;
    if (other != nullptr) {
      throw UsageError(fmt::format("both --noise auto and {} given: give one of them", other));
    }
    return Noise::std(1.0);
  }
  if (!noise_covariance) {
    if (operator_file && snr_db) {
      throw UsageError(
          "--snr-db: is relative to whole signals, --operator observes something else: give "
          "--noise-std");
    }
    if (operator_file && !noise_std) {
      throw UsageError(
          "--operator needs the noise's level: give --noise-std or --noise-covariance");
    }
    return parse_noise(snr_db, noise_std);
  }
  if (snr_db || noise_std) {
    throw UsageError(fmt::format("both --noise-covariance and {} given: give one of them",
                                 snr_db ? "--snr-db" : "--noise-std"));
  }
  return Noise::std(1.0);
}

std::vector<std::string> ObservationArguments::files() const {
  return {noise_std.value_or(""), noise_covariance.value_or(""), operator_file.value_or("")};
}

void add_observation_options(CLI::App& command, ObservationArguments& arguments) {
  command
      .add_option("--snr-db", arguments.snr_db,
                  "Signal-to-noise ratio in dB, for the model's own signal power")
      ->type_name("X");
  command
      .add_option("--noise-std", arguments.noise_std,
                  "Noise standard deviation per (complex) entry in the data's\n"
                  "units, or a .npy file with one per sample")
      ->type_name("S|FILE");
  command
      .add_option("--noise", arguments.noise,
                  "auto: estimate the noise level of each file first, see pellucid noise")
      ->type_name("auto");
  command
      .add_option("--noise-covariance", arguments.noise_covariance,
                  "Covariance of coloured noise, a matrix over an observation's entries")
      ->type_name("FILE");
  command
      .add_option("--operator", arguments.operator_file,
                  "Matrix A of observations y = A x + n, one column per entry of x")
      ->type_name("FILE");
}

void check_observation(const ObservationArguments& arguments, const std::string& std_output,
                       Method method, const Model& model, const std::string& model_file) {
  if (arguments.operator_file && method == Method::mean_forwarding) {
    throw UsageError(
        "--method: mean-forwarding knows no --operator, whose estimates are exact: give one-step, "
        "average or sample");
  }
  const char* option = arguments.operator_file      ? "--operator"
                       : arguments.noise_covariance ? "--noise-covariance"
                                                    : "--std";
  if (!arguments.operator_file && !arguments.noise_covariance && std_output.empty()) return;
  check_exact(model, model_file, option);
  if (model.framing.is_none()) return;
  throw Error(fmt::format("{}: is of {}, {} is of whole samples: give another model", model_file,
                          model.framing.text(), option));
}

template <class T>
LinearObservation<T> read_observation(const ObservationArguments& arguments, const Model& model,
                                      const std::string& model_file) {
  LinearObservation<T> observation;
  const Index dim = model.dim();
  if (arguments.operator_file) {
    const std::string& path = *arguments.operator_file;
    observation.matrix = read_matrix<T>(path, "--operator", model_file);
    if (observation.matrix.cols() != dim) {
      throw Error(fmt::format(
          "{}: shape {}, samples of model {} have {} entries: give a matrix of shape (M, {}), for "
          "samples flattened in C order",
          path, shape_text({observation.matrix.rows(), observation.matrix.cols()}), model_file, dim,
          dim));
    }
  }
  if (arguments.noise_covariance) {
    const std::string& path = *arguments.noise_covariance;
    observation.noise_covariance = read_matrix<T>(path, "--noise-covariance", model_file);
    naming(path, [&] { observation.validate(dim); });
  }
  return observation;
}

void check_observations(const Inputs& inputs, Index observed, const std::string& operator_file,
                        const Model& model, const std::string& model_file) {
  for (const InputFile& file : inputs.files()) {
    if (entries_of(file.signal_shape()) == observed) continue;
    throw Error(fmt::format(
        "{}: shape {}, {} makes observations of {} entries: give shape (n, {}), first axis "
        "counting them",
        file.name(), shape_text(file.shape()), operator_file, observed, observed));
  }
  if (inputs.is_complex() == model.is_complex()) return;
  const auto sort = sort_name(model.is_complex());
  throw Error(fmt::format("{}: {} data, model {} is of {} signals: give {} data, or another model",
                          inputs.label(), sort_name(inputs.is_complex()), model_file, sort, sort));
}

template LinearObservation<double> read_observation<double>(const ObservationArguments&,
                                                            const Model&, const std::string&);
template LinearObservation<std::complex<double>> read_observation<std::complex<double>>(
    const ObservationArguments&, const Model&, const std::string&);

}  // namespace pellucid::app
