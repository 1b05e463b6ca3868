// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// The error of one method at one SNR over a test set. What does not apply is empty.
struct EvaluationRow {
  std::string model;  ///< which model's estimate; empty for baselines and the CME
  double snr_db = 0.0;
  double noise_std = 0.0;    ///< in the user's units
  std::string method;        ///< command line's name, or "cme", "least-squares", "wiener", "pca"
  std::optional<int> steps;  ///< K asked for; empty for all of the schedule's, or none
  std::optional<double> evaluations;  ///< of the denoiser, per sample
  double nmse = 0.0;                  ///< sum |x - xhat|^2 / sum |x - mean|^2
  double nmse_stderr = 0.0;           ///< of that ratio
  double nmse_uncentred = 0.0;        ///< the same over sum |x|^2
  std::optional<double> excess;  ///< mean |xhat - cme|^2 in units of NMSE, the truth being known
  std::optional<double> excess_stderr;
  std::optional<double> segmental_snr_db;  ///< sound: mean over segments of 32 ms, in decibel
  std::optional<double> mmse;              ///< mean tr Cov[x | y] in units of NMSE (rows of "cme")
  std::optional<double> mmse_stderr;
};

/// What a report shows and lets hear: a few samples, magnitudes for complex data. Matrices are
/// N x count.
struct Gallery {
  struct Estimate {
    std::string method;  ///< as in EvaluationRow
    std::string model;
    Eigen::MatrixXf samples;
  };
  struct Level {
    double snr_db = 0.0;
    Eigen::MatrixXf noisy;
    std::vector<Estimate> estimates;
  };
  std::vector<Index> shape;  ///< of one sample: (h, w), (h, w, 3), or (N) for a plain vector
  double sample_rate = 0.0;  ///< Hz where samples are sound of full scale 1, else 0
  Eigen::MatrixXf clean;
  std::vector<Level> levels;
  Eigen::MatrixXf generated;  ///< samples drawn by the reverse process; may have no columns
  bool magnitude = false;     ///< entries are magnitudes of complex numbers
};

/// One sweep over SNRs and methods.
struct Evaluation {
  std::vector<EvaluationRow> rows;
  Index samples = 0;         ///< test samples used
  std::vector<Index> shape;  ///< of one sample; empty where samples have several
  bool complex_data = false;
  std::string framing;  ///< of the first model, for people: "patches of 8 x 8 every 1"; or empty
  double signal_power = 0.0;  ///< P of the test set about its mean, in the user's units squared
  std::uint64_t seed = 0;
  std::optional<std::string> truth;  ///< name of the known mixture, where there is one
  std::optional<Gallery> gallery;
};

}  // namespace pellucid
