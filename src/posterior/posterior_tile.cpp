// SPDX-License-Identifier: BSD-3-Clause
#include "posterior/posterior_tile.hpp"

#include <cmath>

#include "pellucid/prior/weight_cutoff.hpp"
#include "prior/normal_density.hpp"
#include "prior/posterior_weights.hpp"

namespace pellucid {

template <class T>
MixturePosterior<T>::Tile::Tile(const Parts& parts)
    : p_(parts),
      reduced_(parts.rank(), parts.batch),
      rotated_(parts.bases.cols(), parts.batch),
      weights_(parts.components(), parts.batch),
      log_density_(parts.batch),
      precision_(real_parts<T> * parts.eigenvalues.size()),
      gain_(parts.eigenvalues.size()),
      remaining_(parts.unit_energy.size()),
      log_determinant_(parts.components()),
      prepared_(static_cast<std::size_t>(parts.components()), -1.0),
      within_for_(prepared_),
      within_(static_cast<std::size_t>(parts.components())),
      coefficients_(parts.latent(), parts.batch),
      estimates_(parts.means.rows(), parts.batch),
      white_(parts.latent(), parts.batch) {}

// What of a component depends on the noise alone. Noise 0 leaves directions that are not seen as
// they are and asks nothing of observations that cannot be (pseudo-inverse).
template <class T>
void MixturePosterior<T>::Tile::prepare(Index k, double noise) {
  const auto at = static_cast<std::size_t>(k);
  if (prepared_[at] == noise) return;
  prepared_[at] = noise;
  const Index r = p_.rank(), n = p_.latent();
  double log_determinant = 0.0;
  for (Index i = 0; i < n; ++i) {
    const double spread = p_.spread(n * k + i), l = i < r ? p_.eigenvalues(r * k + i) : 0.0;
    remaining_(n * k + i) = spread * spread * (l > 0.0 ? noise / (l + noise) : 1.0);
    if (i >= r) continue;
    const double total = l + noise, precision = total > 0.0 ? 1.0 / total : 0.0;
    gain_(r * k + i) = static_cast<RealOf<T>>(spread * std::sqrt(l) * precision);
    for (Index part = 0; part < real_parts<T>; ++part) {
      precision_(real_parts<T> * (r * k + i) + part) = precision;
    }
    if (total > 0.0) log_determinant += std::log(total);
  }
  log_determinant_(k) = log_determinant;
}

template <class T>
void MixturePosterior<T>::Tile::prepare_for(Index k, Index j) {
  prepare(k, noise_of(j));
}

template <class T>
void MixturePosterior<T>::Tile::observe(ConstBatch<T> y, Variances noise) {
  samples_ = y.cols();
  noise_ = noise;
  auto rotated = rotated_.leftCols(samples_);
  // One product rotates into the bases of all components.
  auto reduced = reduced_.leftCols(samples_);
  if (p_.reduction.size() > 0) {
    linalg::multiply<T>(linalg::Op::none, T(1), p_.reduction, y, T(0), reduced);
  } else if (p_.rank() > 0) {
    reduced = y;
  }
  linalg::multiply<T>(linalg::Op::adjoint, T(1), p_.bases, reduced, T(0), rotated);
  for (Index j = 0; j < samples_; ++j) {
    for (Index k = 0; k < p_.components(); ++k) {
      prepare_for(k, j);
      centre(k, j);
    }
    auto p = weights_.col(j);
    log_density_(j) =
        weights_above(weight_cutoff<T>(p_.components()), p, [&] { return nearest(j); });
  }
}

// z_k of one sample from its rotation, and the component's log weight.
template <class T>
void MixturePosterior<T>::Tile::centre(Index k, Index j) {
  const Index r = p_.rank();
  if (r == 0) {
    weights_(k, j) = p_.log_weights(k);
    return;
  }
  const double energy =
      kernels_.centre_and_weigh(reals(&rotated_(r * k, j)), reals(&p_.rotated_means(r * k)),
                                &precision_(real_parts<T> * r * k), real_parts<T> * r);
  weights_(k, j) = p_.log_weights(k) - quadratic_weight<T> * (energy + log_determinant_(k));
}

// The component that outweighs all others where an observation's squares overflow.
template <class T>
Index MixturePosterior<T>::Tile::nearest(Index j) {
  const Index r = p_.rank();
  const auto size = static_cast<double>(rotated_.col(j).cwiseAbs().maxCoeff());
  return nearest_component(p_.log_weights, [&](Index k) {
    prepare_for(k, j);
    double energy = 0;
    for (Index i = r * k; i < r * (k + 1); ++i) {
      energy += std::norm(Wide<T>(rotated_(i, j)) / size) * precision_(real_parts<T> * i);
    }
    return energy;
  });
}

template <class T>
void MixturePosterior<T>::Tile::gather(Index k) {
  active_.clear();
  for (Index j = 0; j < samples_; ++j) {
    if (weights_(k, j) > 0.0) active_.push_back(j);
  }
  gather(k, active_);
}

// Coefficients along D_k of mu_k - m_k of the chosen samples.
template <class T>
void MixturePosterior<T>::Tile::gather(Index k, const std::vector<Index>& chosen) {
  const Index r = p_.rank();
  for (std::size_t a = 0; a < chosen.size(); ++a) {
    prepare_for(k, chosen[a]);
    coefficients_.col(static_cast<Index>(a)).head(r) =
        rotated_.col(chosen[a]).segment(r * k, r).cwiseProduct(gain_.segment(r * k, r));
  }
}

// m_k + D_k coefficients of the gathered samples, the first `rows` of the coefficients.
template <class T>
void MixturePosterior<T>::Tile::means_of_gathered(Index k, Index rows) {
  const auto count = static_cast<Index>(active_.size());
  if (count == 0) return;
  auto estimates = estimates_.leftCols(count);
  estimates.colwise() = p_.means.col(k);
  linalg::multiply<T>(linalg::Op::none, T(1), p_.directions_of(k).leftCols(rows),
                      coefficients_.topLeftCorner(rows, count), T(1), estimates);
}

template <class T>
void MixturePosterior<T>::Tile::solve_exact(Batch<T> out) {
  for (Index j = 0; j < samples_; ++j) {
    if (!is_exact(j)) continue;
    if (p_.inverse.size() == 0) {
      out.col(j) = reduced_.col(j);
    } else {
      linalg::multiply<T>(linalg::Op::none, T(1), p_.inverse, reduced_.middleCols(j, 1), T(0),
                          out.middleCols(j, 1));
    }
  }
}

template <class T>
void MixturePosterior<T>::Tile::mean(Batch<T> out) {
  out.setZero();
  for (Index k = 0; k < p_.components(); ++k) {
    gather(k);
    means_of_gathered(k, p_.rank());
    for (std::size_t a = 0; a < active_.size(); ++a) {
      const auto p = static_cast<RealOf<T>>(weights_(k, active_[a]));
      out.col(active_[a]) += p * estimates_.col(static_cast<Index>(a));
    }
  }
  solve_exact(out);
}

// The diagonal of Cov_k.
template <class T>
const Eigen::VectorXd& MixturePosterior<T>::Tile::variance_within(Index k, Index j) {
  const auto at = static_cast<std::size_t>(k);
  Eigen::VectorXd& within = within_[at];
  if (within_for_[at] == noise_of(j)) return within;
  within_for_[at] = noise_of(j);
  prepare_for(k, j);
  const auto directions = p_.directions_of(k);
  within.setZero(directions.rows());
  for (Index i = 0; i < directions.cols(); ++i) {
    within +=
        remaining_(p_.latent() * k + i) * directions.col(i).cwiseAbs2().template cast<double>();
  }
  return within;
}

template <class T>
void MixturePosterior<T>::Tile::variance(ConstBatch<T> mean, Batch<double> out) {
  out.setZero();
  for (Index k = 0; k < p_.components(); ++k) {
    gather(k);
    means_of_gathered(k, p_.rank());
    for (std::size_t a = 0; a < active_.size(); ++a) {
      const Index j = active_[a];
      const auto between = (estimates_.col(static_cast<Index>(a)) - mean.col(j))
                               .template cast<Wide<T>>()
                               .cwiseAbs2();
      out.col(j) += weights_(k, j) * (variance_within(k, j) + between);
    }
  }
  for (Index j = 0; j < samples_; ++j) {
    if (is_exact(j)) out.col(j).setZero();
  }
}

template <class T>
void MixturePosterior<T>::Tile::trace(ConstBatch<T> mean, Eigen::Ref<Eigen::VectorXd> out) {
  const Index n = p_.latent();
  out.setZero();
  for (Index k = 0; k < p_.components(); ++k) {
    gather(k);
    means_of_gathered(k, p_.rank());
    for (std::size_t a = 0; a < active_.size(); ++a) {
      const Index j = active_[a];
      prepare_for(k, j);
      const double within = (remaining_.segment(n * k, n) * p_.unit_energy.segment(n * k, n)).sum();
      const double between = (estimates_.col(static_cast<Index>(a)) - mean.col(j))
                                 .template cast<Wide<T>>()
                                 .squaredNorm();
      out(j) += weights_(k, j) * (within + between);
    }
  }
  for (Index j = 0; j < samples_; ++j) {
    if (is_exact(j)) out(j) = 0.0;
  }
}

template <class T>
void MixturePosterior<T>::Tile::covariance_times(ConstBatch<T> mean, ConstBatch<T> v,
                                                 Batch<T> out) {
  const Index n = p_.latent();
  Matrix<T> chosen(v.rows(), samples_), product(v.rows(), samples_);
  out.setZero();
  for (Index k = 0; k < p_.components(); ++k) {
    gather(k);
    means_of_gathered(k, p_.rank());
    const auto count = static_cast<Index>(active_.size());
    for (Index a = 0; a < count; ++a) chosen.col(a) = v.col(active_[static_cast<std::size_t>(a)]);
    // D_k diag(s2 / (l + s2)) D_k^H v.
    auto along = coefficients_.leftCols(count);
    linalg::multiply<T>(linalg::Op::adjoint, T(1), p_.directions_of(k), chosen.leftCols(count),
                        T(0), along);
    for (Index a = 0; a < count; ++a) {
      prepare_for(k, active_[static_cast<std::size_t>(a)]);
      along.col(a).array() *= remaining_.segment(n * k, n).template cast<RealOf<T>>();
    }
    linalg::multiply<T>(linalg::Op::none, T(1), p_.directions_of(k), along, T(0),
                        product.leftCols(count));
    for (Index a = 0; a < count; ++a) {
      const Index j = active_[static_cast<std::size_t>(a)];
      const Vector<T> off = estimates_.col(a) - mean.col(j);
      const auto p = static_cast<RealOf<T>>(weights_(k, j));
      out.col(j) += p * (product.col(a) + off * off.dot(v.col(j)));
    }
  }
  for (Index j = 0; j < samples_; ++j) {
    if (is_exact(j)) out.col(j).setZero();
  }
}

template class MixturePosterior<float>::Tile;
template class MixturePosterior<double>::Tile;
template class MixturePosterior<std::complex<float>>::Tile;
template class MixturePosterior<std::complex<double>>::Tile;

}  // namespace pellucid
