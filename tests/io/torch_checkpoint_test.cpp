// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/torch_checkpoint.hpp"

#include <gtest/gtest.h>

namespace pellucid {
namespace {

// tests/data/README.md says how PyTorch wrote it.
TEST(TorchCheckpoint, ReadsTheTensorsOfTheModelEntry) {
  const NamedTensors tensors = read_torch_checkpoint(PELLUCID_TEST_DATA "/small_checkpoint.pt");
  const NamedTensors expected{{"model.b", {{3}, {1, 1, 1}}},
                              {"model.w", {{2, 3}, {0, 1, 2, 3, 4, 5}}}};
  EXPECT_EQ(tensors, expected);
}

}  // namespace
}  // namespace pellucid
