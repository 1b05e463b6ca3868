// SPDX-License-Identifier: BSD-3-Clause
#include "io/mat/mat.hpp"

#include <fcntl.h>
#include <matio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <numeric>
#include <thread>

#include "io/files.hpp"
#include "io/mat/child.hpp"
#include "io/mat/reply.hpp"

namespace pellucid {
namespace {

using namespace std::string_literals;
using test::array_of;
using test::values_of;

constexpr DType kTypes[] = {DType::int8,    DType::uint8,   DType::int16,     DType::uint16,
                            DType::int32,   DType::uint32,  DType::int64,     DType::uint64,
                            DType::float32, DType::float64, DType::complex64, DType::complex128};

/// Bytes that are all different numbers, none of them NaN.
Array some_array(DType type, std::vector<Index> shape) {
  Array array{type, std::move(shape), {}};
  array.bytes.resize(static_cast<std::size_t>(array.size()) * size_of(type));
  for (std::size_t i = 0; i < array.bytes.size(); ++i) {
    array.bytes[i] = static_cast<std::byte>((i * 37 + i / 251) & 0x3f);
  }
  return array;
}

FileTraits like(FileFormat format, bool compressed = false) {
  FileTraits traits;
  traits.format = format;
  traits.compressed = compressed;
  return traits;
}

class Mat : public testing::Test {
 protected:
  void write(const std::string& file, const Array& array, const FileTraits& traits,
             const std::string& variable = "") {
    const auto writer = io::create_mat(folder_ / file, variable, array.type, array.shape, &traits);
    writer->write(array);
    writer->commit();
    EXPECT_EQ(writer->remark(), "");
  }
  std::unique_ptr<ArrayReader> open(const std::string& file, const std::string& variable = "") {
    return io::open_mat(folder_ / file, variable, (folder_ / file).string());
  }
  void refused(const std::string& file, const std::string& variable,
               std::initializer_list<const char*> parts) {
    const auto read = [&](const auto& path) { return io::open_mat(path, variable, path.string()); };
    test::expect_refused(folder_ / file, read, parts);
  }

