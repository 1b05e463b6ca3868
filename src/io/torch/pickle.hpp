// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pellucid::io {

/// Number of a value in its pickle: values may refer to one another in any way, cycles included.
using PickleId = std::uint32_t;

struct PickleNone {};
/// A name that the pickle may call, of the few that are allowed.
enum class PickleGlobal { ordered_dict, rebuild_tensor, float_storage, long_storage };
struct PickleSequence {
  std::vector<PickleId> items;  ///< of a list or a tuple
};
struct PickleDict {
  std::vector<std::pair<PickleId, PickleId>> items;
};
/// Numbers in a member of the archive: `data/KEY`.
struct PickleStorage {
  bool integers = false;
  std::string key;
  std::int64_t count = 0;
};
struct PickleTensor {
  PickleStorage storage;
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape, strides;
};

using PickleValue = std::variant<PickleNone, bool, std::int64_t, double, std::string, PickleGlobal,
                                 PickleSequence, PickleDict, PickleStorage, PickleTensor>;

struct Pickle {
  std::deque<PickleValue> values;
  PickleId root = 0;

  [[nodiscard]] const PickleValue& at(PickleId id) const { return values[id]; }
};

/// Interprets the instructions that `torch.save` writes (pickle protocol 2); `label` starts every
/// message. Throws `Error` for any other instruction, for names that are not allowed, and for
/// bytes that end too early. Nothing is called.
[[nodiscard]] Pickle read_pickle(std::string_view bytes, const std::string& label);

}  // namespace pellucid::io
