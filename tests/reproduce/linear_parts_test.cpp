// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/linear_parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "pellucid/base/error.hpp"

namespace pellucid::reproduce {
namespace {

TEST(MeanOf, HasTheStandardErrorOfIndependentValues) {
  const Measured found = mean_of({1, 2, 3, 6});
  EXPECT_DOUBLE_EQ(found.value, 3);
  EXPECT_DOUBLE_EQ(found.error, std::sqrt((4 + 1 + 0 + 9) / 3.0 / 4.0));
  EXPECT_TRUE(std::isinf(mean_of({1}).error));
}

TEST(Jackknife, OfAMeanIsItsStandardError) {
  const std::vector<double> values{1, 2, 3, 6};
  std::vector<double> left_out;
  for (const double value : values) left_out.push_back((12 - value) / 3);
  const Measured mean = mean_of(values), found = jackknife(3, left_out);
  EXPECT_DOUBLE_EQ(found.value, 3);
  EXPECT_NEAR(found.error, mean.error, 1e-15);
  EXPECT_EQ(found.draws, 4);
}

TEST(SeedOf, NeverMeetsThatOfAnotherSeed) {
  std::set<std::uint64_t> found;
  for (const std::uint64_t seed : {0, 1, 2, 3}) {
    for (int number = 0; number < 5000; ++number) found.insert(seed_of(seed, number));
  }
  EXPECT_EQ(found.size(), 20'000u);
}

TEST(Geometric, GoesFromEndToEnd) {
  const std::vector<double> levels = geometric(8, 1, 4);
  ASSERT_EQ(levels.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(levels[i], std::pow(2.0, 3.0 - static_cast<double>(i)), 1e-12);
}

TEST(FashionImages, SayWhatToInstallWhereThereAreNone) {
  try {
    (void)fashion_images("/nowhere", ImageSet::training, 0, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("/nowhere/"));
    EXPECT_THAT(error.what(), testing::HasSubstr("dataset-fashion-mnist"));
  }
}

}  // namespace
}  // namespace pellucid::reproduce
