// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/signal/framing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "signals.hpp"

namespace pellucid {
namespace {

using Kind = Framing::Kind;
using testing::HasSubstr;
using Shape = std::vector<Index>;

std::string fault(const Framing& framing) {
  return test::message_of([&] { framing.validate(); });
}

TEST(Framing, GoodOnesAreValid) {
  for (const Framing& framing :
       {Framing{}, Framing{Kind::frames, {2}, 1}, Framing{Kind::frames, {256}, 256},
        Framing{Kind::stft, {4}, 2}, Framing{Kind::stft, {512}, 256, 8000.0, {1, 2}, {3, 0}},
        Framing{Kind::patches, {1}, 1}, Framing{Kind::patches, {8, 8}, 8},
        Framing{Kind::patches, {4, 5, 6}, 4}}) {
    EXPECT_EQ(fault(framing), "no error") << framing.text();
  }
}

TEST(Framing, FaultsNameTheField) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(fault({Kind::frames, {}, 1}), HasSubstr("framing.size: has 0 lengths"));
  EXPECT_THAT(fault({Kind::frames, {8, 8}, 1}), HasSubstr("framing.size: has 2 lengths"));
  EXPECT_THAT(fault({Kind::frames, {1}, 1}), HasSubstr("framing.size: is 1"));
  EXPECT_THAT(fault({Kind::frames, {Index{1} << 40}, 1}), HasSubstr("framing.size: is 1099"));
  EXPECT_THAT(fault({Kind::frames, {8}, 9}), HasSubstr("framing.stride: is 9"));
  EXPECT_THAT(fault({Kind::frames, {8}, 0}), HasSubstr("framing.stride: is 0"));
  EXPECT_THAT(fault({Kind::stft, {2}, 1}), HasSubstr("framing.size: is 2"));
  EXPECT_THAT(fault({Kind::stft, {7}, 1}), HasSubstr("even"));
  EXPECT_THAT(fault({Kind::stft, {8}, 5}), HasSubstr("framing.stride: is 5"));
  EXPECT_THAT(fault({Kind::patches, {2, 2, 2, 2}, 1}), HasSubstr("framing.size: has 4"));
  EXPECT_THAT(fault({Kind::patches, {8, 0}, 1}), HasSubstr("framing.size: is 0"));
  EXPECT_THAT(fault({Kind::patches, {8, 4}, 5}), HasSubstr("framing.stride: is 5"));
  EXPECT_THAT(fault({Kind::frames, {8}, 4, -1.0}), HasSubstr("framing.sample_rate"));
  EXPECT_THAT(fault({Kind::stft, {8}, 4, 0.0, {nan, 0}}), HasSubstr("framing.edge_mean"));
  EXPECT_THAT(fault({Kind::stft, {8}, 4, 0.0, {}, {0, -1}}), HasSubstr("framing.edge_variance"));
}

TEST(Framing, ShapesOfVectors) {
  EXPECT_EQ(Framing{}.vector_shape({3, 4}), Shape({3, 4}));
  EXPECT_EQ((Framing{Kind::frames, {256}, 128}.vector_shape({9})), Shape({256}));
  EXPECT_EQ((Framing{Kind::stft, {512}, 256}.vector_shape({9999})), Shape({255}));
  EXPECT_EQ((Framing{Kind::patches, {8, 6}, 1}.vector_shape({50, 60})), Shape({8, 6}));
  EXPECT_EQ((Framing{Kind::patches, {8, 6}, 1}.vector_shape({50, 60, 3})), Shape({8, 6, 3}));
}

TEST(Framing, SignalsNeedTheirAxes) {
  const Framing frames{Kind::frames, {256}, 128}, patches{Kind::patches, {8, 8}, 1};
  EXPECT_THAT(test::message_of([&] { return frames.vector_shape({2, 900}); }), HasSubstr("2 axes"));
  EXPECT_THAT(test::message_of([&] { return frames.vector_shape({}); }), HasSubstr("0 axes"));
  EXPECT_THAT(test::message_of([&] { return patches.vector_shape({64}); }), HasSubstr("1 axes"));
}

TEST(Framing, WordsAndGain) {
  EXPECT_EQ(Framing{}.text(), "");
  EXPECT_EQ((Framing{Kind::frames, {256}, 128}.text()), "frames of 256 every 128");
  EXPECT_EQ((Framing{Kind::patches, {8, 8}, 1}.text()), "patches of 8 x 8 every 1");
  EXPECT_EQ((Framing{Kind::frames, {256}, 128}.noise_gain()), 1.0);
  EXPECT_EQ((Framing{Kind::stft, {512}, 256}.noise_gain()), 256.0);
  for (const Kind kind : {Kind::none, Kind::frames, Kind::stft, Kind::patches}) {
    EXPECT_EQ(parse_framing(name(kind)), kind);
  }
  EXPECT_THAT(test::message_of([] { return parse_framing("wavelet"); }),
              HasSubstr("none, frames, stft, patches"));
}

}  // namespace
}  // namespace pellucid
