// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "network/convolution_kernels.hpp"
#include "pellucid/base/precision.hpp"
#include "pellucid/network/architecture.hpp"

namespace pellucid::network {

/// Numbers of planes, one a channel. Concatenating channels is concatenating lists.
using Planes = std::vector<std::size_t>;

/// A resolution: how its planes lie in memory, and which vectors of pixels cover them.
struct Resolution {
  Resolution(Index height, Index width, Index halo_rows, Index halo, Index lanes);

  Index height, width;
  Index halo_rows, halo;  ///< zeros above and below, left and right
  Index pitch;            ///< floats from a pixel to the one below
  Index plane_size;       ///< floats, with room for a vector that reaches beyond
  std::vector<Index> positions;
  /// Those of every other row, where vectors lie within rows and rows come in pairs; else empty.
  std::vector<Index> row_pairs;
  std::vector<Index> taps;          ///< distances from a pixel to those a kernel reads, row by row
  std::vector<std::uint32_t> mask;  ///< a plane: all bits at pixels, none around them

  [[nodiscard]] Index origin() const { return halo_rows * pitch + halo; }
};

/// `W x + b` of a vector.
struct Linear {
  Eigen::MatrixXd weight;
  Eigen::VectorXd bias;

  void operator()(const Eigen::VectorXd& x, Eigen::Ref<Eigen::VectorXd> y) const {
    y = bias;
    y.noalias() += weight * x;
  }
};

/// What follows a convolution before its activation: `a ((1 + s) (conv + bias) + t) + b`, with `s`
/// and `t` the halves of `modulation` of the level's features, where there is one.
struct ChannelAffine {
  Eigen::VectorXd bias, a, b;
  std::optional<Linear> modulation;
};

struct ConvolutionLayer {
  std::size_t resolution;
  Planes inputs, factors, residuals, outputs;
  Precision precision;
  bool in_row_pairs;           ///< by the kernel of that name
  std::vector<float> weights;  ///< in its kernel's order
  ChannelAffine affine;
  std::size_t condition_at;  ///< where its scales and then its shifts are
  Activation activation;
};

struct PointwiseLayer {
  std::size_t resolution;
  Planes inputs, outputs;
  std::vector<float> scale, shift;
  Activation activation;
};

/// `(1 + s) x + t`, with `s` and `t` the halves of what a linear map makes of the level's features.
struct LevelAffine {
  Linear of_features;
  std::size_t condition_at;  ///< where 1 + s and then t are

  [[nodiscard]] std::size_t channels() const {
    return static_cast<std::size_t>(of_features.bias.size() / 2);
  }
};

/// `s x + t` of the level alone.
struct SkipLayer {
  Planes inputs, outputs;
  LevelAffine affine;
};

/// A mixture of experts; planes change in place.
struct ExpertsLayer {
  Planes projections, logits;
  LevelAffine query, value, logit;
};

/// Means of two neighbours along every spatial axis, or each value twice along it.
struct ResamplingLayer {
  enum class Kind { pool, upsample };
  Kind kind;
  std::size_t from, to;  ///< resolutions
  Planes inputs, outputs;
};

/// Pixels at the border repeated into the frame around them, in place of its zeros.
struct EdgeLayer {
  std::size_t resolution;
  Planes planes;
};

using Layer = std::variant<ConvolutionLayer, PointwiseLayer, ResamplingLayer, EdgeLayer, SkipLayer,
                           ExpertsLayer>;

/// The level's features: a sinusoidal embedding of `t - 1` or of the SNR in decibel, then linear
/// layers, each followed by an activation.
struct LevelFeatures {
  Conditioning conditioning = Conditioning::step;
  Index channels = 0;
  std::vector<Linear> layers;
  Activation activation = Activation::relu;

  /// `values`: what goes into each layer, and at last the features.
  void operator()(double level, std::vector<Eigen::VectorXd>& values) const;
};

/// What computing scales and shifts needs; kept so that nothing is allocated the next time.
struct ConditionMemory {
  std::vector<Eigen::VectorXd> features;
  std::vector<double> both;
};

/// What computes.
struct Engine {
  const NetworkKernels* kernels = nullptr;
  Precision precision = Precision::f32;
};

/// A network as a list of layers over planes.
struct Plan {
  std::vector<Resolution> resolutions;
  std::vector<std::size_t> plane_resolutions;  ///< of every plane
  std::vector<Layer> layers;
  Planes inputs, outputs;
  /// Above 1, the pixels of every plane are so many signals, and a plane an entry of theirs.
  Index signals = 1;
  LevelFeatures features;
  std::size_t condition_size = 0;
  Index scratch_size = 0;  ///< floats
  Engine engine;
};

[[nodiscard]] Plan make_plan(const NetworkArchitecture& architecture, const NamedTensors& tensors,
                             const Engine& engine);

/// The `condition_size` scales and shifts of all convolutions at a step or an SNR in decibel.
void condition_of(const Plan& plan, double level, ConditionMemory& memory, float* condition);

}  // namespace pellucid::network
