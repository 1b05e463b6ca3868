// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/npy.hpp"

#include <algorithm>

#include "io/files.hpp"
#include "pellucid/io/array_file.hpp"

namespace pellucid {
namespace {

using test::array_of;
using test::values_of;

std::string npy(std::string_view dictionary, std::string_view data, int version = 1) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  const std::size_t bytes = version == 1 ? 2 : 4;
  for (std::size_t i = 0; i < bytes; ++i) {
    file += static_cast<char>(dictionary.size() >> 8 * i & 0xff);
  }
  return file.append(dictionary).append(data);
}

std::string dictionary(std::string_view descr, std::string_view shape, bool fortran = false) {
  return "{'descr': '" + std::string(descr) +
         "', 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': " + std::string(shape) + ", }\n";
}

template <class S>
std::string raw(const std::vector<S>& values, bool big_endian = false,
                std::size_t part = sizeof(S)) {
  std::string bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(S));
  if (!big_endian) return bytes;
  for (std::size_t i = 0; i < bytes.size(); i += part) {
    std::reverse(bytes.begin() + static_cast<long>(i), bytes.begin() + static_cast<long>(i + part));
  }
  return bytes;
}

class Npy : public testing::Test {
 protected:
  Array read(std::string_view bytes) { return read_npy(test::store(folder_ / "a.npy", bytes)); }

  void refused(std::string_view bytes, std::initializer_list<const char*> parts) {
    test::expect_refused(test::store(folder_ / "bad.npy", bytes), read_npy, parts);
  }

  template <class S>
  void expect_type(DType type, const std::string& code, std::size_t part = sizeof(S)) {
    SCOPED_TRACE(name(type));
    const std::vector<S> values{S(1), S(100), S(3), S(4), S(5), S(6)};
    const Array array = array_of<S>(type, {3, 2}, values);
    const auto path = folder_ / "round.npy";
    write_npy(path, array);
    EXPECT_EQ(test::contents(path).size() % 64, array.bytes.size() % 64);
    const std::vector<Array> all{
        read_npy(path), read(npy(dictionary("<" + code, "(3, 2)"), raw(values))),
        read(npy(dictionary(">" + code, "(3, 2)"), raw(values, true, part)))};
    for (const Array& got : all) {
      EXPECT_EQ(got.type, type);
      EXPECT_EQ(got.shape, array.shape);
      EXPECT_EQ(values_of<S>(got), values);
    }
  }

  test::TemporaryFolder folder_;
};

TEST_F(Npy, EveryTypeInBothByteOrders) {
  expect_type<std::int8_t>(DType::int8, "i1");
  expect_type<std::uint8_t>(DType::uint8, "u1");
  expect_type<std::int16_t>(DType::int16, "i2");
  expect_type<std::uint16_t>(DType::uint16, "u2");
  expect_type<std::int32_t>(DType::int32, "i4");
  expect_type<std::uint32_t>(DType::uint32, "u4");
  expect_type<std::int64_t>(DType::int64, "i8");
  expect_type<std::uint64_t>(DType::uint64, "u8");
  expect_type<float>(DType::float32, "f4");
  expect_type<double>(DType::float64, "f8");
  expect_type<std::complex<float>>(DType::complex64, "c8", 4);
  expect_type<std::complex<double>>(DType::complex128, "c16", 8);
}

TEST_F(Npy, FortranOrderIsConverted) {
  // numpy.arange(24).reshape(2, 3, 4) stored with its first axis running fastest.
  std::vector<std::int16_t> stored;
  for (int k = 0; k < 4; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 2; ++i) stored.push_back(static_cast<std::int16_t>(12 * i + 4 * j + k));
    }
  }
  const Array array = read(npy(dictionary("<i2", "(2, 3, 4)", true), raw(stored)));
  std::vector<std::int16_t> expected(24);
  for (std::size_t i = 0; i < 24; ++i) expected[i] = static_cast<std::int16_t>(i);
  EXPECT_EQ(values_of<std::int16_t>(array), expected);
}

