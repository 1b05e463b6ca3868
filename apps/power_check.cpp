// SPDX-License-Identifier: BSD-3-Clause
#include "power_check.hpp"

#include <fmt/format.h>

#include <numeric>

namespace pellucid::app {

template <class T>
void warn_of_scale(ConstBatch<T> noisy, const Model& model, const Noise& noise,
                   const std::string& name, Monitor& monitor) {
  constexpr Index few = 16;
  const double factor = noisy.cols() < few ? 100 : 10;
  const std::vector<double> deviations = noise.standard_deviations(model);
  const double noise_power =
      std::inner_product(deviations.begin(), deviations.end(), deviations.begin(), 0.0) /
      static_cast<double>(deviations.size());
  const double mean_power = model.offset.squaredNorm() / static_cast<double>(model.dim());
  const double expected = model.power + mean_power + noise_power;
  const double found = static_cast<double>(noisy.squaredNorm()) / static_cast<double>(noisy.size());
  const bool too_small = noisy.cols() >= few && found * factor < expected;
  if (!too_small && !(found > factor * expected)) return;
  monitor.warn(fmt::format(
      "{}: average power {:.3g} per entry, where the model's signals have {:.3g} and the noise "
      "{:.3g}: are the data in the model's units?",
      name, found, model.power + mean_power, noise_power));
}

template void warn_of_scale<float>(ConstBatch<float>, const Model&, const Noise&,
                                   const std::string&, Monitor&);
template void warn_of_scale<double>(ConstBatch<double>, const Model&, const Noise&,
                                    const std::string&, Monitor&);
template void warn_of_scale<std::complex<float>>(ConstBatch<std::complex<float>>, const Model&,
                                                 const Noise&, const std::string&, Monitor&);
template void warn_of_scale<std::complex<double>>(ConstBatch<std::complex<double>>, const Model&,
                                                  const Noise&, const std::string&, Monitor&);

}  // namespace pellucid::app
