// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Included by convolution_kernels_impl.hpp, for one instruction set.

namespace pellucid::network {
namespace {

/// At one vector of pixels: weights and weighted projections in place of logits and projections.
inline void weigh_experts_at(const Experts& e, Index at) {
  Floats largest = Floats{} - 3.0e38f;
  for (Index k = 0; k < e.experts; ++k) {
    Floats squares{};
    for (Index i = k * e.rank; i < (k + 1) * e.rank; ++i) {
      const Floats query = load(e.projections[i] + at) * e.query_scale[i] + e.query_shift[i];
      squares += query * query;
    }
    const Floats logit =
        (load(e.logits[k] + at) - 0.5f * squares) * e.logit_scale[k] + e.logit_shift[k];
    largest = logit > largest ? logit : largest;
    store(e.logits[k] + at, logit);
  }
  Floats sum{};
  for (Index k = 0; k < e.experts; ++k) {
    const Floats weight = exp_of(load(e.logits[k] + at) - largest);
    sum += weight;
    store(e.logits[k] + at, weight);
  }
  for (Index k = 0; k < e.experts; ++k) {
    const Floats weight = load(e.logits[k] + at) / sum;
    store(e.logits[k] + at, weight);
    for (Index i = k * e.rank; i < (k + 1) * e.rank; ++i) {
      float* z = e.projections[i] + at;
      store(z, weight * (load(z) * e.value_scale[i] + e.value_shift[i]));
    }
  }
}

inline void weigh_experts(const Experts& e) {
  for (Index i = 0; i < e.position_count; ++i) weigh_experts_at(e, e.positions[i]);
}

}  // namespace
}  // namespace pellucid::network
