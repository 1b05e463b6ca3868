// SPDX-License-Identifier: BSD-3-Clause

// For compare_pytorch.py: the layers of the channel estimators' network by oneDNN, used as its
// guide says: formats of its own choice kept across layers, weights reordered once, ReLU fused, the
// step's scales folded into the convolution before them. Speaks as network_once does.
//
// Usage: onednn_once MODEL.safetensors SIGNALS.npy OUT.npy THREADS [f32|bf16]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <dnnl.hpp>
#include <iostream>
#include <sstream>

#include "pellucid/pellucid.hpp"

extern "C" void omp_set_num_threads(int threads);  // libgomp's; its header is GCC's own

namespace {

using namespace pellucid;
using dnnl::memory;
using Plain = memory::format_tag;

constexpr Index together = 4;  // signals that go through all layers in the cache

struct Convolution {
  dnnl::convolution_forward primitive;
  memory weights, bias, output;
};

class OneDnn {
 public:
  OneDnn(const NetworkPrior<std::complex<double>>& prior, double step, Index signals,
         memory::data_type type)
      : tensors_(*prior.tensors), shape_(prior.architecture.data_shape), type_(type) {
    const auto& cnn = std::get<CnnArchitecture>(prior.architecture.layers);
    input_ = memory(plain(signals, shape_[0]), engine_);
    modulation_ = modulation_of(cnn, step);
    memory::desc from = memory::desc(dims(signals, shape_[0]), type_, Plain::any);
    add_half("pre", cnn.channels_pre, signals, from);
    add_half("post", cnn.channels_post, signals, from);
    output_ = memory(plain(signals, shape_[0]), engine_);
    first_ = memory(first_format_, engine_);
    into_ = dnnl::reorder(input_, first_);
    out_of_ = dnnl::reorder(layers_.back().output, output_);
  }

  void run(const float* in, float* out) {
    input_.set_data_handle(const_cast<float*>(in));
    output_.set_data_handle(out);
    into_.execute(stream_, input_, first_);
    memory* x = &first_;
    for (Convolution& layer : layers_) {
      layer.primitive.execute(stream_, {{DNNL_ARG_SRC, *x},
                                        {DNNL_ARG_WEIGHTS, layer.weights},
                                        {DNNL_ARG_BIAS, layer.bias},
                                        {DNNL_ARG_DST, layer.output}});
      x = &layer.output;
    }
    out_of_.execute(stream_, *x, output_);
    stream_.wait();
  }

 private:
  [[nodiscard]] memory::dims dims(Index signals, Index channels) const {
    return {signals, channels, shape_[1], shape_[2]};
  }
  [[nodiscard]] memory::desc plain(Index signals, Index channels) const {
    return {dims(signals, channels), memory::data_type::f32, Plain::nchw};
  }
  [[nodiscard]] std::vector<float> values(const std::string& name) const {
    return tensors_.find(name)->second.values;
  }

  // 1 + s and t of every channel, of one time layer.
  [[nodiscard]] std::vector<float> modulation_of(const CnnArchitecture& cnn, double step) const {
    if (cnn.time_layers != 1 || cnn.batch_norm) throw Error("not the golden CNNs' layers");
    const Index half = cnn.time_channels / 2, width = cnn.channels_pre.back();
    const std::vector<float> weight = values("time_mlp.time_linear1.weight");
    std::vector<float> both = values("time_mlp.time_linear1.bias");
    for (Index o = 0; o < 2 * width; ++o) {
      for (Index i = 0; i < cnn.time_channels; ++i) {
        const double angle = (step - 1) * std::pow(1e4, -static_cast<double>(i % half) /
                                                            static_cast<double>(half - 1));
        both[static_cast<std::size_t>(o)] +=
            weight[static_cast<std::size_t>(o * cnn.time_channels + i)] *
            static_cast<float>(i < half ? std::sin(angle) : std::cos(angle));
      }
      if (o < width) both[static_cast<std::size_t>(o)] += 1;
    }
    return both;
  }

