// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "pellucid/reverse/estimate.hpp"

namespace pellucid {

/// Which grid an observation goes down, by its noise variance, under a method.
class GridChoice {
 public:
  /// Everything referred to outlives the choice; `bound` is the schedule of a denoiser bound to
  /// steps, or null.
  GridChoice(const Schedule& schedule, const Calibration& calibration, const Schedule* bound,
             const EstimateOptions& options)
      : schedule_(schedule), calibration_(calibration), bound_(bound), options_(options) {}

  [[nodiscard]] Grid operator()(double variance) const;
  /// Nothing: the denoiser's own.
  [[nodiscard]] std::optional<Precision> precision(double variance) const;

 private:
  [[nodiscard]] Steps steps_at(double snr_db) const;

  const Schedule& schedule_;
  const Calibration& calibration_;
  const Schedule* bound_;
  const EstimateOptions& options_;
};

/// Samples that go through a reverse process together; their grids have one length, their denoiser
/// one precision.
using Tile = std::span<const Index>;

/// How a batch of observations is cut into tiles.
struct TilePlan {
  std::vector<Index>
      order;  ///< samples by length of grid and precision, otherwise in their own order
  std::vector<Index> starts;  ///< first position in `order` of every tile, and the end
  std::vector<std::optional<Precision>> precisions;  ///< of every tile
  double evaluations = 0;                            ///< lengths of the grids, summed over samples

  [[nodiscard]] Index tiles() const { return static_cast<Index>(starts.size()) - 1; }
  [[nodiscard]] Tile tile(Index number) const {
    const auto at = static_cast<std::size_t>(number);
    return Tile(order).subspan(static_cast<std::size_t>(starts[at]),
                               static_cast<std::size_t>(starts[at + 1] - starts[at]));
  }
};

/// Samples per tile: the denoiser's batch, or less where that would leave too few tiles for several
/// threads. Depends on the number of samples only, never on that of threads.
[[nodiscard]] Index tile_size(Index samples, Index batch);

/// Tiles of at most `tile_size(samples, batch)` samples; `variances` has one entry or one per
/// sample.
[[nodiscard]] TilePlan plan_tiles(const GridChoice& grid_of, std::span<const double> variances,
                                  Index samples, Index batch);

}  // namespace pellucid
