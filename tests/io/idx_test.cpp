// SPDX-License-Identifier: BSD-3-Clause
#include "io/idx/idx.hpp"

#include "io/files.hpp"

namespace pellucid {
namespace {

using test::gzipped;
using test::values_of;

std::string idx(int type, const std::vector<std::uint32_t>& shape, std::string_view data) {
  std::string file{'\0', '\0', static_cast<char>(type), static_cast<char>(shape.size())};
  for (const std::uint32_t length : shape) {
    for (const int shift : {24, 16, 8, 0}) file += static_cast<char>(length >> shift & 0xff);
  }
  return file.append(data);
}

class Idx : public testing::Test {
 protected:
  // Reads the bytes as they are and gzipped, which must not matter.
  Array read(const std::string& bytes) {
    Array plain = read_array(test::store(folder_ / "a.idx", bytes));
    const Array inflated = read_array(test::store(folder_ / "a.idx.gz", gzipped(bytes)));
    EXPECT_EQ(plain.type, inflated.type);
    EXPECT_EQ(plain.shape, inflated.shape);
    EXPECT_EQ(plain.bytes, inflated.bytes);
    return plain;
  }

  void refused(std::string_view bytes, std::initializer_list<const char*> parts) {
    const auto read_idx = [](const std::filesystem::path& path) {
      return io::open_idx(path, path.string());
    };
    test::expect_refused(test::store(folder_ / "bad.idx", bytes), read_idx, parts);
  }

  test::TemporaryFolder folder_;
};

TEST_F(Idx, EveryTypeIsBigEndian) {
  const Array bytes = read(idx(0x08, {2, 3}, std::string("\0\1\2\3\4\xff", 6)));
  EXPECT_EQ(bytes.shape, (std::vector<Index>{2, 3}));
  EXPECT_EQ(values_of<std::uint8_t>(bytes), (std::vector<std::uint8_t>{0, 1, 2, 3, 4, 255}));
  EXPECT_EQ(values_of<std::int8_t>(read(idx(0x09, {1}, "\xff"))), std::vector<std::int8_t>{-1});
  EXPECT_EQ(values_of<std::int16_t>(read(idx(0x0b, {1}, "\x01\x02"))),
            std::vector<std::int16_t>{258});
  EXPECT_EQ(values_of<std::int32_t>(read(idx(0x0c, {1}, "\xff\xff\xff\xfe"))),
            std::vector<std::int32_t>{-2});
  EXPECT_EQ(values_of<float>(read(idx(0x0d, {1}, std::string("\x3f\x80\0\0", 4)))),
            std::vector<float>{1.0F});
  EXPECT_EQ(values_of<double>(read(idx(0x0e, {1}, std::string("\xc0\0\0\0\0\0\0\0", 8)))),
            std::vector<double>{-2.0});
}

TEST_F(Idx, LargeGzippedFilesAreReadWhole) {
  std::string pixels(300 * 28 * 28, '\0');
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<char>(i * i >> 7);
  const Array array = read(idx(0x08, {300, 28, 28}, pixels));
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size()),
            pixels);
}

TEST_F(Idx, FalseHeadersAreRefused) {
  refused(idx(0x08, {3}, "12"), {"3 bytes", "(3,), uint8", "truncated"});
  refused(idx(0x08, {2}, "123"), {"more than the 2 bytes"});
  refused(idx(0x0a, {2}, "12"), {"type 0a"});
  refused(idx(0x08, {0xffffffff, 0xffffffff}, "12"), {"4294967295"});
  refused(idx(0x08, {2, 2}, "").substr(0, 7), {"truncated", "header"});
  refused("\1\2\3\4", {"no IDX"});
  refused("", {"truncated"});
  refused(idx(0x08, std::vector<std::uint32_t>(65, 1), "1"), {"65 axes"});
}

TEST_F(Idx, DamagedGzipIsRefused) {
  const std::string good = gzipped(idx(0x08, {1000}, std::string(1000, 'x')));
  for (const std::size_t cut :
       {std::size_t{3}, good.size() / 2, good.size() - 5, good.size() - 1}) {
    refused(good.substr(0, cut), {"bad.idx: "});
  }
  std::string wrong_sum = good;
  wrong_sum[good.size() - 6] = static_cast<char>(wrong_sum[good.size() - 6] ^ 1);
  refused(wrong_sum, {"cannot be decompressed", "incorrect data check"});
}

TEST_F(Idx, NoMoreIsInflatedThanDeclared) {
  refused(gzipped(idx(0x08, {2}, std::string(50'000'000, '\0'))), {"more than the 2 bytes"});
  refused(gzipped(idx(0x08, {0x7fffffff, 2}, "12")), {"2147483647", "truncated"});
}

}  // namespace
}  // namespace pellucid
