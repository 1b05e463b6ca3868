// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <fftw3.h>

#include <complex>
#include <memory>
#include <mutex>
#include <type_traits>

#include "pellucid/base/error.hpp"

namespace pellucid {

/// FFTW's calls for one precision.
template <class R>
struct Fftw;

template <>
struct Fftw<float> {
  using Plan = fftwf_plan;
  using Complex = fftwf_complex;
  static constexpr auto plan_dft = &fftwf_plan_many_dft;
  static constexpr auto plan_r2r = &fftwf_plan_many_r2r;
  static constexpr auto plan_r2c = &fftwf_plan_dft_r2c_1d;
  static constexpr auto plan_c2r = &fftwf_plan_dft_c2r_1d;
  static constexpr auto execute_dft = &fftwf_execute_dft;
  static constexpr auto execute_r2r = &fftwf_execute_r2r;
  static constexpr auto execute_r2c = &fftwf_execute_dft_r2c;
  static constexpr auto execute_c2r = &fftwf_execute_dft_c2r;
  static constexpr auto destroy = &fftwf_destroy_plan;
};

template <>
struct Fftw<double> {
  using Plan = fftw_plan;
  using Complex = fftw_complex;
  static constexpr auto plan_dft = &fftw_plan_many_dft;
  static constexpr auto plan_r2r = &fftw_plan_many_r2r;
  static constexpr auto plan_r2c = &fftw_plan_dft_r2c_1d;
  static constexpr auto plan_c2r = &fftw_plan_dft_c2r_1d;
  static constexpr auto execute_dft = &fftw_execute_dft;
  static constexpr auto execute_r2r = &fftw_execute_r2r;
  static constexpr auto execute_r2c = &fftw_execute_dft_r2c;
  static constexpr auto execute_c2r = &fftw_execute_dft_c2r;
  static constexpr auto destroy = &fftw_destroy_plan;
};

/// Plans by rule, not by timing: the same sums in the same order in every run; and for arrays of
/// any alignment, as columns of a batch have.
inline constexpr unsigned fftw_flags = FFTW_ESTIMATE | FFTW_UNALIGNED;

/// FFTW's planner is one for the process and not thread-safe, both precisions apart; executing is.
inline std::mutex fftw_planner;

/// FFTW's complex numbers have the layout of `std::complex`.
template <class R>
typename Fftw<R>::Complex* fftw_cast(std::complex<R>* data) {
  return reinterpret_cast<typename Fftw<R>::Complex*>(data);
}

/// Owns a plan; `make` calls FFTW's planner.
template <class R>
class FftwPlan {
 public:
  template <class Make>
  explicit FftwPlan(Make make) {
    const std::scoped_lock lock(fftw_planner);
    plan_.reset(make());
    if (plan_ == nullptr) throw Error("transform: FFTW has no plan for this size: use another");
  }

  [[nodiscard]] typename Fftw<R>::Plan get() const { return plan_.get(); }

 private:
  struct Destroy {
    void operator()(typename Fftw<R>::Plan plan) const {
      const std::scoped_lock lock(fftw_planner);
      Fftw<R>::destroy(plan);
    }
  };
  std::unique_ptr<std::remove_pointer_t<typename Fftw<R>::Plan>, Destroy> plan_;
};

}  // namespace pellucid
