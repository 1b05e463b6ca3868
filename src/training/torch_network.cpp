// SPDX-License-Identifier: BSD-3-Clause
#include "training/torch_network.hpp"

#include <ATen/Parallel.h>
#include <cblas.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/autograd/variable.h>

#include <limits>
#include <string_view>
#include <vector>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "linalg/blas_memory.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "training/torch_layers.hpp"

namespace pellucid::training {

namespace {

using at::Tensor;

std::vector<int64_t> sizes_of(const std::vector<Index>& shape) {
  return {shape.begin(), shape.end()};
}

// A view of numbers that outlive it, on the CPU. libtorch has no views of constants; none of those
// that are constant here is written to.
Tensor view_of(const float* numbers, const std::vector<int64_t>& sizes) {
  return at::from_blob(const_cast<float*>(numbers), sizes, at::TensorOptions().dtype(at::kFloat));
}

// (entries, rows) column by column is (rows, entries) row by row.
Tensor view_of(const Eigen::MatrixXf& matrix) {
  return view_of(matrix.data(), {matrix.cols(), matrix.rows()});
}

class TorchNetwork final : public TrainableNetwork {
 public:
  TorchNetwork(const NetworkArchitecture& architecture, TrainingLoss loss, at::Device device,
               bool bf16)
      : architecture_(architecture),
        layout_(architecture),
        loss_(loss),
        device_(device),
        bf16_(bf16) {}

  double gradient(const TrainingBatch& batch, const Numbers& weights, Numbers& statistics,
                  Numbers& gradient) override {
    TorchPass pass = make_pass(weights, statistics);
    pass.own_statistics = true;
    std::vector<Tensor> learnt;
    for (const auto& entry : layout_.entries) {
      if (!entry.learnt) continue;
      learnt.push_back(pass.tensors.at(entry.name).requires_grad_(true));
    }
    const Tensor loss = loss_of(pass, batch);
    const auto gradients = torch::autograd::grad({loss}, learnt);
    std::size_t next = 0;
    for (const auto& entry : layout_.entries) {
      if (!entry.learnt) continue;
      view_of(gradient.data() + entry.offset, sizes_of(entry.shape)).copy_(gradients[next++]);
    }
    bring_back(pass, statistics);
    return loss.item<float>();
  }

  double loss(const TrainingBatch& batch, const Numbers& weights,
              const Numbers& statistics) override {
    const at::NoGradGuard no_gradient;
    return loss_of(make_pass(weights, statistics), batch).item<float>();
  }

  void follow_statistics(const TrainingBatch& batch, const Numbers& weights, double momentum,
                         Numbers& statistics) override {
    const at::NoGradGuard no_gradient;
    TorchPass pass = make_pass(weights, statistics);
    pass.own_statistics = true;
    pass.momentum = momentum;
    (void)outputs(pass, batch);
    bring_back(pass, statistics);
  }

  [[nodiscard]] Tensor outputs(const TorchPass& pass, const TrainingBatch& batch) const {
    return forward(pass, architecture_, view_of(batch.inputs).to(device_),
                   view_of(batch.embedding).to(device_));
  }

  [[nodiscard]] TorchPass make_pass(const Numbers& weights, const Numbers& statistics) const {
    TorchPass pass;
    pass.bf16 = bf16_;
    for (const auto& entry : layout_.entries) {
      const float* numbers = (entry.learnt ? weights : statistics).data() + entry.offset;
      pass.tensors[entry.name] = view_of(numbers, sizes_of(entry.shape)).to(device_);
    }
    return pass;
  }

 private:
  [[nodiscard]] Tensor loss_of(const TorchPass& pass, const TrainingBatch& batch) const {
    const Tensor difference = outputs(pass, batch) - view_of(batch.targets).to(device_);
    const Tensor each = loss_ == TrainingLoss::l2 ? difference.square() : difference.abs();
    const Tensor of_levels = each.view({batch.levels(), -1}).mean(1);
    return (of_levels * view_of(batch.weights.data(), {batch.levels()}).to(device_)).mean();
  }

