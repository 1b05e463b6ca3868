// SPDX-License-Identifier: BSD-3-Clause
#include "io/deflate.hpp"
#include "io/round_trip.hpp"
#include "pellucid/io/npy.hpp"

namespace pellucid {
namespace {

using namespace std::string_literals;
using test::array_of;

std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i & 0xff);
  return out;
}

std::string deflated(std::string_view text) {
  // gzip's head has 10 bytes and its tail 8.
  const std::string gzip = test::gzipped(text);
  return gzip.substr(10, gzip.size() - 18);
}

std::uint32_t check_sum(std::string_view text) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

/// A member put together by hand, true or not.
struct Member {
  std::string name, packed;
  std::uint64_t size = 0;
  std::uint32_t sum = 0;
  std::uint16_t method = 0, flags = 0;
};

Member stored(std::string name, std::string text) {
  const std::uint64_t size = text.size();
  const std::uint32_t sum = check_sum(text);
  return {std::move(name), std::move(text), size, sum};
}

Member compressed(std::string name, const std::string& text) {
  return {std::move(name), deflated(text), text.size(), check_sum(text), 8};
}

std::string zip(const std::vector<Member>& members, const std::string& comment = "") {
  std::string file, directory;
  for (const Member& m : members) {
    const std::string sizes = little(m.sum, 4) + little(m.packed.size(), 4) + little(m.size, 4) +
                              little(m.name.size(), 2) + little(0, 2);
    const std::string head =
        little(20, 2) + little(m.flags, 2) + little(m.method, 2) + little(0, 4) + sizes;
    directory += "PK\1\2"s + little(20, 2) + head + little(0, 10) + little(file.size(), 4) + m.name;
    file += "PK\3\4"s + head + m.name + m.packed;
  }
  return file + directory + "PK\5\6"s + little(0, 4) + little(members.size(), 2) +
         little(members.size(), 2) + little(directory.size(), 4) + little(file.size(), 4) +
         little(comment.size(), 2) + comment;
}

class Npz : public testing::Test {
 protected:
  Npz() {
    write_npy(folder_ / "a.npy", array_);
    npy_ = test::contents(folder_ / "a.npy");
    std::filesystem::remove(folder_ / "a.npy");
  }

  std::string store(std::string_view bytes) {
    return test::store(folder_ / "a.npz", bytes).string();
  }

  void refused(std::string_view bytes, std::initializer_list<const char*> parts) {
    test::expect_refused(store(bytes), read_array, parts);
  }

  test::TemporaryFolder folder_;
  Array array_ = test::some_array(DType::float32, {7, 11});
  std::string npy_;
};

TEST_F(Npz, ArraysAreReadByName) {
  const Array other = array_of<float>(DType::float32, {1, 1}, {7});
  write_npy(folder_ / "b.npy", other);
  const std::string path = store(zip({compressed("x.npy", npy_), stored("notes.txt", "hello"),
                                      stored("y.npy", test::contents(folder_ / "b.npy"))},
                                     "a comment"));
  test::expect_reads(path + ":x", array_);
  test::expect_reads(path + ":y", other);
  test::expect_refused(path, open_array, {"2 arrays (x, y)", "a.npz:x"});
  test::expect_refused(path + ":notes", open_array, {"no array 'notes'", "x, y"});
}

TEST_F(Npz, OneArrayNeedsNoName) {
  test::expect_reads(store(zip({stored("arr_0.npy", npy_)})), array_);
  test::expect_reads(store(zip({compressed("arr_0.npy", npy_)})), array_);
  refused(zip({stored("notes.txt", "x")}), {"without .npy"});
  refused(zip({}), {"without .npy"});
  const std::string twice = store(zip({stored("x.npy", npy_), stored("x.npy", npy_)}));
  test::expect_refused(twice + ":x", open_array, {"several arrays 'x'"});
}

TEST_F(Npz, FalseSizesAreRefusedBeforeAnythingIsAllocated) {
  Member bomb = compressed("x.npy", npy_);
  bomb.size = 0xfffffffe;
  refused(zip({bomb}), {"4294967294", "more than is possible"});
  bomb.size = bomb.packed.size() * 1000;
  refused(zip({bomb}), {"ends too early"});
  bomb.size = npy_.size() - 1;
  refused(zip({bomb}), {"more than its stated size"});
  bomb.size = npy_.size();
  ++bomb.sum;
  refused(zip({bomb}), {"check sum"});
  Member longer = stored("x.npy", npy_);
  ++longer.size;
  refused(zip({longer}), {"more than is possible"});
  const std::string lying = npy_.substr(0, npy_.size() - 4);
  refused(zip({stored("x.npy", lying)}), {"truncated", "308 bytes"});
  refused(zip({compressed("x.npy", npy_ + "more")}), {"nothing after it"});
}