  void add_half(const std::string& part, const std::vector<Index>& channels, Index signals,
                memory::desc& from) {
    for (std::size_t i = 0; i + 1 < channels.size(); ++i) {
      const bool last = i + 2 == channels.size();
      std::string name = "cnn_" + part;
      name += ".conv_" + part;
      name += std::to_string(i);
      std::vector<float> weight = values(name + ".weight"), bias = values(name + ".bias");
      if (last && part == "pre") fold(weight, bias);
      from = add(weight, bias, channels[i], channels[i + 1], signals, !last, from);
    }
  }

  void fold(std::vector<float>& weight, std::vector<float>& bias) const {
    const std::size_t width = bias.size(), each = weight.size() / width;
    for (std::size_t i = 0; i < weight.size(); ++i) weight[i] *= modulation_[i / each];
    for (std::size_t o = 0; o < width; ++o) {
      bias[o] = bias[o] * modulation_[o] + modulation_[width + o];
    }
  }

  memory::desc add(std::vector<float>& weight, std::vector<float>& bias, Index in, Index out,
                   Index signals, bool relu, const memory::desc& from) {
    const memory::desc given({out, in, 3, 3}, memory::data_type::f32, Plain::oihw);
    const memory::desc biases({out}, memory::data_type::f32, Plain::x);
    const dnnl::convolution_forward::desc asked(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_auto, from,
        memory::desc({out, in, 3, 3}, type_, Plain::any), biases,
        memory::desc(dims(signals, out), type_, Plain::any), {1, 1}, {1, 1}, {1, 1});
    dnnl::primitive_attr attributes;
    dnnl::post_ops after;
    if (relu) after.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
    attributes.set_post_ops(after);
    const dnnl::convolution_forward::primitive_desc chosen(asked, attributes, engine_);
    if (layers_.empty()) first_format_ = chosen.src_desc();
    Convolution& layer = layers_.emplace_back();
    layer.primitive = dnnl::convolution_forward(chosen);
    layer.weights = memory(chosen.weights_desc(), engine_);
    layer.bias = memory(biases, engine_);
    layer.output = memory(chosen.dst_desc(), engine_);
    memory own(given, engine_, weight.data());
    dnnl::reorder(own, layer.weights).execute(stream_, own, layer.weights);
    std::copy(bias.begin(), bias.end(), static_cast<float*>(layer.bias.get_data_handle()));
    stream_.wait();
    return chosen.dst_desc();
  }

  const NamedTensors& tensors_;
  std::vector<Index> shape_;
  memory::data_type type_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::vector<float> modulation_;
  std::vector<Convolution> layers_;
  memory::desc first_format_;
  memory input_, first_, output_;
  dnnl::reorder into_, out_of_;
};

void serve(char** argv, memory::data_type type) {
  omp_set_num_threads(std::stoi(argv[4]));
  const Model model = read_model(argv[1]);
  const auto& prior =
      std::get<NetworkPrior<std::complex<double>>>(std::get<ComplexPrior>(model.prior));
  const Array array = read_npy(argv[2]);
  const Matrix<float> in = to_samples<float>(array, argv[2]);
  Matrix<float> out(in.rows(), in.cols());
  const Index tile = std::min(together, in.cols());
  if (in.cols() % tile != 0) throw Error("signals must be a multiple of 4, or fewer");
  OneDnn network(prior, 50, tile, type);  // the script's step
  std::printf("ready\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string word;
    double step = 0;
    int repeat = 1;
    words >> word >> step >> repeat;
    if (word == "run") {
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < repeat; ++i) {
        for (Index j = 0; j < in.cols(); j += tile) {
          network.run(in.col(j).data(), out.col(j).data());
        }
      }
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      std::printf("%.9f\n", taken.count() / repeat);
    } else {
      write_npy(argv[3], from_samples<float>(out, array.sample_shape()));
      std::printf("written\n");
    }
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 5) {
    std::fprintf(stderr, "usage: onednn_once MODEL SIGNALS OUT THREADS [f32|bf16]\n");
    return 2;
  }
  const bool low = argc > 5 && std::string(argv[5]) == "bf16";
  serve(argv, low ? memory::data_type::bf16 : memory::data_type::f32);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "onednn_once: %s\n", error.what());
  return 1;
}
