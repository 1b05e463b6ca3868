// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/model_file.hpp"

#include "io/files.hpp"
#include "io/models.hpp"
#include "pellucid/io/npy.hpp"
#include "pellucid/io/safetensors.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using test::array_of;

bool same(const Gaussian<auto>& a, const Gaussian<auto>& b) {
  return a.mean == b.mean && a.covariance == b.covariance;
}
bool same(const GaussianMixture<auto>& a, const GaussianMixture<auto>& b) {
  return a.weights == b.weights && a.means == b.means && a.covariances == b.covariances;
}
bool same(const LowRank<auto>& a, const LowRank<auto>& b) {
  return a.mean == b.mean && a.eigenvectors == b.eigenvectors && a.eigenvalues == b.eigenvalues;
}

// A tied covariance is stored as such, its eigenvectors are computed anew.
bool same(const DiagonalMixture<auto>& a, const DiagonalMixture<auto>& b) {
  const bool tied = a.covariance == CovarianceType::tied;
  return a.covariance == b.covariance && a.blocks == b.blocks && a.weights == b.weights &&
         a.means == b.means &&
         (tied ? component_covariance(a, 1).isApprox(component_covariance(b, 1), 1e-14)
               : a.variances == b.variances);
}
bool same(const FactorMixture<auto>& a, const FactorMixture<auto>& b) {
  return a.weights == b.weights && a.means == b.means && a.factors == b.factors &&
         a.noise_variances == b.noise_variances;
}

class ModelFile : public testing::Test {
 protected:
  template <class T, class Prior>
  void expect_round_trip(const Prior& prior, std::vector<Index> shape) {
    const Model model = test::some_model<T>(prior, std::move(shape));
    SCOPED_TRACE(model.kind());
    write_model(path_, model);
    const Model got = read_model(path_);
    EXPECT_EQ(got.kind(), model.kind());
    EXPECT_EQ(got.covariance(), model.covariance());
    EXPECT_EQ(got.is_complex(), is_complex<T>);
    EXPECT_EQ(got.shape, model.shape);
    EXPECT_EQ(got.offset, model.offset);
    EXPECT_EQ(got.scale, model.scale);
    EXPECT_EQ(got.power, model.power);
    EXPECT_EQ(got.schedule.settings(), model.schedule.settings());
    EXPECT_EQ(got.calibration, model.calibration);
    EXPECT_EQ(got.settings, model.settings);
    const auto& field = std::get < is_complex<T> ? 1 : 0 > (got.prior);
    EXPECT_TRUE(same(std::get<Prior>(field), prior));
  }

  /// A hand-written mixture of two real components with N = 2.
  static SafeTensors minimal() {
    SafeTensors content;
    content.metadata = {{"kind", "mixture"}, {"complex", "false"}};
    content.tensors["weights"] = array_of<float>(DType::float32, {2}, {0.5, 0.5});
    content.tensors["means"] = array_of<float>(DType::float32, {2, 2}, {1, 2, -1, -2});
    content.tensors["covariances"] =
        array_of<float>(DType::float32, {2, 2, 2}, {1, 0.5, 0.5, 2, 3, 0, 0, 4});
    return content;
  }

  Model read(const SafeTensors& content) {
    OutputFile out(path_);
    write_safetensors(out, content);
    out.commit();
    return read_model(path_);
  }

  /// Reading the minimal mixture after `change` must fail.
  template <class Change>
  void refused(Change&& change, std::initializer_list<const char*> parts) {
    SafeTensors content = minimal();
    change(content);
    test::expect_refused(
        path_, [&](const auto&) { return read(content); }, parts);
  }

