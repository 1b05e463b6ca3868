// SPDX-License-Identifier: BSD-3-Clause
// Files with random damage must be read or refused with an `Error` that names them; anything else,
// a crash or another exception, fails. PELLUCID_MUTATIONS sets how many are tried per format.

#include <algorithm>
#include <cstdlib>
#include <random>

#include "io/files.hpp"
#include "io/models.hpp"
#include "io/png_file.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/io/npy.hpp"

namespace pellucid {
namespace {

using namespace std::string_literals;

int rounds() {
  const char* text = std::getenv("PELLUCID_MUTATIONS");
  return text == nullptr ? 2000 : std::atoi(text);
}

class Mutator {
 public:
  std::string operator()(std::string bytes) {
    for (int edits = 1 + pick(3); edits > 0; --edits) edit(bytes);
    return bytes;
  }

 private:
  int pick(std::size_t below) {
    return static_cast<int>(random_() % std::max<std::size_t>(below, 1));
  }

  void edit(std::string& bytes) {
    if (bytes.empty()) return;
    const auto at = static_cast<std::size_t>(pick(bytes.size()));
    const auto length = static_cast<std::size_t>(1 + pick(8));
    switch (pick(7)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << pick(8));
        break;
      case 1:
        bytes[at] = static_cast<char>(pick(256));
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.erase(at, length);
        break;
      case 4:
        bytes.insert(at, bytes.substr(at, length));
        break;
      // Digits and signs where a text header may have numbers, extremes where a binary one has.
      case 5:
        bytes[at] = "0123456789-,[]{}()'\": eL"[pick(24)];
        break;
      case 6:
        bytes.replace(at, std::min(length, bytes.size() - at), length, pick(2) ? '\xff' : '\0');
    }
  }

  std::mt19937 random_{1};
};

template <class Read, class Finish>
void expect_read_or_refused(const std::string& good, Read read, Finish finish) {
  const test::TemporaryFolder folder;
  const auto path = folder / "mutated";
  Mutator mutate;
  int were_read = 0;
  for (int i = 0; i < rounds(); ++i) {
    test::store(path, i == 0 ? finish(good) : finish(mutate(good)));
    try {
      (void)read(path);
      ++were_read;
    } catch (const Error& error) {
      ASSERT_THAT(error.what(), testing::StartsWith(path.string()));
    } catch (const std::exception& error) {
      FAIL() << "round " << i << ": " << error.what();
    }
  }
  // The undamaged file is among them, so that the test is known to get beyond the first check.
  EXPECT_GE(were_read, 1);
}

std::string as_is(const std::string& bytes) { return bytes; }

TEST(Mutations, Npy) {
  for (const bool fortran : {false, true}) {
    const test::TemporaryFolder folder;
    write_npy(folder / "a.npy", test::array_of<float>(DType::float32, {2, 3}, {1, 2, 3, 4, 5, 6}));
    std::string good = test::contents(folder / "a.npy");
    if (fortran) good.replace(good.find("False"), 5, "True ");
    const auto convert = [](const auto& path) {
      return to_samples<double>(read_array(path), path.string());
    };
    expect_read_or_refused(good, read_npy, as_is);
    expect_read_or_refused(good, convert, as_is);
  }
}

const std::string kIdx = "\0\0\x0b\2\0\0\0\2\0\0\0\3abcdefghijkl"s;

TEST(Mutations, Idx) { expect_read_or_refused(kIdx, read_array, as_is); }

TEST(Mutations, IdxDamagedAfterCompression) {
  expect_read_or_refused(test::gzipped(kIdx), read_array, as_is);
}

TEST(Mutations, IdxDamagedBeforeCompression) {
  expect_read_or_refused(kIdx, read_array, test::gzipped);
}

const std::string kPalette =
    test::png_file(4, 3, 2, 3, "\0\x1b\1\x1b\2\x1b"s,
                   test::png_chunk("PLTE", "abcdefghijkl") + test::png_chunk("tRNS", "\xff\xff"));

TEST(Mutations, Png) { expect_read_or_refused(kPalette, read_array, as_is); }

// Makes the check sums right again, so that the damage reaches the code behind them.
std::string with_right_sums(std::string bytes) {
  std::size_t at = 8;
  while (at + 12 <= bytes.size()) {
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < 4; ++i)
      length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
    if (length > bytes.size() - at - 12) break;
    const std::string type = bytes.substr(at + 4, 4), data = bytes.substr(at + 8, length);
    bytes.replace(at, length + 12, test::png_chunk(type, data));
    at += length + 12;
  }
  return bytes;
}

TEST(Mutations, PngWithRightCheckSums) {
  expect_read_or_refused(kPalette, read_array, with_right_sums);
}

TEST(Mutations, PngWithAlpha) {
  const std::string opaque = test::png_file(2, 1, 8, 4, "\0\7\xff\x9\xff"s);
  expect_read_or_refused(opaque, read_array, with_right_sums);
}

template <class T>
std::string model_bytes(std::variant<Gaussian<T>, GaussianMixture<T>, LowRank<T>> prior) {
  const test::TemporaryFolder folder;
  write_model(folder / "m", test::some_model<T>(std::move(prior), {3}));
  return test::contents(folder / "m");
}

TEST(Mutations, RealModel) {
  expect_read_or_refused(model_bytes<double>(test::some_mixture<double>(3, 2)), read_model, as_is);
}

TEST(Mutations, ComplexModels) {
  using Complex = std::complex<double>;
  expect_read_or_refused(model_bytes<Complex>(test::some_gaussian<Complex>(3)), read_model, as_is);
  expect_read_or_refused(model_bytes<Complex>(test::some_low_rank<Complex>(3, 2)), read_model,
                         as_is);
}

}  // namespace
}  // namespace pellucid
