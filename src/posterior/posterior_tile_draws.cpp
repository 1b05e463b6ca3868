// SPDX-License-Identifier: BSD-3-Clause

// What is drawn from a posterior, and the score: the parts of `Tile` that no estimate needs.

#include "posterior/posterior_tile.hpp"

namespace pellucid {

template <class T>
void MixturePosterior<T>::Tile::draw(const RandomStream& random, std::uint64_t first,
                                     Batch<T> out) {
  const Index n = p_.latent();
  random.normal<T>(first, 0, white_.leftCols(samples_));
  std::vector<std::vector<Index>> chosen(static_cast<std::size_t>(p_.components()));
  for (Index j = 0; j < samples_; ++j) {
    // The last component of some weight takes what rounding leaves.
    double left =
        random.uniform(first + static_cast<std::uint64_t>(j), 1, 0) * weights_.col(j).sum();
    Index component = 0;
    for (Index k = 0; k < p_.components() && left >= 0.0; ++k) {
      if (weights_(k, j) == 0.0) continue;
      component = k;
      left -= weights_(k, j);
    }
    chosen[static_cast<std::size_t>(component)].push_back(j);
  }
  for (Index k = 0; k < p_.components(); ++k) {
    active_ = chosen[static_cast<std::size_t>(k)];
    coefficients_.leftCols(static_cast<Index>(active_.size())).setZero();
    gather(k, active_);
    for (std::size_t a = 0; a < active_.size(); ++a) {
      prepare_for(k, active_[a]);
      coefficients_.col(static_cast<Index>(a)).array() +=
          remaining_.segment(n * k, n).sqrt().template cast<RealOf<T>>() *
          white_.col(active_[a]).array();
    }
    means_of_gathered(k, n);
    for (std::size_t a = 0; a < active_.size(); ++a) {
      out.col(active_[a]) = estimates_.col(static_cast<Index>(a));
    }
  }
  solve_exact(out);
}

template <class T>
void MixturePosterior<T>::Tile::score(Batch<T> out) {
  const Index r = p_.rank();
  out.setZero();
  if (r == 0) return;
  Matrix<T> whitened(r, samples_), product(r, samples_);
  for (Index k = 0; k < p_.components(); ++k) {
    gather(k);
    const auto count = static_cast<Index>(active_.size());
    for (Index a = 0; a < count; ++a) {
      const Index j = active_[static_cast<std::size_t>(a)];
      prepare_for(k, j);
      for (Index i = 0; i < r; ++i) {
        const auto weight =
            static_cast<RealOf<T>>(-weights_(k, j) * precision_(real_parts<T> * (r * k + i)));
        whitened(i, a) = weight * rotated_(r * k + i, j);
      }
    }
    linalg::multiply<T>(linalg::Op::none, T(1), p_.basis(k), whitened.leftCols(count), T(0),
                        product.leftCols(count));
    for (Index a = 0; a < count; ++a) {
      out.col(active_[static_cast<std::size_t>(a)]) += product.col(a);
    }
  }
}

#define PELLUCID_INSTANTIATE(T)                                                                \
  template void MixturePosterior<T>::Tile::draw(const RandomStream&, std::uint64_t, Batch<T>); \
  template void MixturePosterior<T>::Tile::score(Batch<T>);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
