// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/png.hpp"

#include "io/files.hpp"
#include "io/png_file.hpp"
#include "io/round_trip.hpp"

namespace pellucid {
namespace {

using namespace std::string_literals;
using test::array_of;
using test::png_chunk;
using test::png_file;
using test::values_of;

constexpr int kGrey = 0, kColour = 2, kPalette = 3, kGreyAlpha = 4, kColourAlpha = 6;

std::string encoded(const std::vector<std::uint8_t>& pixels, int width, int height, int channels) {
  const auto bytes = encode_png(pixels.data(), width, height, channels);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Png : public testing::Test {
 protected:
  Array read(const std::string& bytes) { return read_array(test::store(folder_ / "a.png", bytes)); }

  void refused(std::string_view bytes, std::initializer_list<const char*> parts) {
    test::expect_refused(test::store(folder_ / "bad.png", bytes), read_array, parts);
  }

  test::TemporaryFolder folder_;
};

TEST_F(Png, EncodedImagesReadBack) {
  const std::vector<std::uint8_t> pixels{0, 1, 2, 127, 128, 255, 9, 8, 7, 6, 5, 4};
  const Array grey = read(encoded(pixels, 4, 3, 1));
  EXPECT_EQ(grey.shape, (std::vector<Index>{1, 3, 4}));
  EXPECT_EQ(values_of<std::uint8_t>(grey), pixels);
  const Array colour = read(encoded(pixels, 2, 2, 3));
  EXPECT_EQ(colour.shape, (std::vector<Index>{1, 2, 2, 3}));
  EXPECT_EQ(values_of<std::uint8_t>(colour), pixels);
  EXPECT_THROW((void)encode_png(pixels.data(), 0, 3, 1), Error);
  EXPECT_THROW((void)encode_png(pixels.data(), 1, 3, 2), Error);
}

TEST_F(Png, SixteenBitsAreReadAsStored) {
  const Array grey = read(png_file(2, 1, 16, kGrey, "\0\x01\x02\xff\xfe"s));
  EXPECT_EQ(grey.type, DType::uint16);
  EXPECT_EQ(values_of<std::uint16_t>(grey), (std::vector<std::uint16_t>{258, 65534}));
}

TEST_F(Png, GammaDoesNotChangeValues) {
  const std::string gamma = png_chunk("gAMA", test::big_endian(100000));
  EXPECT_EQ(values_of<std::uint8_t>(read(png_file(2, 1, 8, kGrey, "\0\x10\x80"s, gamma))),
            (std::vector<std::uint8_t>{16, 128}));
}

TEST_F(Png, FewBitsSpreadToBytes) {
  EXPECT_EQ(values_of<std::uint8_t>(read(png_file(3, 1, 1, kGrey, "\0\xa0"s))),
            (std::vector<std::uint8_t>{255, 0, 255}));
  EXPECT_EQ(values_of<std::uint8_t>(read(png_file(2, 1, 4, kGrey, "\0\x1f"s))),
            (std::vector<std::uint8_t>{17, 255}));
}

TEST_F(Png, PalettesBecomeColours) {
  const std::string palette = png_chunk("PLTE", "\1\2\3\4\5\6");
  const Array image = read(png_file(2, 1, 8, kPalette, "\0\1\0"s, palette));
  EXPECT_EQ(image.shape, (std::vector<Index>{1, 1, 2, 3}));
  EXPECT_EQ(values_of<std::uint8_t>(image), (std::vector<std::uint8_t>{4, 5, 6, 1, 2, 3}));
}

TEST_F(Png, InterlacedImagesAreReadWhole) {
  // Adam7 with one pixel in pass 1, none in 2 to 5, one in pass 6 and two in pass 7.
  EXPECT_EQ(values_of<std::uint8_t>(read(png_file(2, 2, 8, kGrey, "\0\1\0\2\0\3\4"s, "", 1))),
            (std::vector<std::uint8_t>{1, 2, 3, 4}));
}

TEST_F(Png, OpaqueAlphaIsDroppedAndTransparencyRefused) {
  EXPECT_EQ(values_of<std::uint8_t>(read(png_file(2, 1, 8, kGreyAlpha, "\0\7\xff\x9\xff"s))),
            (std::vector<std::uint8_t>{7, 9}));
  const Array colour = read(png_file(1, 1, 16, kColourAlpha, "\0\0\1\0\2\0\3\xff\xff"s));
  EXPECT_EQ(colour.shape, (std::vector<Index>{1, 1, 1, 3}));
  EXPECT_EQ(values_of<std::uint16_t>(colour), (std::vector<std::uint16_t>{1, 2, 3}));
  refused(png_file(2, 2, 8, kGreyAlpha, "\0\7\xff\x9\xff\0\7\xff\x9\xfe"s),
          {"pixel (1, 1) is transparent", "flatten"});
  refused(png_file(1, 1, 8, kColour, "\0\1\2\3"s, png_chunk("tRNS", "\0\1\0\2\0\3"s)),
          {"pixel (0, 0) is transparent"});
}

TEST_F(Png, DamagedImagesAreRefused) {
  const std::string good = png_file(3, 2, 8, kGrey, "\0\1\2\3\0\4\5\6"s);
  for (std::size_t length = 0; length < good.size(); ++length) {
    const auto path = test::store(folder_ / "cut.png", good.substr(0, length));
    EXPECT_THAT(test::error_of([&] { (void)read_array(path); }),
                testing::StartsWith(path.string()));
  }
  std::string wrong_sum = good;
  wrong_sum[45] = static_cast<char>(wrong_sum[45] ^ 1);
  refused(wrong_sum, {"no readable PNG"});
  refused(png_file(3, 2, 8, kGrey, "\0\1\2\3"s), {"no readable PNG"});
  refused(png_file(0, 2, 8, kGrey, ""), {"no readable PNG"});
  refused(png_file(65536, 1, 8, kGrey, ""), {"no readable PNG"});
  refused(png_file(65535, 65535, 8, kGrey, "\0"s), {"65535 x 65535", "more than a file"});
}

TEST_F(Png, FoldersAreReadInNaturalOrder) {
  for (const int i : {10, 9, 2, 1, 100}) {
    test::store(folder_ / ("im" + std::to_string(i) + (i == 9 ? ".PNG" : ".png")),
                encoded({static_cast<std::uint8_t>(i), 0}, 2, 1, 1));
  }
  test::store(folder_ / "notes.txt", "not an image");
  test::store(folder_ / ".hidden.png", "not an image");
  const Array all = read_array(folder_.path());
  EXPECT_EQ(all.shape, (std::vector<Index>{5, 1, 2}));
  EXPECT_EQ(values_of<std::uint8_t>(all),
            (std::vector<std::uint8_t>{1, 0, 2, 0, 9, 0, 10, 0, 100, 0}));
}

TEST_F(Png, FoldersOfDifferentImagesNameTheFirstThatDiffers) {
  const auto images = folder_ / "images";
  std::filesystem::create_directory(images);
  test::expect_refused(images, read_array, {"without .png files"});
  test::store(images / "1.png", encoded({1, 2}, 2, 1, 1));
  test::store(images / "2.png", encoded({1, 2}, 1, 2, 1));
  const std::string message = test::error_of([&] { (void)read_array(images); });
  EXPECT_THAT(message, testing::StartsWith((images / "2.png").string() + ": is (2, 1) uint8"));
  EXPECT_THAT(message, testing::HasSubstr("1.png is (1, 2) uint8"));
  test::store(images / "2.png", "garbage");
  EXPECT_THAT(test::error_of([&] { (void)read_array(images); }),
              testing::StartsWith((images / "2.png").string()));
}

TEST_F(Png, PicturesAreDecodedWhenAskedFor) {
  const auto images = folder_ / "images";
  std::filesystem::create_directory(images);
  test::store(images / "1.png", encoded({1, 2}, 2, 1, 1));
  const std::string second = encoded({3, 4}, 2, 1, 1);
  test::store(images / "2.png", second);
  const auto reader = open_array(images.string());
  EXPECT_EQ(reader->traits().bits, 8);
  EXPECT_EQ(values_of<std::uint8_t>(reader->block(1, 1)), (std::vector<std::uint8_t>{3, 4}));
  test::store(images / "2.png", encoded({1, 2}, 1, 2, 1));
  EXPECT_THAT(test::error_of([&] { (void)reader->all(); }), testing::HasSubstr("became (2, 1)"));
  std::filesystem::remove(images / "2.png");
  EXPECT_EQ(values_of<std::uint8_t>(reader->block(0, 1)), (std::vector<std::uint8_t>{1, 2}));
  EXPECT_THAT(test::error_of([&] { (void)reader->block(1, 1); }),
              testing::StartsWith((images / "2.png").string()));
}

TEST_F(Png, FullFoldersAreKept) {
  const auto images = folder_ / "images";
  const Array array = test::some_array(DType::uint8, {2, 1, 3});
  test::write_blocks(images.string() + "/", array);
  test::expect_refused(images, [&](const auto& path) { return test::write_blocks(path, array); },
                       {"File exists"});
}

TEST_F(Png, WhatIsNoImageLeavesNoFolder) {
  const auto write = [&](const Array& array) {
    const auto images = folder_ / "images";
    test::expect_refused(images, [&](const auto& path) { return test::write_blocks(path, array); },
                         {});
    EXPECT_EQ(folder_.entries(), 0);
  };
  write(array_of<float>(DType::float32, {1, 3}, {1, 2, 3}));
  write(array_of<float>(DType::float32, {1, 1, 1, 2}, {1, 2}));
  write(array_of<float>(DType::complex64, {1, 1, 1}, {1, 2}));
  write(array_of<float>(DType::float32, {2, 1, 1}, {1, std::nanf("")}));
}

}  // namespace
}  // namespace pellucid
