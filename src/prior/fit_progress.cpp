// SPDX-License-Identifier: BSD-3-Clause
#include "prior/fit_progress.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

#include "pellucid/base/error.hpp"
#include "pellucid/prior/fit_fingerprint.hpp"

namespace pellucid {

namespace {

using nlohmann::json;

constexpr Index most_hashed = 64;  // samples, spread evenly

/// FNV-1a over the bits of doubles, eight bytes at a time.
class Hash {
 public:
  void add(const double* numbers, Index count) {
    for (Index i = 0; i < count; ++i) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, numbers + i, sizeof bits);
      value_ = (value_ ^ bits) * 0x100000001B3ULL;
      value_ ^= value_ >> 29;  // high bits must reach low ones
    }
  }
  template <class Derived>
  void add(const Eigen::PlainObjectBase<Derived>& numbers) {
    add(reinterpret_cast<const double*>(numbers.data()),
        numbers.size() * (is_complex<typename Derived::Scalar> ? 2 : 1));
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xCBF29CE484222325ULL;
};

template <class T>
std::uint64_t hash_samples(const SampleSource<T>& clean) {
  Hash hash;
  Vector<T> sample(clean.dim());
  const Index hashed = std::min(clean.count(), most_hashed);
  for (Index i = 0; i < hashed; ++i) {
    clean.read((clean.count() - 1) * i / std::max<Index>(1, hashed - 1), sample);
    hash.add(sample);
  }
  return hash.value();
}

template <class T>
std::uint64_t hash_mixture(const GaussianMixture<T>& mixture) {
  Hash hash;
  hash.add(mixture.weights);
  hash.add(mixture.means);
  for (const Matrix<T>& covariance : mixture.covariances) hash.add(covariance);
  return hash.value();
}

}  // namespace

template <class T>
std::string fit_fingerprint(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                            Index components) {
  json text = {{"version", 1},
               {"samples", clean.count()},
               {"dim", clean.dim()},
               {"complex", is_complex<T>},
               {"hash", hash_samples(clean)},
               {"components", components},
               {"covariance", name(options.covariance)},
               {"blocks", options.blocks},
               {"rank", options.rank},
               {"batch", options.batch},
               {"restarts", options.restarts},
               {"regularisation", options.regularisation},
               {"ridge", options.ridge},
               {"seed", options.seed}};
  if (options.start) text["start"] = hash_mixture(*options.start);
  return text.dump();
}

std::string progress_text(const FitProgress& progress) {
  const MixtureFitReport& report = progress.report;
  json reseedings = json::array();
  for (const Reseeding& r : report.reseedings) {
    reseedings.push_back({r.pass, r.component, r.singular});
  }
  return json{{"log_likelihood", report.log_likelihood},
              {"penalised", report.penalised_log_likelihood},
              {"reseeded", report.reseeded},
              {"reseedings", reseedings},
              {"singular_passes", progress.singular_passes}}
      .dump();
}

FitProgress parse_progress(const std::string& text) {
  FitProgress progress;
  try {
    const json all = json::parse(text);
    all.at("log_likelihood").get_to(progress.report.log_likelihood);
    all.at("penalised").get_to(progress.report.penalised_log_likelihood);
    all.at("reseeded").get_to(progress.report.reseeded);
    all.at("singular_passes").get_to(progress.singular_passes);
    for (const json& r : all.at("reseedings")) {
      progress.report.reseedings.push_back(
          {r.at(0).get<int>(), r.at(1).get<Index>(), r.at(2).get<bool>()});
    }
  } catch (const json::exception&) {
    throw Error("the checkpoint's progress is damaged: fit without --resume");
  }
  return progress;
}

template std::string fit_fingerprint<double>(const SampleSource<double>&,
                                             const MixtureFitOptions<double>&, Index);
template std::string fit_fingerprint<std::complex<double>>(
    const SampleSource<std::complex<double>>&, const MixtureFitOptions<std::complex<double>>&,
    Index);

}  // namespace pellucid