  void refused_field(const std::string& field, const std::string& text,
                     std::initializer_list<const char*> parts) {
    SCOPED_TRACE(field + " " + text);
    refused([&](SafeTensors& content) { content.metadata[field] = text; }, parts);
    refused([&](SafeTensors& content) { content.metadata[field] = text; }, {field.c_str()});
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "m.safetensors";
};

TEST_F(ModelFile, EveryKindRoundTrips) {
  expect_round_trip<double>(test::some_gaussian<double>(6), {2, 3});
  expect_round_trip<double>(test::some_mixture<double>(6, 3), {6});
  expect_round_trip<double>(test::some_low_rank<double>(6, 2), {3, 2});
  expect_round_trip<Complex>(test::some_gaussian<Complex>(6), {2, 3});
  expect_round_trip<Complex>(test::some_mixture<Complex>(6, 3), {6});
  expect_round_trip<Complex>(test::some_low_rank<Complex>(6, 2), {3, 2});
}

TEST_F(ModelFile, EveryCovarianceTypeRoundTrips) {
  test::Generator generator(1);
  for (const auto type : {CovarianceType::tied, CovarianceType::diag, CovarianceType::spherical,
                          CovarianceType::circulant, CovarianceType::block_circulant}) {
    SCOPED_TRACE(name(type));
    expect_round_trip<double>(test::random_diagonal_mixture<double>(type, 2, 3, 2, generator),
                              {3, 2});
    expect_round_trip<Complex>(test::random_diagonal_mixture<Complex>(type, 2, 3, 2, generator),
                               {6});
  }
  expect_round_trip<double>(test::random_factor_mixture<double>(6, 2, 2, generator), {6});
  expect_round_trip<Complex>(test::random_factor_mixture<Complex>(6, 2, 2, generator), {2, 3});
}

TEST_F(ModelFile, ToeplitzMixturesAreStoredLikeFullOnes) {
  Model model = test::some_model<double>(test::some_mixture<double>(6, 2), {6});
  model.settings = R"({"covariance":"block-toeplitz"})";
  EXPECT_EQ(model.covariance(), CovarianceType::block_toeplitz);
  write_model(path_, model);
  EXPECT_EQ(read_safetensors(path_).metadata.at("covariance"), "block-toeplitz");
  EXPECT_EQ(read_model(path_).covariance(), CovarianceType::block_toeplitz);
}

TEST_F(ModelFile, StructuredTensorsHaveTheirDocumentedLayout) {
  test::Generator generator(2);
  const auto factors = test::random_factor_mixture<Complex>(4, 3, 2, generator);
  write_model(path_, test::some_model<Complex>(factors, {4}));
  const Array stored = read_safetensors(path_).tensors.at("factors");
  EXPECT_EQ(stored.shape, (std::vector<Index>{2, 4, 3, 2}));
  EXPECT_EQ(test::values_of<double>(stored)[((1 * 4 + 3) * 3 + 2) * 2 + 1],
            factors.factors[1](3, 2).imag());
  const auto blocks =
      test::random_diagonal_mixture<Complex>(CovarianceType::block_circulant, 2, 3, 2, generator);
  write_model(path_, test::some_model<Complex>(blocks, {6}));
  const SafeTensors content = read_safetensors(path_);
  EXPECT_EQ(content.metadata.at("blocks"), "[2,3]");
  EXPECT_EQ(content.metadata.at("covariance"), "block-circulant");
  const Array spectra = content.tensors.at("spectra");
  EXPECT_EQ(spectra.shape, (std::vector<Index>{2, 6}));
  EXPECT_EQ(test::values_of<double>(spectra)[1 * 6 + 4], blocks.variances(4, 1));
}

TEST_F(ModelFile, HandWrittenStructuredMixturesAreKnownByTheirTensors) {
  const auto with = [&](const char* name, std::vector<Index> shape, std::vector<float> values) {
    SafeTensors content = minimal();
    content.tensors.erase("covariances");
    content.tensors[name] = array_of<float>(DType::float32, std::move(shape), values);
    return content;
  };
  EXPECT_EQ(read(with("variances", {2, 2}, {1, 2, 3, 4})).covariance(), CovarianceType::diag);
  EXPECT_EQ(read(with("variances", {2}, {1, 2})).covariance(), CovarianceType::spherical);
  EXPECT_EQ(read(with("spectra", {2, 2}, {1, 2, 3, 4})).covariance(), CovarianceType::circulant);
  EXPECT_EQ(read(with("covariance", {2, 2}, {2, 1, 1, 2})).covariance(), CovarianceType::tied);
  SafeTensors factors = with("factors", {2, 2, 1}, {1, 2, 3, 4});
  factors.tensors["noise_variances"] = array_of<float>(DType::float32, {2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(read(factors).covariance(), CovarianceType::low_rank);
  // A spherical component: power is its variance plus the means' spread.
  EXPECT_DOUBLE_EQ(read(with("variances", {2}, {1, 2})).power, 1.5 + 2.5);

  const auto refuse = [&](const SafeTensors& content, std::initializer_list<const char*> parts) {
    test::expect_refused(
        path_, [&](const auto&) { return read(content); }, parts);
  };
  refuse(with("variances", {2, 2}, {1, -2, 3, 4}), {"variances[0, 1]", "not negative"});
  refuse(with("spectra", {2, 2}, {1, 2, -3, 4}), {"spectra[1, 0]", "not negative"});
  refuse(with("variances", {2, 3}, {1, 2, 3, 4, 5, 6}), {"variances", "N = 2"});
  refuse(with("covariance", {2, 2}, {1, 2, 2, 1}), {"negative eigenvalue"});
  refuse(with("covariance", {2, 2}, {1, 2, 0, 9}), {"not symmetric"});
  refuse(with("factors", {2, 2, 1}, {1, 2, 3, 4}), {"noise_variances", "missing"});
  SafeTensors wrong = with("variances", {2}, {1, 2});
  wrong.metadata["covariance"] = "diag";
  refuse(wrong, {"covariance", "diag", "spherical"});
  wrong.metadata["covariance"] = "oval";
  refuse(wrong, {"covariance", "oval", "unknown"});
  wrong = with("spectra", {2, 2}, {1, 2, 3, 4});
  wrong.metadata["blocks"] = "[2, 2]";
  refuse(wrong, {"blocks", "2,2"});
  wrong.metadata["blocks"] = "[0]";
  refuse(wrong, {"blocks", "lengths from 1"});
}

TEST_F(ModelFile, TensorsHaveTheirDocumentedLayout) {
  const auto mixture = test::some_mixture<Complex>(3, 2);
  const auto low_rank = test::some_low_rank<Complex>(4, 2);
  write_model(path_, test::some_model<Complex>(mixture, {3}));
  const Array covariances = read_safetensors(path_).tensors.at("covariances");
  EXPECT_EQ(covariances.shape, (std::vector<Index>{2, 3, 3, 2}));
  // Entry [k, i, j, part] in C order is C_k(i, j).
  const auto values = test::values_of<double>(covariances);
  EXPECT_EQ(values[((1 * 3 + 0) * 3 + 2) * 2 + 1], mixture.covariances[1](0, 2).imag());
  EXPECT_NE(values[((1 * 3 + 0) * 3 + 2) * 2 + 1], mixture.covariances[1](2, 0).imag());

  write_model(path_, test::some_model<Complex>(low_rank, {4}));
  const Array vectors = read_safetensors(path_).tensors.at("eigenvectors");
  EXPECT_EQ(vectors.shape, (std::vector<Index>{2, 4, 2}));
  EXPECT_EQ(test::values_of<double>(vectors)[(1 * 4 + 3) * 2 + 1],
            low_rank.eigenvectors(3, 1).imag());
}

TEST_F(ModelFile, AHandWrittenMixtureIsValid) {
  const Model model = read(minimal());
  EXPECT_EQ(model.kind(), "mixture");
  EXPECT_EQ(model.shape, std::vector<Index>{2});
  EXPECT_EQ(model.offset, Eigen::VectorXcd::Zero(2));
  EXPECT_EQ(model.scale, 1.0);
  EXPECT_EQ(model.schedule.settings(), Schedule().settings());
  EXPECT_TRUE(model.calibration.entries.empty());
  // The power is the mixture's own: mean trace (3 + 7) / 2 plus the means' spread 1 + 4, per entry.
  EXPECT_DOUBLE_EQ(model.power, (5.0 + 5.0) / 2.0);
  write_model(path_, model);
  EXPECT_EQ(read_model(path_).power, model.power);
}

TEST_F(ModelFile, APriorOfGoldenReadsAsAModel) {
  const std::string golden = std::string(PELLUCID_TEST_DATA) + "/golden/mixture_complex.";
  SafeTensors content;
  content.metadata = {{"kind", "mixture"}, {"complex", "true"}};
  for (const char* name : {"weights", "means", "covariances"}) {
    Array array = read_npy(golden + name + ".npy");
    if (array.type == DType::complex128) {
      array.type = DType::float64;
      array.shape.push_back(2);
    }
    content.tensors[name] = array;
  }
  const Model model = read(content);
  EXPECT_EQ(model.dim(), 16);
  EXPECT_NEAR(model.power, 1.0, 1e-12);
}

TEST_F(ModelFile, FieldsAreChecked) {
  refused_field("format", "other", {"'other'", "pellucid"});
  refused_field("version", "2", {"is 2", "reads up to 1", "update"});
  refused_field("version", "one", {"no whole number"});
  refused_field("kind", "wavelet", {"'wavelet'", "gaussian, mixture, pca"});
  refused_field("complex", "yes", {"true or false"});
  refused_field("shape", "[3]", {"(3)", "2 entries"});
  refused_field("shape", "[]", {"2 entries"});
  refused_field("shape", "[0, 2]", {"no list"});
  refused_field("shape", "[4611686018427387904, 4, 2]", {"2 entries"});
  refused_field("shape", "2", {"no list"});
  refused_field("shape", "[", {"no valid JSON"});
  refused_field("scale", "0", {"above 0"});
  refused_field("scale", "nan", {"above 0"});
  refused_field("scale", "1.0x", {"above 0"});
  refused_field("power", "-1", {"above 0"});
  refused_field("schedule", R"({"kind":"spiral","steps":10,"beta_1":0.1,"beta_T":0.2})",
                {"linear"});
  refused_field("schedule", R"({"kind":"linear","steps":2000000000,"beta_1":0.1,"beta_T":0.2})",
                {"1000000 steps"});
  refused_field("schedule", R"({"kind":"linear","steps":10,"beta_1":2,"beta_T":0.2})", {"beta"});
  refused_field("schedule", R"({"kind":1})", {"\"kind\""});
  refused_field("schedule", "[]", {"\"kind\""});
  refused_field("calibration", R"([{"snr_db":1}])", {"\"steps\""});
  refused_field("calibration", R"([{"snr_db":1,"steps":1,"precision":"fp8"}])", {"bf16x3"});
  refused_field("calibration", R"([{"snr_db":1,"steps":1},{"snr_db":0,"steps":1}])", {"ascending"});
  refused_field("settings", "[]", {"no JSON object"});
  refused_field("settings", std::string(1000, '['), {"nests"});
}

TEST_F(ModelFile, RequiredFieldsAreNamed) {
  refused([](SafeTensors& c) { c.metadata.erase("kind"); }, {"'kind' is missing"});
  refused([](SafeTensors& c) { c.metadata.erase("complex"); }, {"'complex' is missing"});
}

TEST_F(ModelFile, TensorsAreChecked) {
  refused([](SafeTensors& c) { c.metadata["kind"] = "pca"; }, {"tensor 'mean' is missing", "[N]"});
  refused([](SafeTensors& c) { c.tensors.erase("means"); }, {"'means' is missing", "[K, N]"});
  refused([](SafeTensors& c) { c.tensors["means"].shape = {4}; }, {"'means'", "(4,)", "K = 2"});
  refused([](SafeTensors& c) { c.tensors["means"].shape = {1, 4}; }, {"'means'", "(1, 4)"});
  refused([](SafeTensors& c) { c.tensors["covariances"].shape = {8, 1, 1}; }, {"N = 2"});
  refused([](SafeTensors& c) { c.metadata["complex"] = "true"; }, {"'means'", "2]", "complex"});
  refused(
      [](SafeTensors& c) {
        c.tensors["offset"] = array_of<float>(DType::float32, {3}, {1, 2, 3});
      },
      {"'offset'", "N = 2"});
  refused([](SafeTensors& c) { c.tensors["ofset"] = array_of<float>(DType::float32, {1}, {1}); },
          {"'ofset' does not belong", "covariances, means"});
  refused(
      [](SafeTensors& c) {
        c.tensors["weights"] = array_of<std::int32_t>(DType::int32, {2}, {1, 0});
      },
      {"'weights' holds int32"});
  refused(
      [](SafeTensors& c) {
        c.tensors["weights"] = Array{DType::float32, {0}, {}};
      },
      {"'weights' is empty"});
  refused(
      [](SafeTensors& c) {
        c.tensors["means"] = array_of<float>(DType::float32, {2, 2}, {1, 2, 3, std::nanf("")});
      },
      {"tensor 'means': entry (1, 1) is nan"});
}

TEST_F(ModelFile, PriorsAreValidated) {
  refused(
      [](SafeTensors& c) {
        c.tensors["weights"] = array_of<float>(DType::float32, {2}, {0.5, 0.6F});
      },
      {"weights"});
  refused(
      [](SafeTensors& c) {
        c.tensors["covariances"] =
            array_of<float>(DType::float32, {2, 2, 2}, {1, 0.5, 0.5, 2, 3, 1, -1, 4});
      },
      {"covariance"});
}

TEST_F(ModelFile, ASignalWithoutVarianceIsRefused) {
  refused(
      [](SafeTensors& c) {
        c.tensors["means"] = array_of<float>(DType::float32, {2, 2}, {1, 1, 1, 1});
        c.tensors["covariances"] =
            array_of<float>(DType::float32, {2, 2, 2}, std::vector<float>(8));
      },
      {"power"});
}

TEST_F(ModelFile, TruncatedAndRandomFilesAreRefused) {
  write_model(path_, test::some_model<double>(test::some_gaussian<double>(4), {4}));
  const std::string good = test::contents(path_);
  for (std::size_t length = 0; length < good.size(); length += 7) {
    test::expect_refused(test::store(folder_ / "cut", good.substr(0, length)), read_model, {});
  }
  std::string random(500, '\0');
  for (std::size_t i = 0; i < random.size(); ++i)
    random[i] = static_cast<char>(i * 2654435761U >> 13);
  test::expect_refused(test::store(folder_ / "random", random), read_model, {"header claims"});
  test::expect_refused(folder_ / "missing", read_model, {"No such file"});
}

}  // namespace
}  // namespace pellucid
