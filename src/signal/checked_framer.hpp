// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/base/error.hpp"
#include "pellucid/signal/framer.hpp"

namespace pellucid {

/// What all framers have in common: counting, and saying no to blocks that do not fit.
template <class T, class V>
class CheckedFramer : public Framer<T, V> {
 public:
  [[nodiscard]] Index dim() const final { return dim_; }
  [[nodiscard]] Index count() const final { return count_; }

  void cut(Index first, Batch<V> out) const final {
    check(first, out.rows(), out.cols());
    cut_block(first, out);
  }

  void add(Index first, ConstBatch<V> estimates, double noise_std) final {
    check(first, estimates.rows(), estimates.cols());
    if (first != added_) {
      throw Error("estimates from vector " + std::to_string(first) + " on follow " +
                  std::to_string(added_) + ": add every vector once, in rising order");
    }
    add_block(first, estimates, noise_std);
    added_ += estimates.cols();
  }

  [[nodiscard]] Vector<T> finish() const final {
    if (added_ != count_) {
      throw Error("estimates of " + std::to_string(added_) + " of " + std::to_string(count_) +
                  " vectors: add all before finishing");
    }
    return assemble();
  }

 protected:
  CheckedFramer(Index dim, Index count) : dim_(dim), count_(count) {}

 private:
  virtual void cut_block(Index first, Batch<V> out) const = 0;
  virtual void add_block(Index first, const ConstBatch<V>& estimates, double noise_std) = 0;
  [[nodiscard]] virtual Vector<T> assemble() const = 0;

  void check(Index first, Index rows, Index cols) const {
    if (rows == dim_ && first >= 0 && cols <= count_ - first) return;
    throw Error("block of " + std::to_string(rows) + " x " + std::to_string(cols) +
                " from vector " + std::to_string(first) + " on: the signal has " +
                std::to_string(count_) + " vectors of " + std::to_string(dim_));
  }

  Index dim_;
  Index count_;
  Index added_ = 0;
};

// One kind of framing each; arguments are checked already, `signal` outlives the framer.
template <class T>
[[nodiscard]] std::unique_ptr<Framer<T, T>> make_frames(const Framing& framing, const T* signal,
                                                        Index length);
template <class T>
[[nodiscard]] std::unique_ptr<Framer<T, std::complex<T>>> make_stft(const Framing& framing,
                                                                    const T* signal, Index length);
template <class T>
[[nodiscard]] std::unique_ptr<Framer<T, T>> make_patches(const Framing& framing,
                                                         const std::vector<Index>& shape,
                                                         const T* signal);

}  // namespace pellucid