  // From another device; on the CPU the running statistics are where they belong already.
  void bring_back(const TorchPass& pass, Numbers& statistics) const {
    if (device_.is_cpu()) return;
    for (const auto& entry : layout_.entries) {
      if (entry.learnt) continue;
      view_of(statistics.data() + entry.offset, sizes_of(entry.shape))
          .copy_(pass.tensors.at(entry.name));
    }
  }

  NetworkArchitecture architecture_;
  WeightLayout layout_;
  TrainingLoss loss_;
  at::Device device_;
  bool bf16_;
};

// Activations of some megabytes come and go with every step. The C library would ask the system for
// each anew, and zeroing their pages takes as long as computing with them.
void keep_freed_memory(bool keep) {
#ifdef __GLIBC__
  constexpr int usual_trim = 128 << 10, largest_kept = 32 << 20, usual_pad = 0, pad = 64 << 20;
  mallopt(M_MMAP_THRESHOLD, largest_kept);
  mallopt(M_TRIM_THRESHOLD, keep ? std::numeric_limits<int>::max() : usual_trim);
  mallopt(M_TOP_PAD, keep ? pad : usual_pad);
  if (!keep) malloc_trim(0);
#else
  (void)keep;
#endif
}

at::Device device_of(TrainingDevice device) {
  if (device == TrainingDevice::cpu) return at::Device(at::kCPU);
  if (!at::hasCUDA()) {
    throw Error(
        "device: cuda: this libtorch has no CUDA, or the machine no such device: train on the cpu, "
        "or build with a libtorch that has");
  }
  return at::Device(at::kCUDA);
}

}  // namespace

void check_training_device(TrainingDevice device) { (void)device_of(device); }

std::unique_ptr<TrainableNetwork> make_torch_network(const NetworkArchitecture& architecture,
                                                     TrainingLoss loss, TrainingDevice device,
                                                     bool bf16) {
  return std::make_unique<TorchNetwork>(architecture, loss, device_of(device), bf16);
}

Eigen::MatrixXf torch_outputs(const NetworkArchitecture& architecture, const TrainingBatch& batch,
                              const Numbers& weights, const Numbers& statistics, bool bf16) {
  const at::NoGradGuard no_gradient;
  const TorchNetwork network(architecture, TrainingLoss::l2, at::Device(at::kCPU), bf16);
  Eigen::MatrixXf result(batch.inputs.rows(), batch.inputs.cols());
  const Tensor outputs = network.outputs(network.make_pass(weights, statistics), batch);
  view_of(result.data(), {result.cols(), result.rows()}).copy_(outputs);
  return result;
}

TorchThreads::TorchThreads(int threads)
    : before_(at::get_num_threads()), blas_before_(openblas_get_num_threads()) {
  const int count = thread_count(threads);
  linalg::reserve_blas_memory(count);
  at::set_num_threads(count);
  openblas_set_num_threads(count);
  keep_freed_memory(true);
}

TorchThreads::~TorchThreads() {
  at::set_num_threads(before_);
  openblas_set_num_threads(blas_before_);
  keep_freed_memory(false);
}

void rethrow_torch_error() {
  try {
    throw;
  } catch (const c10::Error& error) {
    const std::string what = error.what_without_backtrace();
    if (what.find("memory") != std::string::npos) {
      throw Error(
          "not enough memory for a step of training: give a smaller batch, or a "
          "network of less width");
    }
    throw Error("libtorch: " + what.substr(0, what.find('\n')));
  } catch (const std::bad_alloc& error) {
    const std::string_view what = error.what();
    if (what.starts_with("out of memory")) throw Error(std::string(what));  // knows what helps
    throw Error(
        "not enough memory to train: give fewer samples, a smaller batch, or a network of less "
        "width");
  }
}

}  // namespace pellucid::training
