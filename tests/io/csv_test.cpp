// SPDX-License-Identifier: BSD-3-Clause
#include <limits>

#include "io/round_trip.hpp"

namespace pellucid {
namespace {

using test::values_of;
using Complex = std::complex<double>;

class Csv : public testing::Test {
 protected:
  Array read(std::string_view text) { return read_array(test::store(folder_ / "a.csv", text)); }

  void refused(std::string_view text, std::initializer_list<const char*> parts) {
    test::expect_refused(test::store(folder_ / "bad.csv", text), read_array, parts);
  }

  // What is written as `type` comes back as the same numbers in double precision.
  template <class S>
  void expect_numbers(DType type, const std::vector<S>& values) {
    SCOPED_TRACE(name(type));
    const auto path = (folder_ / "n.csv").string();
    const Array array = test::array_of<S>(type, {static_cast<Index>(values.size()) / 2, 2}, values);
    test::write_blocks(path, array, nullptr, 1);
    const Array got = read_array(path);
    EXPECT_EQ(got.shape, array.shape);
    if constexpr (is_complex<S>) {
      const auto numbers = values_of<Complex>(got);
      for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(S(numbers[i]), values[i]);
    } else {
      const auto numbers = values_of<double>(got);
      for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(static_cast<S>(numbers[i]), values[i]);
      }
    }
  }

