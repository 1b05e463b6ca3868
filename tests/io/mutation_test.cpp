// SPDX-License-Identifier: BSD-3-Clause
// Files with random damage must be read or refused with an `Error` that names them; anything else,
// a crash, another exception or memory without end, fails. PELLUCID_MUTATIONS sets how many are
// tried per format.

#include <sndfile.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "io/files.hpp"
#include "io/models.hpp"
#include "io/png_file.hpp"
#include "pellucid/io/array_file.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/io/torch_checkpoint.hpp"

namespace pellucid {
namespace {

using namespace std::string_literals;

int rounds(int usual = 2000) {
  const char* text = std::getenv("PELLUCID_MUTATIONS");
  return text == nullptr ? usual : std::atoi(text);
}

// Of files of a few kilobytes; a sanitizer takes its share.
constexpr long kMostMegabytes = 1000;

long peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss >> 10;
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
void expect_read_or_refused(const std::string& good, Read read, Finish finish, int count) {
  const test::TemporaryFolder folder;
  const auto path = folder / "mutated";
  Mutator mutate;
  int were_read = 0;
  for (int i = 0; i < count; ++i) {
    test::store(path, i == 0 ? finish(good) : finish(mutate(good)));
    try {
      (void)read(path);
      ++were_read;
    } catch (const Error& error) {
      ASSERT_THAT(error.what(), testing::StartsWith(path.string()));
      ASSERT_THAT(error.what(), testing::Not(testing::HasSubstr("\n")));
    } catch (const std::exception& error) {
      FAIL() << "round " << i << ": " << error.what();
    }
    // The undamaged file is among them, so that the test is known to get beyond the first check.
    ASSERT_GE(were_read, 1);
    ASSERT_LT(peak_megabytes(), kMostMegabytes) << "round " << i;
  }
}

std::string as_is(const std::string& bytes) { return bytes; }

template <class Finish = std::string (*)(const std::string&)>
void expect_array_or_refused(const std::string& good, Finish finish = as_is, int usual = 2000) {
  const auto read = [](const std::filesystem::path& path) {
    const auto reader = open_array(path.string());
    const Array all = reader->all();
    if (reader->samples() > 0) (void)reader->block(reader->samples() - 1, 1);
    if (!is_complex_type(all.type)) (void)to_samples<double>(all, path.string());
  };
  expect_read_or_refused(good, read, finish, rounds(usual));
}

/// The bytes of a file of this name and kind.
std::string file_of(const std::string& name, const Array& array, const FileTraits& like = {}) {
  const test::TemporaryFolder folder;
  const auto writer = create_array((folder / name).string(), array.type, array.shape, &like);
  writer->write(array);
  writer->commit();
  return test::contents(folder / name);
}

Array numbers(std::vector<Index> shape = {2, 3}) {
  Array array = test::array_of<float>(DType::float32, std::move(shape), {});
  std::vector<float> values(static_cast<std::size_t>(array.size()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 9) / 10 - 0.4F;
  return test::array_of(DType::float32, array.shape, values);
}

FileTraits traits(FileFormat format, bool compressed) {
  FileTraits like;
  like.format = format;
  like.compressed = compressed;
  return like;
}

TEST(Mutations, Npy) { expect_array_or_refused(file_of("a.npy", numbers())); }

TEST(Mutations, NpyInFortranOrder) {
  FileTraits like;
  like.fortran_order = true;
  expect_array_or_refused(file_of("a.npy", numbers({2, 3, 2}), like));
}

TEST(Mutations, NpzStored) {
  expect_array_or_refused(file_of("a.npz", numbers(), traits(FileFormat::npz, false)));
}

TEST(Mutations, NpzDeflated) {
  expect_array_or_refused(file_of("a.npz", numbers({20, 3}), traits(FileFormat::npz, true)));
}

// A child process for every file is slow; `docs/decisions/0002` says why there is one.
constexpr int kUsualWithChild = 300;

TEST(Mutations, Mat5) {
  expect_array_or_refused(file_of("a.mat", numbers(), traits(FileFormat::mat5, false)), as_is,
                          kUsualWithChild);
}

TEST(Mutations, Mat5Compressed) {
  expect_array_or_refused(file_of("a.mat", numbers({20, 3}), traits(FileFormat::mat5, true)), as_is,
                          kUsualWithChild);
}

// Much of an HDF5 file is zeros that nobody reads.
TEST(Mutations, Mat73) {
  expect_array_or_refused(file_of("a.mat", numbers(), traits(FileFormat::mat73, false)), as_is,
                          kUsualWithChild);
}

TEST(Mutations, Mat73Compressed) {
  expect_array_or_refused(file_of("a.mat", numbers({20, 3}), traits(FileFormat::mat73, true)),
                          as_is, kUsualWithChild);
}

const std::string kIdx = "\0\0\x0b\2\0\0\0\2\0\0\0\3abcdefghijkl"s;

TEST(Mutations, Idx) { expect_array_or_refused(kIdx); }

TEST(Mutations, IdxDamagedAfterCompression) { expect_array_or_refused(test::gzipped(kIdx)); }

TEST(Mutations, IdxDamagedBeforeCompression) { expect_array_or_refused(kIdx, test::gzipped); }

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

const std::string kPalette =
    test::png_file(4, 3, 2, 3, "\0\x1b\1\x1b\2\x1b"s,
                   test::png_chunk("PLTE", "abcdefghijkl") + test::png_chunk("tRNS", "\xff\xff"));

TEST(Mutations, Png) { expect_array_or_refused(kPalette); }

TEST(Mutations, PngWithRightCheckSums) { expect_array_or_refused(kPalette, with_right_sums); }

TEST(Mutations, PngWithAlpha) {
  expect_array_or_refused(test::png_file(2, 1, 8, 4, "\0\7\xff\x9\xff"s), with_right_sums);
}

TEST(Mutations, PngOfColours) {
  expect_array_or_refused(test::png_file(2, 2, 8, 2, "\0abcdef\2ghijkl"s), with_right_sums);
}

TEST(Mutations, PngOfSixteenBits) {
  expect_array_or_refused(test::png_file(3, 2, 16, 0, "\0abcdef\1ghijkl"s), with_right_sums);
}

TEST(Mutations, Wav) {
  for (const int subtype : {SF_FORMAT_PCM_16, SF_FORMAT_DOUBLE}) {
    FileTraits like;
    like.sample_rate = 8000;
    like.encoding = SF_FORMAT_WAV | subtype;
    expect_array_or_refused(file_of("a.wav", numbers({2, 9}), like));
  }
}

TEST(Mutations, WavWithManyChannels) {
  FileTraits like;
  like.sample_rate = 8000;
  like.encoding = SF_FORMAT_WAVEX | SF_FORMAT_PCM_24;
  expect_array_or_refused(file_of("a.wav", numbers({5, 3}), like));
}

TEST(Mutations, Flac) {
  FileTraits like;
  like.sample_rate = 8000;
  like.encoding = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
  expect_array_or_refused(file_of("a.flac", numbers({2, 300}), like));
}

TEST(Mutations, Csv) { expect_array_or_refused("# by hand\nx,y,z\n1,2.5,-3e4\n4,5,6\n7,8,9\n"); }

template <class T>
void expect_model_or_refused(PriorOf<T> prior) {
  const test::TemporaryFolder folder;
  write_model(folder / "m", test::some_model<T>(std::move(prior), {3}));
  expect_read_or_refused(test::contents(folder / "m"), read_model, as_is, rounds());
}

TEST(Mutations, RealModel) { expect_model_or_refused<double>(test::some_mixture<double>(3, 2)); }

TEST(Mutations, ComplexModels) {
  using Complex = std::complex<double>;
  expect_model_or_refused<Complex>(test::some_gaussian<Complex>(3));
  expect_model_or_refused<Complex>(test::some_low_rank<Complex>(3, 2));
}

TEST(Mutations, ModelsOfStructuredCovariances) {
  using Complex = std::complex<double>;
  test::Generator generator(1);
  for (const auto type : {CovarianceType::tied, CovarianceType::diag, CovarianceType::spherical,
                          CovarianceType::circulant, CovarianceType::block_circulant}) {
    expect_model_or_refused<double>(
        test::random_diagonal_mixture<double>(type, 1, 3, 2, generator));
  }
  expect_model_or_refused<Complex>(
      test::random_diagonal_mixture<Complex>(CovarianceType::circulant, 1, 3, 2, generator));
  expect_model_or_refused<Complex>(test::random_factor_mixture<Complex>(3, 2, 2, generator));
}

TEST(Mutations, Checkpoint) {
  const std::string good = test::contents(PELLUCID_TEST_DATA "/small_checkpoint.pt");
  expect_read_or_refused(good, read_torch_checkpoint, as_is, rounds());
}

}  // namespace
}  // namespace pellucid
