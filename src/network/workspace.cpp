// SPDX-License-Identifier: BSD-3-Clause
#include "network/workspace.hpp"

#include <algorithm>

namespace pellucid::network {

namespace {

/// Units `first <= i < end` of a layer.
struct Part {
  Index first, end;
  [[nodiscard]] Index count() const { return end - first; }
};

/// What a layer is cut into: groups of `block_vectors` vectors of pixels; blocks of output channels
/// where pixels are signals, which may be few; vectors of pixels; or planes.
Index units_of(const ConvolutionLayer& layer, const Plan& plan) {
  const auto out = static_cast<Index>(layer.outputs.size());
  if (plan.signals > 1) return (out + block_channels - 1) / block_channels;
  const Resolution& r = plan.resolutions[layer.resolution];
  const std::vector<Index>& positions = layer.in_row_pairs ? r.row_pairs : r.positions;
  return static_cast<Index>(positions.size()) / block_vectors;
}
Index units_of(const EdgeLayer& layer, const Plan&) {
  return static_cast<Index>(layer.planes.size());
}
Index units_of(const ExpertsLayer&, const Plan& plan) {
  return static_cast<Index>(plan.resolutions.front().positions.size());
}
template <class PlaneLayer>
Index units_of(const PlaneLayer& layer, const Plan&) {
  return static_cast<Index>(layer.outputs.size());
}

void keep_channels(Part blocks, Index weights, Convolution& c) {
  const Index first = blocks.first * block_channels;
  c.weights += first * (weights / c.output_channels);
  c.output_channels = std::min(blocks.end * block_channels, c.output_channels) - first;
  c.scale += first;
  c.shift += first;
  c.outputs += first;
  if (c.factors != nullptr) c.factors += first;
  if (c.residuals != nullptr) c.residuals += first;
}

// Vectors of pixels that hold `count` signals, where pixels are signals.
Index vectors_of(const Plan& plan, Index count) {
  return (count + plan.engine.kernels->lanes - 1) / plan.engine.kernels->lanes;
}

void keep_positions(Part groups, Convolution& c) {
  c.positions += groups.first * block_vectors;
  c.position_count = groups.count() * block_vectors;
}

void run(const ConvolutionLayer& layer, const Plan& plan, const float* condition, Index count,
         const PlaneMemory::LayerPlanes& planes, Part part, float* scratch) {
  const Resolution& r = plan.resolutions[layer.resolution];
  const float* scale = condition + layer.condition_at;
  const auto in = static_cast<Index>(layer.inputs.size());
  const auto out = static_cast<Index>(layer.outputs.size());
  Convolution c{};
  c.inputs = planes.inputs.data();
  c.input_channels = in;
  c.taps = r.taps.data();
  c.tap_count = static_cast<Index>(r.taps.size());
  c.weights = layer.weights.data();
  c.scale = scale;
  c.shift = scale + out;
  c.activation = layer.activation;
  c.factors = planes.factors.empty() ? nullptr : planes.factors.data();
  c.residuals = planes.residuals.empty() ? nullptr : planes.residuals.data();
  c.outputs = planes.outputs.data();
  c.output_channels = out;
  c.positions = (layer.in_row_pairs ? r.row_pairs : r.positions).data();
  c.mask = r.mask.data() + r.origin();
  c.pitch = r.pitch;
  c.scratch = scratch;
  if (plan.signals > 1) {
    c.position_count = vectors_of(plan, count);
    keep_channels(part, static_cast<Index>(layer.weights.size()), c);
  } else {
    keep_positions(part, c);
  }
  const NetworkKernels::Convolutions& kernels = plan.engine.kernels->in(layer.precision);
  (layer.in_row_pairs ? kernels.row_pairs : kernels.direct)(c);
}

void run(const PointwiseLayer& layer, const Plan& plan, const float*, Index,
         const PlaneMemory::LayerPlanes& planes, Part part, float*) {
  const Resolution& r = plan.resolutions[layer.resolution];
  plan.engine.kernels->pointwise(
      {planes.inputs.data() + part.first, layer.scale.data() + part.first,
       layer.shift.data() + part.first, layer.activation, planes.outputs.data() + part.first,
       part.count(), r.positions.data(), static_cast<Index>(r.positions.size()),
       r.mask.data() + r.origin()});
}

void run(const SkipLayer& layer, const Plan&, const float* condition, Index count,
         const PlaneMemory::LayerPlanes& planes, Part part, float*) {
  const float* scale = condition + layer.affine.condition_at;
  const float* shift = scale + layer.affine.channels();
  for (Index c = part.first; c < part.end; ++c) {
    const float* in = planes.inputs[static_cast<std::size_t>(c)];
    float* out = planes.outputs[static_cast<std::size_t>(c)];
    for (Index j = 0; j < count; ++j) out[j] = (scale[c] - 1.0f) * in[j] + shift[c];
  }
}

void run(const ExpertsLayer& layer, const Plan& plan, const float* condition, Index count,
         const PlaneMemory::LayerPlanes& planes, Part part, float*) {
  const std::size_t projections = layer.projections.size(), experts = layer.logits.size();
  const float* query = condition + layer.query.condition_at;
  const float* value = condition + layer.value.condition_at;
  const float* logit = condition + layer.logit.condition_at;
  const Index* positions = plan.resolutions.front().positions.data() + part.first;
  const Index vectors = std::min(part.end, vectors_of(plan, count)) - part.first;
  plan.engine.kernels->weigh_experts(
      {planes.outputs.data(), planes.outputs.data() + projections, static_cast<Index>(experts),
       static_cast<Index>(projections / experts), query, query + projections, value,
       value + projections, logit, logit + experts, positions, vectors});
}

void pool(const Resolution& from, const Resolution& to, const float* in, float* out) {
  const bool plane = from.height > 1;
  for (Index row = 0; row < to.height; ++row) {
    const float* upper = in + (plane ? 2 : 1) * row * from.pitch;
    const float* lower = plane ? upper + from.pitch : upper;
    for (Index column = 0; column < to.width; ++column) {
      const Index at = 2 * column;
      out[row * to.pitch + column] =
          0.25f * ((upper[at] + upper[at + 1]) + (lower[at] + lower[at + 1]));
    }
  }
}

void upsample(const Resolution& from, const Resolution& to, const float* in, float* out) {
  const Index rows = to.height > from.height ? 2 : 1;
  for (Index row = 0; row < to.height; ++row) {
    const float* source = in + row / rows * from.pitch;
    for (Index column = 0; column < to.width; ++column) {
      out[row * to.pitch + column] = source[column / 2];
    }
  }
}

void run(const ResamplingLayer& layer, const Plan& plan, const float*, Index,
         const PlaneMemory::LayerPlanes& planes, Part part, float*) {
  const Resolution &from = plan.resolutions[layer.from], &to = plan.resolutions[layer.to];
  const auto resample = layer.kind == ResamplingLayer::Kind::pool ? pool : upsample;
  for (Index i = part.first; i < part.end; ++i) {
    const auto at = static_cast<std::size_t>(i);
    resample(from, to, planes.inputs[at], planes.outputs[at]);
  }
}

void run(const EdgeLayer& layer, const Plan& plan, const float*, Index,
         const PlaneMemory::LayerPlanes& planes, Part part, float*) {
  const Resolution& r = plan.resolutions[layer.resolution];
  for (Index i = part.first; i < part.end; ++i) {
    float* plane = planes.outputs[static_cast<std::size_t>(i)];
    for (Index row = 0; row < r.height; ++row) {
      float* begin = plane + row * r.pitch;
      std::fill_n(begin - r.halo, r.halo, begin[0]);
      std::fill_n(begin + r.width, r.halo, begin[r.width - 1]);
    }
    const float *top = plane - r.halo, *bottom = top + (r.height - 1) * r.pitch;
    for (Index above = 1; above <= r.halo_rows; ++above) {
      std::copy_n(top, r.pitch, plane - r.halo - above * r.pitch);
      std::copy_n(bottom, r.pitch, plane - r.halo + (r.height - 1 + above) * r.pitch);
    }
  }
}

std::size_t resolution_of(const Plan& plan, std::size_t plane) {
  return plan.plane_resolutions[plane];
}

Index units_of(const Layer& layer, const Plan& plan) {
  return std::visit([&](const auto& known) { return units_of(known, plan); }, layer);
}

}  // namespace

PlaneMemory::PlaneMemory(const Plan& plan, int threads) {
  std::size_t size = 0;
  for (std::size_t plane = 0; plane < plan.plane_resolutions.size(); ++plane) {
    const Resolution& r = plan.resolutions[resolution_of(plan, plane)];
    offsets_.push_back(size + static_cast<std::size_t>(r.origin()));
    size += static_cast<std::size_t>(r.plane_size);
  }
  memory_.setZero(static_cast<Index>(size));
  // A line of the cache between those of two threads.
  scratch_.setZero(plan.scratch_size == 0 ? 0 : (plan.scratch_size + 31) / 16 * 16, threads);
  for (const Layer& layer : plan.layers) {
    LayerPlanes& planes = layers_.emplace_back();
    std::visit(
        [&](const auto& known) {
          if constexpr (requires { known.logits; }) {
            for (const std::size_t p : known.projections) planes.outputs.push_back(plane(p));
            for (const std::size_t p : known.logits) planes.outputs.push_back(plane(p));
          } else if constexpr (requires { known.planes; }) {
            for (const std::size_t p : known.planes) planes.outputs.push_back(plane(p));
          } else {
            for (const std::size_t p : known.inputs) planes.inputs.push_back(plane(p));
            for (const std::size_t p : known.outputs) planes.outputs.push_back(plane(p));
          }
          if constexpr (requires { known.factors; }) {
            for (const std::size_t p : known.factors) planes.factors.push_back(plane(p));
            for (const std::size_t p : known.residuals) planes.residuals.push_back(plane(p));
          }
        },
        layer);
  }
}

Index most_parts(const Plan& plan) {
  Index most = 1;
  for (const Layer& layer : plan.layers) most = std::max(most, units_of(layer, plan));
  return most;
}

void run_layers(const Plan& plan, const float* condition, Index count, PlaneMemory& memory,
                Team& team) {
  // Several parts a thread, so that one that is slower does fewer.
  constexpr Index parts_a_thread = 8;
  const Index most =
      team.size() == 1 ? 1 : std::min(parts_a_thread * team.size(), Team::most_chunks);
  const auto parts_of = [&](Index stage) {
    return std::min(most, units_of(plan.layers[static_cast<std::size_t>(stage)], plan));
  };
  const auto run_part = [&](Index stage, Index number, int worker) {
    const auto at = static_cast<std::size_t>(stage);
    const Index units = units_of(plan.layers[at], plan), parts = parts_of(stage);
    const Part part{units * number / parts, units * (number + 1) / parts};
    std::visit(
        [&](const auto& layer) {
          run(layer, plan, condition, count, memory.layer(at), part, memory.scratch(worker));
        },
        plan.layers[at]);
  };
  team.run(static_cast<Index>(plan.layers.size()), parts_of, run_part);
}

void load_planes(const Plan& plan, const float* input, Index count, PlaneMemory& memory) {
  const Resolution& r = plan.resolutions.front();
  const auto planes = static_cast<Index>(plan.inputs.size());
  for (Index p = 0; p < planes; ++p) {
    float* plane = memory.plane(plan.inputs[static_cast<std::size_t>(p)]);
    if (plan.signals > 1) {
      for (Index j = 0; j < count; ++j) plane[j] = input[j * planes + p];
      continue;
    }
    for (Index row = 0; row < r.height; ++row, input += r.width) {
      std::copy_n(input, r.width, plane + row * r.pitch);
    }
  }
}

void store_planes(const Plan& plan, PlaneMemory& memory, Index count, float* output) {
  const Resolution& r = plan.resolutions.front();
  const auto planes = static_cast<Index>(plan.outputs.size());
  for (Index p = 0; p < planes; ++p) {
    const float* plane = memory.plane(plan.outputs[static_cast<std::size_t>(p)]);
    if (plan.signals > 1) {
      for (Index j = 0; j < count; ++j) output[j * planes + p] = plane[j];
      continue;
    }
    for (Index row = 0; row < r.height; ++row, output += r.width) {
      std::copy_n(plane + row * r.pitch, r.width, output);
    }
  }
}

}  // namespace pellucid::network