TEST_F(Npy, FortranOrderIsReadInBlocksOfAnySize) {
  // Tall enough that runs of a block lie far apart, and more than one buffer of them.
  const Index samples = 30'000, entries = 60;
  std::vector<float> stored(static_cast<std::size_t>(samples * entries));
  for (Index j = 0; j < entries; ++j) {
    for (Index i = 0; i < samples; ++i) {
      stored[static_cast<std::size_t>(j * samples + i)] = static_cast<float>(i * entries + j);
    }
  }
  const auto path = test::store(folder_ / "tall.npy",
                                npy(dictionary(">f4", "(30000, 60)", true), raw(stored, true)));
  const auto reader = open_array(path.string());
  EXPECT_TRUE(reader->traits().fortran_order);
  for (const Index block : {Index{1000}, Index{17'000}, samples}) {
    for (Index first = 0; first < samples; first += block) {
      const Array part = reader->block(first, std::min(block, samples - first));
      const auto values = values_of<float>(part);
      bool right = true;
      for (std::size_t i = 0; i < values.size(); ++i) {
        right &= values[i] == static_cast<float>(first * entries + static_cast<Index>(i));
      }
      EXPECT_TRUE(right) << first;
    }
  }
}

TEST_F(Npy, EveryVersionAndSpelling) {
  for (const int version : {1, 2, 3}) {
    const Array array = read(npy(dictionary("<f4", "(2,)"), raw<float>({1, 2}), version));
    EXPECT_EQ(values_of<float>(array), (std::vector<float>{1, 2}));
  }
  EXPECT_EQ(read(npy(R"({"shape":(2L,),"descr":"=u1","fortran_order":False})", "ab")).shape,
            std::vector<Index>{2});
}

TEST_F(Npy, NoAxesAndNoSamplesAreReadToBeRefusedByTheirUser) {
  EXPECT_EQ(read(npy(dictionary("<f4", "()"), raw<float>({1}))).shape, std::vector<Index>{});
  EXPECT_EQ(read(npy(dictionary("<f4", "(0, 5)"), "")).size(), 0);
}

TEST_F(Npy, EmptyArraysRoundTrip) {
  const auto path = folder_ / "empty.npy";
  write_npy(path, Array{DType::float32, {0, 3}, {}});
  EXPECT_EQ(read_npy(path).shape, (std::vector<Index>{0, 3}));
}

TEST_F(Npy, TypesThatAreNoNumbersAreRefusedWithAMend) {
  refused(npy(dictionary("|O", "(1,)"), "x"), {"descr '|O'", "objects", "astype"});
  refused(npy(dictionary("<U5", "(1,)"), "x"), {"strings", "astype"});
  refused(npy(dictionary("|S5", "(1,)"), "x"), {"strings"});
  refused(npy(dictionary("|b1", "(1,)"), "x"), {"booleans", "uint8"});
  refused(npy(dictionary("<f16", "(1,)"), "xx"), {"descr '<f16'", "width", "float32"});
  refused(npy(dictionary("<f16", "(1,)"), "x"), {"width"});
  refused(npy(dictionary("<M8[ns]", "(1,)"), "x"), {"times"});
  refused(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "xxxx"),
          {"structured", "one field"});
  refused(npy(dictionary("", "(1,)"), "x"), {"descr ''"});
  refused(npy(dictionary("<z9\n", "(1,)"), "x"), {"not known"});
}

TEST_F(Npy, FalseLengthsAreRefusedBeforeAnythingIsAllocated) {
  refused(npy(dictionary("<f8", "(3,)"), "12345678"),
          {"24 bytes", "(3,), float64", "has 8", "truncated"});
  refused(npy(dictionary("<f8", "(1,)"), "123456789"), {"has 9", "one array per file"});
  refused(npy(dictionary("<f4", "(1152921504606846976,)"), "1234"),
          {"1152921504606846976", "more than"});
  refused(npy(dictionary("|u1", "(1152921504606846976,)"), "1234"),
          {"1152921504606846976", "truncated"});
  refused(npy(dictionary("<f4", "(4294967296, 4294967296)"), "1234"), {"more than"});
  refused(npy(dictionary("<f4", "(4294967296, 4294967296, 0)"), ""), {"more than"});
  refused(npy(dictionary("<f4", "(99999999999999999999,)"), "1234"), {"2^63"});
  refused(npy(dictionary("<f4", "(-1,)"), "1234"), {"negative"});
  refused(npy(dictionary("<f4", "(-1, -1)"), "1234"), {"negative"});
}

TEST_F(Npy, DamagedHeadersAreRefused) {
  const std::string good = npy(dictionary("<f4", "(1,)"), "1234");
  for (std::size_t length = 0; length < good.size(); ++length) {
    const auto path = test::store(folder_ / "cut.npy", good.substr(0, length));
    EXPECT_THAT(test::error_of([&] { (void)read_npy(path); }), testing::StartsWith(path.string()));
  }
  refused("\x93NUMPX" + good.substr(6), {"wrong first bytes"});
  refused(npy(dictionary("<f4", "(1,)"), "1234", 4), {"version 4.0"});
  refused(npy("", ""), {"damaged"});
  refused(npy("{'descr': '<f4', 'shape': (1,)}", "1234"), {"damaged", "fortran_order"});
  refused(npy("{'descr': '<f4', 'descr': '<f4'}", "1234"), {"repeated", "descr"});
  refused(npy("{'descr': '<f4', 'fortran_order': 1, 'shape': (1,)}", "1234"), {"True or False"});
  refused(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}", "1234"), {"damaged"});
  refused(npy("{'descr': '<f4', 'fortran_order': False, 'shape': 1}", "1234"), {"damaged"});
  refused(npy(dictionary("<f4", "(1,)") + "import os", "1234"), {"damaged"});
  refused(npy("{'evil\nkey': 1}", "1234"), {"evil\\x0akey"});
  std::string many = "(";
  for (int i = 0; i < 1000; ++i) many += "1,";
  refused(npy(dictionary("<f4", many + ")"), "1234"), {"64 axes"});
  refused(npy(std::string(70'000, ' '), "1234", 2), {"70000", "65536"});
}

}  // namespace
}  // namespace pellucid