TEST_F(Npz, ABombIsNotUnpackedBeyondItsClaim) {
  Member bomb = compressed("x.npy", npy_ + std::string(100'000'000, '\0'));
  bomb.size = npy_.size();
  refused(zip({bomb}), {"more than its stated size"});
}

TEST_F(Npz, UnknownPackingIsRefused) {
  Member member = stored("x.npy", npy_);
  member.method = 12;
  refused(zip({member}), {"method 12", "savez"});
  member.method = 0;
  member.flags = 1;
  refused(zip({member}), {"encrypted"});
}

TEST_F(Npz, FalseDirectoriesAreRefused) {
  const std::string good = zip({stored("x.npy", npy_)});
  const std::size_t end = good.size() - 22;
  const auto with = [&](std::size_t at, const std::string& bytes) {
    std::string bad = good;
    return bad.replace(at, bytes.size(), bytes);
  };
  refused(with(end + 10, little(2, 2)), {"does not fit"});
  refused(with(end + 10, little(60000, 2)), {"does not fit"});
  refused(with(end + 12, little(good.size(), 4)), {"does not fit"});
  refused(with(end + 16, little(good.size(), 4)), {"does not fit"});
  refused(with(end + 16, little(1, 4)), {"no readable zip"});
  refused(with(end + 4, little(1, 2)), {"several parts"});
  refused(with(end + 16 - 4, little(0xffffffff, 4)), {"65536", "4294967295"});
  const std::size_t directory = 30 + 5 + npy_.size();
  refused(with(directory + 42, little(0xffffff00, 4)), {"beyond its end"});
  refused(with(directory + 42, little(1, 4)), {"member's header"});
  refused(with(directory + 20, little(npy_.size() + 200, 4)), {"no readable zip"});
  refused(with(directory + 20, little(npy_.size() - 4, 4)), {"by the directory", "own header"});
  refused(with(directory + 24, little(npy_.size() - 4, 4)), {"by the directory", "own header"});
  for (std::size_t length = 4; length < good.size(); ++length) {
    const std::string path = store(good.substr(0, length));
    EXPECT_THAT(test::error_of([&] { (void)read_array(path); }), testing::StartsWith(path));
  }
}

TEST_F(Npz, TooManyMembersAreRefused) {
  // The second record, of 64-bit archives, can claim any number.
  const std::string member = "PK\3\4"s;
  const auto wide = [&](std::uint64_t members, std::uint64_t size) {
    const std::string end64 = "PK\6\6"s + little(44, 8) + little(45, 2) + little(45, 2) +
                              little(0, 8) + little(members, 8) + little(members, 8) +
                              little(size, 8) + little(0, 8);
    return member + std::string(1000, '\0') + end64 + "PK\6\7"s + little(0, 4) +
           little(member.size() + 1000, 8) + little(1, 4) + "PK\5\6"s + little(0, 4) +
           little(0xffff, 2) + little(0xffff, 2) + little(0xffffffff, 4) + little(0xffffffff, 4) +
           little(0, 2);
  };
  refused(wide(1'000'000'000'000, 100), {"1000000000000 members", "65536"});
  refused(wide(65536, 1ULL << 62), {"65536 members"});
  refused(wide(65536, 1000), {"does not fit"});
  refused(wide(1, 1000), {"directory entry is damaged"});
}

TEST(Inflation, SmallFilesAtTheirBestLargeOnesAtWhatDataReach) {
  EXPECT_EQ(io::most_inflated(0), 0U);
  EXPECT_EQ(io::most_inflated(1000), 1'032'000U);
  EXPECT_EQ(io::most_inflated(1 << 20), std::uint64_t{1} << 28);
  EXPECT_EQ(io::most_inflated(std::uint64_t{1} << 30), std::uint64_t{100} << 30);
  EXPECT_EQ(io::most_inflated(~std::uint64_t{0}), ~std::uint64_t{0});
}

}  // namespace
}  // namespace pellucid