  test::TemporaryFolder folder_;
};

TEST_F(Csv, EverySeparatorGivesTheSameTable) {
  const std::vector<double> expected{1, -2.5, 3e10, 4, 0.5, -0.0};
  for (const char* text :
       {"1,-2.5,3e10\n4,.5,-0\n", "1;-2.5;3e10\n4;.5;-0", "1\t-2.5\t3e10\r\n4\t0.5\t-0\r\n",
        "  1   -2.5 +3e10  \n 4 0.5\t-0.0\n\n", "a,b,c\n1, -2.5, 3e10\n4, 0.5, -0\n",
        "# note\n\"x y\";\"b\";c\n1;-2.5;3E10 # first\n\n4;5e-1;-0\n",
        "\xef\xbb\xbf"
        "1,-2.5,3e10\n4,.5,-0\n"}) {
    SCOPED_TRACE(text);
    const Array array = read(text);
    EXPECT_EQ(array.type, DType::float64);
    EXPECT_EQ(array.shape, (std::vector<Index>{2, 3}));
    EXPECT_EQ(values_of<double>(array), expected);
  }
}

TEST_F(Csv, ComplexNumbersInEverySpelling) {
  const Array array = read("1+2i,(1+2j)\n-1e-3-2.5e+2j,3\n2j,(1.0e+00+-2.0e+00j)\n");
  EXPECT_EQ(array.type, DType::complex128);
  EXPECT_EQ(values_of<Complex>(array),
            (std::vector<Complex>{{1, 2}, {1, 2}, {-1e-3, -250}, {3, 0}, {0, 2}, {1, -2}}));
  EXPECT_EQ(values_of<Complex>(read("1\n2\n3-1i\n")), (std::vector<Complex>{1, 2, {3, -1}}));
}

TEST_F(Csv, ContentIsEnoughWhereTheNameSaysNothing) {
  EXPECT_EQ(read_array(test::store(folder_ / "table", "1 2\n3 4\n")).shape,
            (std::vector<Index>{2, 2}));
  EXPECT_EQ(read_array(test::store(folder_ / "a.TXT", "x y\n1 2\n")).shape,
            (std::vector<Index>{1, 2}));
  test::expect_refused(test::store(folder_ / "page", "<html>"), read_array, {"not known"});
}

TEST_F(Csv, MistakesAreNamedByLineAndColumn) {
  refused("1,2\n3,x\n", {"line 2, column 2", "'x' is no number"});
  refused("a,b\n1,2\n3,,4\n", {"line 3, column 2", "empty"});
  refused("1,2\n3,4,\n", {"line 2, column 3", "empty"});
  refused("1,2\n\n# note\n3\n", {"line 4 has 1 numbers", "have 2"});
  refused("1,2\n3,4,5\n", {"line 2 has 3 numbers"});
  refused("1;2\n1,5;2\n", {"line 2, column 1", "'1,5'", "decimal point"});
  refused("a,1\n", {"line 1, column 1", "'a'"});
  refused("a,b\nc,d\n1,2\n", {"line 2", "'c,d'", "one header line"});
  refused("1,1e999\n", {"line 1, column 2", "1e999", "range"});
  refused("1+2\n", {"line 1 ('1+2') is a header"});
  refused("1,2\n1+2,2\n", {"line 2, column 1", "'1+2'"});
  refused("1,2\n++2,--2\n", {"line 2, column 1"});
  refused("1,2\n1+2i3,2\n", {"line 2, column 1"});
  refused("1,2\n0x10,2\n", {"line 2, column 1"});
  refused("a,b\n", {"holds no numbers"});
  refused("# nothing\n", {"holds no numbers"});
  refused("1,2\n\x01,3\n", {"format is not known"});
}

TEST_F(Csv, LongLinesAndManyColumnsAreRefused) {
  std::string many;
  for (int i = 0; i < 1'100'000; ++i) many += "1,";
  refused(many + "1\n", {"line 1", "columns"});
  refused("1\n" + std::string(18 << 20, ' ') + "\n", {"line 2", "characters"});
}

TEST_F(Csv, LinesMayLieAcrossPieces) {
  std::string text;
  std::vector<double> expected;
  for (int i = 0; i < 100'000; ++i) {
    text += std::to_string(i) + "," + std::to_string(-i) + "\n";
    expected.push_back(i);
    expected.push_back(-i);
  }
  EXPECT_EQ(values_of<double>(read(text)), expected);
}

TEST_F(Csv, EveryTypeIsWrittenSoThatItsNumbersComeBack) {
  using std::numeric_limits;
  expect_numbers<std::int8_t>(DType::int8, {-128, 127});
  expect_numbers<std::uint8_t>(DType::uint8, {0, 255});
  expect_numbers<std::int16_t>(DType::int16, {-32768, 32767});
  expect_numbers<std::uint16_t>(DType::uint16, {0, 65535});
  expect_numbers<std::int32_t>(DType::int32, {INT32_MIN, INT32_MAX});
  expect_numbers<std::uint32_t>(DType::uint32, {0, UINT32_MAX});
  expect_numbers<std::int64_t>(DType::int64, {-(std::int64_t{1} << 53), std::int64_t{1} << 53});
  expect_numbers<std::uint64_t>(DType::uint64, {0, std::uint64_t{1} << 53});
  expect_numbers<float>(DType::float32, {0.1F, -1e-30F, numeric_limits<float>::max(),
                                         numeric_limits<float>::denorm_min()});
  expect_numbers<std::complex<float>>(DType::complex64, {{0.1F, -0.2F}, {-1e30F, 3}});
}

TEST_F(Csv, DoublesRoundTripToTheBit) {
  const auto path = (folder_ / "r.csv").string();
  test::expect_round_trip(path, test::some_array(DType::float64, {50, 7}));
  test::expect_round_trip(path, test::some_array(DType::complex128, {50, 7}));
  test::expect_round_trip(
      path, test::array_of<double>(DType::float64, {3, 1},
                                   {5e-324, -0.0, std::numeric_limits<double>::infinity()}));
}

TEST_F(Csv, OnlyTablesAreWritten) {
  EXPECT_THAT(test::error_of([&] {
                (void)create_array((folder_ / "b.csv").string(), DType::float32, {2, 3, 4});
              }),
              testing::HasSubstr("(2, 3, 4)"));
  test::write_blocks((folder_ / "c.csv").string(), test::some_array(DType::float64, {3}));
  EXPECT_EQ(read_array(folder_ / "c.csv").shape, (std::vector<Index>{3, 1}));
}

}  // namespace
}  // namespace pellucid