  test::TemporaryFolder folder_;
};

TEST_F(Mat, EveryTypeReturnsTheSameBits) {
  for (const FileFormat format : {FileFormat::mat5, FileFormat::mat73}) {
    for (const bool compressed : {false, true}) {
      for (const DType type : kTypes) {
        const Array array = some_array(type, {4, 3, 5});
        write("a.mat", array, like(format, compressed), "some_name");
        const auto reader = open("a.mat");
        EXPECT_EQ(reader->type(), type);
        EXPECT_EQ(reader->shape(), array.shape);
        EXPECT_TRUE(reader->all().bytes == array.bytes) << name(type);
        EXPECT_EQ(reader->traits().format, format);
        EXPECT_EQ(reader->traits().compressed, compressed);
        EXPECT_EQ(reader->traits().variable, "some_name");
        const std::string once = test::contents(folder_ / "a.mat");
        write("b.mat", reader->all(), reader->traits(), reader->traits().variable);
        EXPECT_TRUE(test::contents(folder_ / "b.mat") == once) << name(type);
      }
    }
  }
  EXPECT_EQ(folder_.entries(), 2U);
}

TEST_F(Mat, ArraysOfManyBlocksArriveWhole) {
  Array array{DType::float64, {300, 7, 51}, {}};
  std::vector<double> values(300 * 7 * 51);
  std::iota(values.begin(), values.end(), 0.0);
  array = array_of(DType::float64, array.shape, values);
  for (const FileFormat format : {FileFormat::mat5, FileFormat::mat73}) {
    write("a.mat", array, like(format, true));
    EXPECT_TRUE(open("a.mat")->all().bytes == array.bytes);
  }
}

TEST_F(Mat, VectorsBecomeColumns) {
  for (const FileFormat format : {FileFormat::mat5, FileFormat::mat73}) {
    write("a.mat", some_array(DType::float32, {6}), like(format));
    EXPECT_EQ(open("a.mat")->shape(), (std::vector<Index>{6, 1}));
    EXPECT_EQ(open("a.mat")->traits().variable, "x");
  }
}

TEST_F(Mat, FilesWithoutANameAreRead) {
  for (const FileFormat format : {FileFormat::mat5, FileFormat::mat73}) {
    write("a.mat", some_array(DType::float32, {6, 2}), like(format));
    const int descriptor = ::open((folder_ / "a.mat").c_str(), O_RDONLY);
    std::filesystem::remove(folder_ / "a.mat");
    const auto reader = io::open_mat("/proc/self/fd/" + std::to_string(descriptor), "", "-");
    EXPECT_TRUE(reader->all().bytes == some_array(DType::float32, {6, 2}).bytes);
    ::close(descriptor);
  }
}

TEST_F(Mat, WritesBlockByBlock) {
  const Array array = some_array(DType::complex64, {5, 2});
  const auto writer = io::create_mat(folder_ / "a.mat", "", array.type, array.shape, nullptr);
  for (const auto& [first, count] : {std::pair<Index, Index>{0, 2}, {2, 3}}) {
    Array block{array.type, {count, 2}, {}};
    block.bytes.assign(array.bytes.begin() + first * 16,
                       array.bytes.begin() + (first + count) * 16);
    writer->write(block);
  }
  EXPECT_EQ(folder_.entries(), 1U);
  writer->commit();
  EXPECT_TRUE(open("a.mat")->all().bytes == array.bytes);
  EXPECT_EQ(open("a.mat")->traits().format, FileFormat::mat5);
}

TEST_F(Mat, OutputsThatCannotBeAreRefusedAtOnce) {
  const auto refuses = [&](const std::string& variable, std::vector<Index> shape,
                           const char* part) {
    const std::string message = test::error_of(
        [&] { (void)io::create_mat(folder_ / "a.mat", variable, DType::float32, shape, nullptr); });
    EXPECT_THAT(message, testing::StartsWith((folder_ / "a.mat").string() + ": "));
    EXPECT_THAT(message, testing::HasSubstr(part));
    EXPECT_EQ(folder_.entries(), 0U);
  };
  refuses("1x", {2, 2}, "'1x'");
  refuses("a b", {2, 2}, "letters, digits");
  refuses(std::string(64, 'a'), {2, 2}, "up to 63");
  refuses("x", {2, 0}, "(2, 0)");
  refuses("x", {}, "()");
  refuses("x", std::vector<Index>(33, 1), "1 to 32 axes");
}

TEST_F(Mat, VariablesAreChosenByName) {
  // What matio writes here the program never does: several variables in a file.
  const auto path = (folder_ / "many.mat").string();
  mat_t* file = Mat_CreateVer(path.c_str(), nullptr, MAT_FT_MAT5);
  std::size_t lengths[] = {2, 3};
  std::int16_t numbers[] = {1, 2, 3, 4, 5, 6};
  char text[] = "abcdef";
  mat_complex_split_t parts{numbers, numbers};
  const auto add = [&](const char* variable, matio_classes kind, matio_types type, void* data,
                       int flags) {
    matvar_t* made = Mat_VarCreate(variable, kind, type, 2, lengths, data, flags);
    Mat_VarWrite(file, made, MAT_COMPRESSION_NONE);
    Mat_VarFree(made);
  };
  add("first", MAT_C_INT16, MAT_T_INT16, numbers, 0);
  add("words", MAT_C_CHAR, MAT_T_UINT8, text, 0);
  add("second", MAT_C_INT16, MAT_T_INT16, numbers, 0);
  add("pairs", MAT_C_INT16, MAT_T_INT16, &parts, MAT_F_COMPLEX);
  add("flags", MAT_C_UINT8, MAT_T_UINT8, text, MAT_F_LOGICAL);
  Mat_Close(file);
  refused("many.mat", "",
          {"several arrays", "first (2, 3) int16", "second (2, 3) int16", "FILE.mat:first"});
  refused("many.mat", "third", {"no variable 'third'", "words text", "choose one"});
  refused("many.mat", "words", {"has text in 'words'"});
  refused("many.mat", "pairs", {"complex int16", "double"});
  EXPECT_EQ(values_of<std::int16_t>(open("many.mat", "second")->all()),
            (std::vector<std::int16_t>{1, 3, 5, 2, 4, 6}));
  EXPECT_EQ(open("many.mat", "flags")->type(), DType::uint8);
}

TEST_F(Mat, FilesCutShortAreRefused) {
  for (const FileFormat format : {FileFormat::mat5, FileFormat::mat73}) {
    for (const bool compressed : {false, true}) {
      write("a.mat", some_array(DType::float64, {4, 3}), like(format, compressed));
      const std::string good = test::contents(folder_ / "a.mat");
      for (std::size_t length = 0; length < good.size(); length += good.size() / 30) {
        test::store(folder_ / "cut.mat", good.substr(0, length));
        refused("cut.mat", "", {});
      }
    }
  }
  write("a.mat", some_array(DType::float64, {40, 3}), like(FileFormat::mat5));
  test::store(folder_ / "cut.mat", test::contents(folder_ / "a.mat").substr(0, 300));
  refused("cut.mat", "", {"truncated", "164 follow"});
  test::store(folder_ / "text.mat", "no MATLAB file at all, only text");
  refused("text.mat", "", {"no readable MATLAB file"});
}

TEST_F(Mat, HeadersThatClaimTooMuchAreRefused) {
  write("a.mat", some_array(DType::float64, {4, 3}), like(FileFormat::mat5));
  std::string bytes = test::contents(folder_ / "a.mat");
  const std::string lengths = "\4\0\0\0\3\0\0\0"s;
  bytes.replace(bytes.find(lengths), 8, "\xff\xff\xff\x0f\xff\xff\xff\x0f"s);
  test::store(folder_ / "bad.mat", bytes);
  refused("bad.mat", "", {"header claims (268435455, 268435455)", "more than a file of"});
}

// An HDF5 file of a few bytes can claim any shape, elements that were never written being zero.
TEST_F(Mat, EmptyHdf5DatasetsOfAnySizeAreRefused) {
  write("a.mat", some_array(DType::float64, {4, 3}), like(FileFormat::mat73));
  std::string bytes = test::contents(folder_ / "a.mat");
  const std::string lengths = "\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0"s;
  ASSERT_NE(bytes.find(lengths), std::string::npos);
  bytes.replace(bytes.find(lengths) + 2, 4, "\0\1\0\0"s);
  test::store(folder_ / "bad.mat", bytes);
  refused("bad.mat", "", {});
}

TEST_F(Mat, ReadsInSeveralThreadsAtOnce) {
  write("5.mat", some_array(DType::float64, {4, 3}), like(FileFormat::mat5));
  write("73.mat", some_array(DType::float64, {4, 3}), like(FileFormat::mat73));
  const Array expected = some_array(DType::float64, {4, 3});
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        right += open(t % 2 == 0 ? "5.mat" : "73.mat")->all().bytes == expected.bytes;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 40);
  // No child is left, not even a dead one.
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

std::string end_of_child(const std::function<void(int)>& work, int seconds = 60) {
  return test::error_of([&] {
    io::Child child("FILE", io::Child::kNothing, work);
    child.set_deadline(std::chrono::seconds(seconds));
    std::byte byte{};
    child.read(std::span(&byte, 1));
  });
}

TEST(MatChild, CrashesAndEndlessLoopsBecomeErrors) {
  EXPECT_THAT(end_of_child([](int) { std::raise(SIGSEGV); }),
              testing::StartsWith("FILE: is damaged (the MATLAB library crashed"));
  EXPECT_THAT(end_of_child([](int) { throw 1; }), testing::HasSubstr("damaged"));
  EXPECT_THAT(end_of_child([](int) { ::sleep(100); }, 1), testing::HasSubstr("took too long"));
  EXPECT_THAT(end_of_child([](int) {
                io::limit_self(1 << 30, 1);
                for (volatile bool on = true; on;) continue;
              }),
              testing::HasSubstr("no end"));
  EXPECT_THAT(end_of_child([](int) { std::raise(SIGKILL); }), testing::HasSubstr("memory"));
}

TEST(MatChild, EndsWithCtrlC) {
  EXPECT_THROW(
      {
        io::Child child("FILE", io::Child::kNothing, [](int) { std::raise(SIGINT); });
        std::byte byte{};
        child.read(std::span(&byte, 1));
      },
      Stopped);
}

TEST(MatReply, NonsenseIsADamagedFile) {
  const auto refuses = [](std::string bytes, const char* part) {
    std::size_t at = 0;
    const io::Receive receive = [&](std::span<std::byte> out) {
      if (out.size() > bytes.size() - at) throw Error("FILE: ended");
      std::memcpy(out.data(), bytes.data() + at, out.size());
      at += out.size();
    };
    EXPECT_THAT(test::error_of([&] { (void)io::receive_header("FILE", 100, receive); }),
                testing::AllOf(testing::StartsWith("FILE: "), testing::HasSubstr(part)));
  };
  refuses("", "ended");
  refuses("?", "nonsense");
  refuses("R\3\0\0\0a\nb"s, "a?b");
  refuses("R\xff\xff\xff\xff"s, "nonsense");
  refuses("H\x0c\0\0\0\0\0\0"s, "nonsense");
  refuses("H\0\0\0\xff\0\0\0"s, "nonsense");
  refuses("H\0\0\0\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"s, "negative");
  refuses("H\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0"s, "nonsense");
}

}  // namespace
}  // namespace pellucid
