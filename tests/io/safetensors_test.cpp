// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/safetensors.hpp"

#include <nlohmann/json.hpp>

#include "io/files.hpp"

namespace pellucid {
namespace {

using test::array_of;
using test::values_of;

std::string with_header(const std::string& header, std::string_view data) {
  std::string file;
  for (int i = 0; i < 8; ++i) file += static_cast<char>(header.size() >> 8 * i & 0xff);
  return file.append(header).append(data);
}

class SafeTensorsFile : public testing::Test {
 protected:
  void write(const SafeTensors& content) {
    OutputFile out(path_);
    write_safetensors(out, content);
    out.commit();
  }

  SafeTensors read(const std::string& bytes) { return read_safetensors(test::store(path_, bytes)); }

  void refused(const std::string& header, std::string_view data,
               std::initializer_list<const char*> parts) {
    test::expect_refused(test::store(path_, with_header(header, data)), read_safetensors, parts);
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "t.safetensors";
};

TEST_F(SafeTensorsFile, EveryTypeRoundTrips) {
  SafeTensors content;
  content.metadata = {{"kind", "any"}, {"unicode", "größer \"x\""}};
  content.tensors["i8"] = array_of<std::int8_t>(DType::int8, {3}, {-1, 0, 1});
  content.tensors["u8"] = array_of<std::uint8_t>(DType::uint8, {1}, {255});
  content.tensors["i16"] = array_of<std::int16_t>(DType::int16, {1}, {-300});
  content.tensors["u16"] = array_of<std::uint16_t>(DType::uint16, {1}, {65535});
  content.tensors["i32"] = array_of<std::int32_t>(DType::int32, {1}, {-70000});
  content.tensors["u32"] = array_of<std::uint32_t>(DType::uint32, {1}, {70000});
  content.tensors["i64"] = array_of<std::int64_t>(DType::int64, {1}, {INT64_MIN});
  content.tensors["u64"] = array_of<std::uint64_t>(DType::uint64, {1}, {UINT64_MAX});
  content.tensors["f32"] = array_of<float>(DType::float32, {2, 1}, {1.5F, -2});
  content.tensors["f64"] = array_of<double>(DType::float64, {}, {0.1});
  content.tensors["empty"] = Array{DType::float32, {0, 4}, {}};
  write(content);
  const SafeTensors got = read_safetensors(path_);
  EXPECT_EQ(got.metadata, content.metadata);
  ASSERT_EQ(got.tensors.size(), content.tensors.size());
  for (const auto& [name, array] : content.tensors) {
    SCOPED_TRACE(name);
    EXPECT_EQ(got.tensors.at(name).type, array.type);
    EXPECT_EQ(got.tensors.at(name).shape, array.shape);
    EXPECT_EQ(got.tensors.at(name).bytes, array.bytes);
  }
}

TEST_F(SafeTensorsFile, EveryTensorIsAligned) {
  SafeTensors content;
  content.tensors["a"] = array_of<std::uint8_t>(DType::uint8, {3}, {1, 2, 3});
  content.tensors["b"] = array_of<double>(DType::float64, {1}, {1});
  content.tensors["c"] = array_of<float>(DType::float32, {1}, {1});
  write(content);
  const std::string bytes = test::contents(path_);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  EXPECT_EQ(header["b"]["data_offsets"], (std::vector<int>{0, 8}));
  EXPECT_EQ(header["c"]["data_offsets"], (std::vector<int>{8, 12}));
  EXPECT_EQ(header["a"]["data_offsets"], (std::vector<int>{12, 15}));
  EXPECT_EQ(header["a"]["dtype"], "U8");
}

TEST_F(SafeTensorsFile, TensorsMayComeInAnyOrder) {
  const SafeTensors got =
      read(with_header(R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},)"
                       R"("a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})",
                       "xyz"));
  EXPECT_EQ(values_of<char>(got.tensors.at("a")), (std::vector<char>{'x', 'y'}));
  EXPECT_EQ(values_of<char>(got.tensors.at("b")), std::vector<char>{'z'});
}

TEST_F(SafeTensorsFile, LyingHeaderLengthsAreRefused) {
  const auto file = [&](std::string_view bytes, std::initializer_list<const char*> parts) {
    test::expect_refused(test::store(path_, bytes), read_safetensors, parts);
  };
  file("", {"truncated"});
  file("1234567", {"truncated"});
  file(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10), {"18446744073709551615"});
  file(std::string_view("\x03\0\0\0\0\0\0\0{}", 10), {"3 bytes", "has 2"});
  file(std::string_view("\0\0\0\0\0\0\0\0", 8), {"no valid JSON"});
  file(std::string_view("\x01\0\0\0\0\0\0\0{}", 10), {"no valid JSON"});
}

TEST_F(SafeTensorsFile, HeadersThatAreNotTheFormatAreRefused) {
  refused("[]", "", {"no JSON object"});
  refused("12", "", {"no JSON object"});
  refused(R"({"a":1})", "", {"tensor 'a'", "no dtype"});
  refused(R"({"a":{"dtype":"F32","shape":[1]}})", "1234", {"no data_offsets"});
  refused(R"({"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}})", "12", {"dtype F16", "F32"});
  refused(R"({"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}})", "12", {"BF16"});
  refused(R"({"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}})", "1", {"BOOL"});
  refused(R"({"a":{"dtype":7,"shape":[1],"data_offsets":[0,1]}})", "1", {"dtype 7"});
  refused(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", "1", {"shape"});
  refused(R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", "1", {"shape"});
  refused(R"({"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}})", "1", {"shape"});
  refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", "1", {"data_offsets"});
  refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", "1", {"data_offsets"});
  refused(R"({"a":{"dtype":"U8","shape":[1e400],"data_offsets":[0,1]}})", "1", {"out of range"});
  refused(R"({"__metadata__":{"a":1}})", "", {"metadata 'a'", "string"});
  refused(R"({"__metadata__":[]})", "", {"metadata"});
  refused(R"({"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}})", "1", {"nests more than 3"});
  refused(std::string(1'000'000, '['), "", {"nests more than 3"});
  refused("{\"a\xff\":1}", "", {"no valid JSON"});
  const std::string a = R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  refused("{" + a + "," + a + "}", "1", {"names 'a' twice"});
  refused(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", "1",
          {"names 'dtype' twice"});
}

TEST_F(SafeTensorsFile, TensorsMustTileTheData) {
  const auto two = [](const char* second, int length) {
    return R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
           R"("b":{"dtype":"U8","shape":[)" +
           std::to_string(length) + R"(],"data_offsets":)" + second + "}}";
  };
  refused(two("[1,3]", 2), "123", {"tensor 'b'", "overlapping"});
  refused(two("[0,2]", 2), "12", {"overlapping"});
  refused(two("[3,4]", 1), "1234", {"tensor 'b'", "gap"});
  refused(two("[2,4]", 2), "123", {"tensor 'b'", "byte 4 of 3", "truncated"});
  refused(two("[2,4]", 1), "1234", {"(1,)", "does not fit"});
  refused(two("[2,4]", 2), "12345", {"1 bytes after"});
  refused(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", "",
          {"does not fit"});
  refused(
      R"({"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,4611686018427387904]}})",
      "", {"does not fit"});
}

TEST_F(SafeTensorsFile, ComplexTensorsCannotBeWritten) {
  SafeTensors content;
  content.tensors["c"] = array_of<float>(DType::complex64, {1}, {1, 2});
  EXPECT_THROW(write(content), Error);
  EXPECT_EQ(folder_.entries(), 0);
}

}  // namespace
}  // namespace pellucid
