// SPDX-License-Identifier: BSD-3-Clause
#include "network/workspace.hpp"

#include <algorithm>

namespace pellucid::network {

namespace {

// Vectors of pixels that hold `count` signals, where pixels are signals; else all.
Index vectors_of(const Plan& plan, const std::vector<Index>& positions, Index count) {
  if (plan.signals == 1) return static_cast<Index>(positions.size());
  return (count + plan.kernels->lanes - 1) / plan.kernels->lanes;
}

void run(const ConvolutionLayer& layer, const Plan& plan, const float* condition, Index count,
         const PlaneMemory::LayerPlanes& planes, float* scratch) {
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
  c.residuals = planes.residuals.empty() ? nullptr : planes.residuals.data();
  c.outputs = planes.outputs.data();
  c.output_channels = out;
  const std::vector<Index>& positions = layer.in_row_pairs ? r.row_pairs : r.positions;
  c.positions = positions.data();
  c.position_count = vectors_of(plan, positions, count);
  c.mask = r.mask.data() + r.origin();
  c.pitch = r.pitch;
  c.scratch = scratch;
  (layer.in_row_pairs ? plan.kernels->convolve_row_pairs : plan.kernels->convolve)(c);
}

void run(const PointwiseLayer& layer, const Plan& plan, const float*, Index,
         const PlaneMemory::LayerPlanes& planes, float*) {
  const Resolution& r = plan.resolutions[layer.resolution];
  plan.kernels->pointwise({planes.inputs.data(), layer.scale.data(), layer.shift.data(),
                           layer.activation, planes.outputs.data(),
                           static_cast<Index>(layer.inputs.size()), r.positions.data(),
                           static_cast<Index>(r.positions.size()), r.mask.data() + r.origin()});
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
         const PlaneMemory::LayerPlanes& planes, float*) {
  const Resolution &from = plan.resolutions[layer.from], &to = plan.resolutions[layer.to];
  const auto resample = layer.kind == ResamplingLayer::Kind::pool ? pool : upsample;
  for (std::size_t i = 0; i < planes.inputs.size(); ++i) {
    resample(from, to, planes.inputs[i], planes.outputs[i]);
  }
}

void run(const EdgeLayer& layer, const Plan& plan, const float*, Index,
         const PlaneMemory::LayerPlanes& planes, float*) {
  const Resolution& r = plan.resolutions[layer.resolution];
  for (float* plane : planes.outputs) {
    for (Index row = 0; row < r.height; ++row) {
      float* begin = plane + row * r.pitch;
      std::fill_n(begin - r.halo, r.halo, begin[0]);
      std::fill_n(begin + r.width, r.halo, begin[r.width - 1]);
    }
    const float *top = plane - r.halo, *bottom = top + (r.height - 1) * r.pitch;
    for (Index i = 1; i <= r.halo_rows; ++i) {
      std::copy_n(top, r.pitch, plane - r.halo - i * r.pitch);
      std::copy_n(bottom, r.pitch, plane - r.halo + (r.height - 1 + i) * r.pitch);
    }
  }
}

std::size_t resolution_of(const Plan& plan, std::size_t plane) {
  return plan.plane_resolutions[plane];
}

}  // namespace

PlaneMemory::PlaneMemory(const Plan& plan) {
  std::size_t size = 0;
  for (std::size_t plane = 0; plane < plan.plane_resolutions.size(); ++plane) {
    const Resolution& r = plan.resolutions[resolution_of(plan, plane)];
    offsets_.push_back(size + static_cast<std::size_t>(r.origin()));
    size += static_cast<std::size_t>(r.plane_size);
  }
  memory_.setZero(static_cast<Index>(size));
  scratch_.setZero(plan.scratch_size);
  for (const Layer& layer : plan.layers) {
    LayerPlanes& planes = layers_.emplace_back();
    std::visit(
        [&](const auto& known) {
          if constexpr (requires { known.planes; }) {
            for (const std::size_t p : known.planes) planes.outputs.push_back(plane(p));
          } else {
            for (const std::size_t p : known.inputs) planes.inputs.push_back(plane(p));
            for (const std::size_t p : known.outputs) planes.outputs.push_back(plane(p));
          }
          if constexpr (requires { known.residuals; }) {
            for (const std::size_t p : known.residuals) planes.residuals.push_back(plane(p));
          }
        },
        layer);
  }
}

void run_layers(const Plan& plan, const float* condition, Index count, PlaneMemory& memory) {
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    std::visit(
        [&](const auto& layer) {
          run(layer, plan, condition, count, memory.layer(i), memory.scratch());
        },
        plan.layers[i]);
  }
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
