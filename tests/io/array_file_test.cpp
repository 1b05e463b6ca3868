// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/array_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "io/round_trip.hpp"

namespace pellucid {
namespace {

using test::array_of;
using test::error_of;
using test::expect_round_trip;
using test::some_array;
using test::write_blocks;
using testing::HasSubstr;
using testing::StartsWith;

class ArrayFile : public testing::Test {
 protected:
  std::string path(std::string_view name) { return (folder_ / name).string(); }

  void refused_to_create(const std::string& name, DType type, const std::vector<Index>& shape,
                         std::initializer_list<const char*> parts,
                         const FileTraits* like = nullptr) {
    const std::size_t before = folder_.entries();
    const std::string message = error_of([&] { (void)create_array(name, type, shape, like); });
    EXPECT_THAT(message, StartsWith(name));
    for (const char* part : parts) EXPECT_THAT(message, HasSubstr(part));
    EXPECT_EQ(folder_.entries(), before);
  }

  test::TemporaryFolder folder_;
};

TEST_F(ArrayFile, EveryTypeRoundTripsInNpyAndNpz) {
  FileTraits packed, fortran;
  packed.compressed = fortran.compressed = true;
  fortran.fortran_order = true;
  for (const DType type : test::kEveryType) {
    for (const std::vector<Index>& shape :
         {std::vector<Index>{7}, std::vector<Index>{7, 5}, std::vector<Index>{4, 3, 2, 5}}) {
      const Array array = some_array(type, shape);
      expect_round_trip(path("a.npy"), array);
      expect_round_trip(path("f.npy"), array, &fortran);
      expect_round_trip(path("a.npz"), array);
      expect_round_trip(path("p.npz"), array, &packed);
      expect_round_trip(path("f.npz:name"), array, &fortran);
    }
  }
  EXPECT_EQ(folder_.entries(), 5);
}

TEST_F(ArrayFile, TraitsAreTakenOver) {
  FileTraits like;
  like.compressed = like.fortran_order = true;
  like.variable = "signal";
  write_blocks(path("a.npz"), some_array(DType::float32, {4, 3}), &like);
  const auto reader = open_array(path("a.npz"));
  EXPECT_EQ(reader->traits().format, FileFormat::npz);
  EXPECT_EQ(reader->traits().variable, "signal");
  EXPECT_TRUE(reader->traits().compressed);
  EXPECT_TRUE(reader->traits().fortran_order);
  EXPECT_THAT(test::contents(folder_ / "a.npz"), StartsWith("PK"));
  EXPECT_EQ(reader->label(), path("a.npz"));
  EXPECT_EQ(reader->samples(), 4);
  EXPECT_EQ(reader->dim(), 3);
}

TEST_F(ArrayFile, TypesOfIdxRoundTrip) {
  for (const DType type :
       {DType::uint8, DType::int8, DType::int16, DType::int32, DType::float32, DType::float64}) {
    expect_round_trip(path("a.idx"), some_array(type, {7, 2, 3}));
    expect_round_trip(path("a.idx.gz"), some_array(type, {7, 2, 3}));
    EXPECT_THAT(test::contents(folder_ / "a.idx.gz"), StartsWith("\x1f\x8b"));
    EXPECT_TRUE(open_array(path("a.idx.gz"))->traits().compressed);
  }
  refused_to_create(path("b.idx"), DType::complex64, {2, 2}, {"complex64", "uint8", "float64"});
  refused_to_create(path("b.idx"), DType::int64, {2, 2}, {"int64"});
  refused_to_create(path("b.idx"), DType::uint8, {Index{1} << 33, 1}, {"8589934592"});
}

TEST_F(ArrayFile, PicturesRoundTrip) {
  FileTraits deep;
  deep.format = FileFormat::png;
  deep.bits = 16;
  for (const std::vector<Index>& shape : {std::vector<Index>{7, 4, 5}, {7, 4, 5, 3}}) {
    for (const DType type : {DType::uint8, DType::uint16}) {
      const auto folder = path("images");
      const Array array = some_array(type, shape);
      EXPECT_EQ(write_blocks(folder, array, type == DType::uint16 ? &deep : nullptr), "");
      test::expect_reads(folder, array);
      std::filesystem::remove_all(folder);
      expect_round_trip(path("one.png"), test::slice(array, 2, 1),
                        type == DType::uint16 ? &deep : nullptr);
    }
  }
  refused_to_create(path("b.png"), DType::uint8, {2, 4, 5}, {"one picture, there are 2", "folder"});
  refused_to_create(path("b.png"), DType::uint8, {1, 4}, {"no images"});
  refused_to_create(path("b"), DType::uint8, {1, 4, 5, 2}, {"no images"});
  refused_to_create(path("b"), DType::complex64, {1, 4, 5}, {"no images"});
}

TEST_F(ArrayFile, WhatPicturesCannotHoldIsClippedAndTold) {
  const Array floats =
      array_of<float>(DType::float32, {2, 1, 3}, {-3, 0.4F, 0.6F, 254.6F, 255.6F, 1e9F});
  EXPECT_EQ(write_blocks(path("f"), floats, nullptr, 1),
            "; rounded to 8 bits, 3 of 6 entries clipped to 0..255");
  EXPECT_EQ(test::values_of<std::uint8_t>(read_array(path("f"))),
            (std::vector<std::uint8_t>{0, 0, 1, 255, 255, 255}));
  const Array integers = array_of<std::int32_t>(DType::int32, {1, 1, 2}, {70000, 7});
  EXPECT_EQ(write_blocks(path("i.png"), integers), "; 1 of 2 entries clipped to 0..255");
  FileTraits deep;
  deep.format = FileFormat::png;
  deep.bits = 16;
  EXPECT_EQ(write_blocks(path("d.png"), integers, &deep), "; 1 of 2 entries clipped to 0..65535");
  EXPECT_EQ(test::values_of<std::uint16_t>(read_array(path("d.png"))),
            (std::vector<std::uint16_t>{65535, 7}));
}

TEST_F(ArrayFile, NamesWithoutKnownFormatAreRefused) {
  refused_to_create(path("a.xyz"), DType::float32, {2, 2}, {".xyz", ".npy", ".csv"});
  refused_to_create(path("a.jpg"), DType::float32, {2, 2, 2}, {".jpg", ".png"});
  refused_to_create(path("missing/a.npy"), DType::float32, {2, 2}, {"make its folder first"});
  refused_to_create(path("missing/a.npz:x"), DType::float32, {2, 2}, {"make its folder first"});
  refused_to_create(path("a.npz:"), DType::float32, {2, 2}, {"no name for an array"});
  refused_to_create(path("a.npy"), DType::float32, {Index{1} << 40, Index{1} << 40},
                    {"no file can hold"});
}

TEST_F(ArrayFile, WhatIsNotWholeDoesNotAppear) {
  const Array array = some_array(DType::float32, {4, 2, 2});
  for (const char* name : {"a.npy", "a.npz", "a.idx", "a.idx.gz", "folder"}) {
    SCOPED_TRACE(name);
    const auto writer = create_array(path(name), array.type, array.shape);
    writer->write(test::slice(array, 0, 3));
    EXPECT_THAT(error_of([&] { writer->commit(); }), HasSubstr("3 of 4 samples"));
    EXPECT_THAT(error_of([&] { writer->write(array); }), HasSubstr("do not fit"));
  }
  FileTraits fortran;
  fortran.fortran_order = true;
  create_array(path("f.npz"), array.type, array.shape, &fortran)->write(test::slice(array, 0, 3));
  EXPECT_EQ(folder_.entries(), 0);
}

TEST_F(ArrayFile, VariablesAreNamedBehindAColon) {
  const Array array = some_array(DType::float32, {4, 2});
  write_blocks(path("a.npz:left"), array);
  test::expect_reads(path("a.npz:left"), array);
  test::expect_reads(path("a.npz"), array);
  test::expect_refused(path("a.npz:right"), open_array, {"no array 'right'", "left"});
  write_blocks(path("a.npy"), array);
  test::expect_refused(path("a.npy:left"), open_array, {"only .npz and .mat", "leave out ':left'"});
  // A colon may as well be part of a name.
  std::filesystem::rename(path("a.npy"), path("a.npz:left"));
  EXPECT_EQ(open_array(path("a.npz:left"))->traits().format, FileFormat::npy);
  test::expect_refused(path("b.npz:left"), open_array, {"No such file"});
}

TEST_F(ArrayFile, BlocksOutsideAreRefused) {
  write_blocks(path("a.npy"), some_array(DType::float32, {4, 2}));
  const auto reader = open_array(path("a.npy"));
  for (const auto& [first, count] : {std::pair<Index, Index>{-1, 1},
                                     {0, 5},
                                     {4, 1},
                                     {2, -1},
                                     {Index{1} << 62, Index{1} << 62}}) {
    EXPECT_THAT(error_of([&] { (void)reader->block(first, count); }), StartsWith(path("a.npy")));
  }
  EXPECT_EQ(reader->block(4, 0).size(), 0);
}

TEST_F(ArrayFile, ASingleNumberRoundTrips) {
  const Array number = array_of<double>(DType::float64, {}, {2.5});
  for (const char* name : {"n.npy", "n.npz"}) {
    const auto writer = create_array(path(name), number.type, number.shape);
    writer->write(number);
    writer->commit();
    test::expect_same(open_array(path(name))->all(), number);
    test::expect_same(open_array(path(name))->block(0, 1), number);
  }
}

TEST_F(ArrayFile, FilesThatBecomeShorterAreAnError) {
  for (const bool fortran : {false, true}) {
    FileTraits like;
    like.fortran_order = fortran;
    write_blocks(path("a.npy"), some_array(DType::float64, {1000, 3}), &like);
    const auto reader = open_array(path("a.npy"));
    std::filesystem::resize_file(path("a.npy"), 1000);
    EXPECT_THAT(error_of([&] { (void)reader->block(100, 500); }), HasSubstr("became shorter"));
  }
}

TEST_F(ArrayFile, ThreadsReadTheSameFileTogether) {
  const Array array = some_array(DType::float32, {200, 50});
  FileTraits fortran;
  fortran.fortran_order = true;
  for (const FileTraits* like : {static_cast<FileTraits*>(nullptr), &fortran}) {
    write_blocks(path("a.npz"), array, like, 64);
    const auto reader = open_array(path("a.npz"));
    std::vector<Array> parts(4);
    std::vector<std::thread> threads;
    for (Index t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i) parts[static_cast<std::size_t>(t)] = reader->block(50 * t, 50);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (Index t = 0; t < 4; ++t) {
      test::expect_same(parts[static_cast<std::size_t>(t)], test::slice(array, 50 * t, 50));
    }
  }
}

TEST_F(ArrayFile, PipesGetNpy) {
  const Array array = some_array(DType::float32, {4, 2});
  ASSERT_EQ(::mkfifo(path("pipe.csv").c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { got = test::contents(folder_ / "pipe.csv"); });
  FileTraits fortran;
  fortran.fortran_order = true;
  write_blocks(path("pipe.csv"), array, &fortran);
  reader.join();
  test::expect_same(read_array(test::store(folder_ / "got", got)), array);
}

}  // namespace
}  // namespace pellucid
