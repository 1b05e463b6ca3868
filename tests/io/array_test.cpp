// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/array.hpp"

#include <limits>

#include "io/files.hpp"

namespace pellucid {
namespace {

using test::array_of;
using test::error_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Array, FirstAxisCountsSamples) {
  const Array array = array_of<std::uint8_t>(DType::uint8, {2, 3, 1}, {0, 1, 2, 3, 4, 255});
  EXPECT_EQ(array.samples(), 2);
  EXPECT_EQ(array.dim(), 3);
  EXPECT_EQ(array.size(), 6);
  EXPECT_EQ(array.sample_shape(), (std::vector<Index>{3, 1}));
  const Matrix<double> samples = to_samples<double>(array, "a");
  EXPECT_EQ(samples, (Matrix<double>(3, 2) << 0, 3, 1, 4, 2, 255).finished());
}

TEST(Array, ShapesAreWrittenAsInPython) {
  EXPECT_EQ(shape_text({}), "()");
  EXPECT_EQ(shape_text({7}), "(7,)");
  EXPECT_EQ(shape_text({10000, 28, 28}), "(10000, 28, 28)");
}

TEST(Array, OneAxisHoldsSamplesOfOneEntry) {
  const Array array = array_of<float>(DType::float32, {3}, {1, 2, 3});
  EXPECT_EQ(array.dim(), 1);
  EXPECT_EQ(to_samples<double>(array, 1, 2, "a"), (Matrix<double>(1, 2) << 2, 3).finished());
}

template <class S>
void expect_conversion(DType type) {
  SCOPED_TRACE(name(type));
  const std::vector<S> values{std::numeric_limits<S>::lowest(), std::numeric_limits<S>::max()};
  const Array array = array_of<S>(type, {2}, values);
  const Matrix<double> samples = to_samples<double>(array, "a");
  EXPECT_EQ(samples(0, 0), static_cast<double>(values[0]));
  EXPECT_EQ(samples(0, 1), static_cast<double>(values[1]));
  const auto complex_samples = to_samples<std::complex<double>>(array, "a");
  EXPECT_EQ(complex_samples(0, 1), std::complex<double>(static_cast<double>(values[1]), 0.0));
}

TEST(Array, EveryRealTypeBecomesNumbers) {
  expect_conversion<std::int8_t>(DType::int8);
  expect_conversion<std::uint8_t>(DType::uint8);
  expect_conversion<std::int16_t>(DType::int16);
  expect_conversion<std::uint16_t>(DType::uint16);
  expect_conversion<std::int32_t>(DType::int32);
  expect_conversion<std::uint32_t>(DType::uint32);
  expect_conversion<std::int64_t>(DType::int64);
  expect_conversion<std::uint64_t>(DType::uint64);
  expect_conversion<float>(DType::float32);
  expect_conversion<double>(DType::float64);
}

template <class T>
void expect_round_trip() {
  Matrix<T> samples = Matrix<T>::Random(6, 4);
  const Array array = from_samples<T>(samples, {2, 3});
  EXPECT_EQ(array.shape, (std::vector<Index>{4, 2, 3}));
  EXPECT_EQ(to_samples<T>(array, "a"), samples);
  EXPECT_EQ(to_samples<T>(array, 1, 2, "a"), samples.middleCols(1, 2));
}

TEST(Array, SamplesRoundTrip) {
  expect_round_trip<float>();
  expect_round_trip<double>();
  expect_round_trip<std::complex<float>>();
  expect_round_trip<std::complex<double>>();
}

TEST(Array, ColumnsOfAWiderMatrixAreCopiedRight) {
  const Matrix<double> wide = Matrix<double>::Random(5, 4);
  const Array array = from_samples<double>(wide.topRows(3), {3});
  EXPECT_EQ(to_samples<double>(array, "a"), wide.topRows(3));
}

TEST(Array, NumbersThatAreNotFiniteAreNamedByPosition) {
  std::vector<double> values(24, 1.0);
  values[3 * 6 + 2 * 2 + 1] = std::nan("");
  const Array array = array_of<double>(DType::float64, {4, 3, 2}, values);
  EXPECT_THAT(error_of([&] { (void)to_samples<double>(array, "noisy.npy"); }),
              StartsWith("noisy.npy: entry (3, 2, 1) is nan: "));
  EXPECT_NO_THROW((void)to_samples<double>(array, 0, 3, "noisy.npy"));

  const auto inf = std::numeric_limits<float>::infinity();
  const Array complex_array = array_of<float>(DType::complex64, {2, 1}, {0, 0, 1, -inf});
  EXPECT_THAT(error_of([&] { (void)to_samples<std::complex<double>>(complex_array, "c.npy"); }),
              AllOf(StartsWith("c.npy: entry (1, 0) is "), HasSubstr("inf")));
}

TEST(Array, NumbersBeyondSinglePrecisionAreRefusedThere) {
  const Array array = array_of<double>(DType::float64, {2}, {1.0, 1e300});
  EXPECT_NO_THROW((void)to_samples<double>(array, "a"));
  EXPECT_THAT(error_of([&] { (void)to_samples<float>(array, "a.npy"); }),
              AllOf(StartsWith("a.npy: entry (1,) is 1e+300"), HasSubstr("single precision")));
}

TEST(Array, ComplexDataDoNotBecomeReal) {
  const Array array = array_of<float>(DType::complex64, {1}, {1, 2});
  EXPECT_THAT(error_of([&] { (void)to_samples<double>(array, "h.npy"); }),
              AllOf(StartsWith("h.npy: "), HasSubstr("complex64")));
}

TEST(Array, SamplesBeyondTheEndAreRefused) {
  const Array array = array_of<float>(DType::float32, {2, 1}, {1, 2});
  EXPECT_THAT(error_of([&] { (void)to_samples<double>(array, 1, 2, "a"); }), HasSubstr("2"));
}

TEST(Array, RequiresSamples) {
  EXPECT_NO_THROW(require_samples(array_of<float>(DType::float32, {1}, {1}), "a"));
  EXPECT_THAT(error_of([] { require_samples(array_of<float>(DType::float32, {}, {1}), "a.npy"); }),
              StartsWith("a.npy: "));
  EXPECT_THAT(error_of([] {
                require_samples(array_of<float>(DType::float32, {0, 28, 28}, {}), "a.npy");
              }),
              AllOf(StartsWith("a.npy: is empty"), HasSubstr("(0, 28, 28)")));
  EXPECT_THAT(error_of([] {
                require_samples(array_of<float>(DType::float32, {3, 0}, {}), "a.npy");
              }),
              HasSubstr("(3, 0)"));
}

TEST(Array, FormatsAreFoundByContent) {
  const test::TemporaryFolder folder;
  const auto refused = [&](std::string_view bytes, std::initializer_list<const char*> parts) {
    test::expect_refused(test::store(folder / "data.npy", bytes), read_array, parts);
  };
  refused("", {"is an empty file"});
  refused("hello world", {"format is not known", "68 65 6c 6c", "IDX"});
  refused(std::string_view("PK\x03\x04....", 8), {"zip"});
  refused("x", {"format is not known"});
  refused("\xff\xd8\xff\xe0", {"JPEG"});
  test::expect_refused(test::store(folder / "old.mat", std::string(40, '\0')), read_array, {"-v7"});
  test::expect_refused(folder / "missing.npy", read_array, {"No such file", "check the name"});
  test::expect_refused("/dev/null", read_array, {"regular file"});
}

}  // namespace
}  // namespace pellucid
