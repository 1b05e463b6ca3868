// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pellucid/network/architecture.hpp"

namespace pellucid::io {

/// The authors' parameters: groups of fields.
class Parameters {
 public:
  using json = nlohmann::json;

  /// Reads a file; throws `Error` where it is no JSON object.
  explicit Parameters(const std::filesystem::path& path);

  [[noreturn]] void fail(const std::string& field, std::string_view what) const;

  /// The field of a group, or null.
  [[nodiscard]] const json* find(const char* group, const char* key) const;

  /// Its value; throws `Error` where there is none, or one of another type.

  template <class V>
  [[nodiscard]] V get(const char* group, const char* key) const {
    const json* value = find(group, key);
    const std::string field = fmt::format("{}.{}", group, key);
    if (value == nullptr) fail(field, "is missing: give the parameters that belong to the network");
    return convert<V>(*value, field);
  }
  template <class V>
  [[nodiscard]] V get_or(const char* group, const char* key, V otherwise) const {
    const json* value = find(group, key);
    if (value == nullptr || value->is_null()) return otherwise;
    return convert<V>(*value, fmt::format("{}.{}", group, key));
  }

 private:
  // The conversion of numbers would wrap around or cut them.
  template <class N>
  void check_whole(const json& value, const std::string& field) const {
    if (!value.is_number()) return;
    constexpr auto most = std::min<std::int64_t>(std::numeric_limits<N>::max(), 1LL << 53);
    const double number = value.get<double>();
    if (number == std::floor(number) && std::abs(number) <= static_cast<double>(most)) return;
    fail(field, fmt::format("is {}: give a whole number of at most {}", value.dump(), most));
  }
  template <class V>
  [[nodiscard]] V convert(const json& value, const std::string& field) const {
    if constexpr (std::is_integral_v<V> && !std::is_same_v<V, bool>) {
      check_whole<V>(value, field);
    } else if constexpr (std::is_same_v<V, std::vector<Index>>) {
      if (value.is_array()) {
        for (const json& item : value) check_whole<Index>(item, field);
      }
    }
    try {
      return value.get<V>();
    } catch (const json::exception&) {
      fail(field, "has another type than expected");
    }
  }

  std::filesystem::path path_;
  json object_;
};

/// The network that the parameters describe. Throws `Error` naming the field that is wrong.
[[nodiscard]] NetworkArchitecture architecture_of(const Parameters& parameters);

}  // namespace pellucid::io
