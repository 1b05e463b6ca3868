// SPDX-License-Identifier: BSD-3-Clause
#include "denoiser/batch.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"

namespace pellucid {

void check_batch(Index dim, Index batch, Index rows, Index samples, Index levels) {
  if (rows == dim && samples <= batch && (levels == 1 || levels == samples)) return;
  throw Error(
      fmt::format("denoise: {} samples of {} entries with {} noise levels: at most {} of "
                  "{} entries, with one level or one for each",
                  samples, rows, levels, batch, dim));
}

}  // namespace pellucid
