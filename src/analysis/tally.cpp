// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/tally.hpp"

namespace pellucid {

EvaluationRow RowTally::finished(double uncentred) const {
  EvaluationRow done = row;
  const Ratio nmse = error.ratio_of_sums();
  done.nmse = nmse.value;
  done.nmse_stderr = nmse.stderr_;
  done.nmse_uncentred = nmse.value * uncentred;
  const double unit = error.power_sum() / error.count();
  if (excess.count() > 0) {
    // E|xhat - x|^2 - E|cme - x|^2 = E|xhat - cme|^2, the right side with far smaller error.
    const Ratio ratio = excess.mean_in_units(unit);
    done.excess = ratio.value;
    done.excess_stderr = ratio.stderr_;
  }
  if (variance.count() > 0) {
    const Ratio ratio = variance.mean_in_units(unit);
    done.mmse = ratio.value;
    done.mmse_stderr = ratio.stderr_;
  }
  if (sounds > 0) done.segmental_snr_db = segments_db / static_cast<double>(sounds);
  if (done.evaluations) done.evaluations = evaluations / error.count();
  return done;
}

std::vector<EvaluationRow> Tallies::finished(double uncentred) const {
  std::vector<EvaluationRow> rows;
  for (const RowTally& tally : tallies_) rows.push_back(tally.finished(uncentred));
  return rows;
}

}  // namespace pellucid
