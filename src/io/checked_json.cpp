// SPDX-License-Identifier: BSD-3-Clause
#include "io/checked_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "io/input_file.hpp"

namespace pellucid::io {

namespace {

template <class Json>
Json parsed(const std::filesystem::path& path, std::string_view what, std::string_view text,
            int depth) {
  using Event = typename Json::parse_event_t;
  std::vector<std::set<std::string>> names;  // of the objects that are open
  const auto check = [&](int level, Event event, Json& value) {
    if (event == Event::object_start || event == Event::array_start) {
      if (level >= depth) {
        fail(path, fmt::format("{} nests more than {} lists and objects: make the file again", what,
                               depth));
      }
    }
    if (event == Event::object_start) names.emplace_back();
    if (event == Event::object_end) names.pop_back();
    if (event == Event::key && !names.back().insert(value.template get<std::string>()).second) {
      fail(path, fmt::format("{} names '{}' twice: make the file again", what,
                             printable(value.template get<std::string>())));
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const typename Json::parse_error& error) {
    fail(path, fmt::format("{} is no valid JSON (byte {}): make the file again", what, error.byte));
  } catch (const typename Json::exception&) {
    fail(path, fmt::format("{} holds a number out of range: make the file again", what));
  }
}

}  // namespace

nlohmann::json parse_json(const std::filesystem::path& path, std::string_view what,
                          std::string_view text, int depth) {
  return parsed<nlohmann::json>(path, what, text, depth);
}

nlohmann::ordered_json parse_ordered_json(const std::filesystem::path& path, std::string_view what,
                                          std::string_view text, int depth) {
  return parsed<nlohmann::ordered_json>(path, what, text, depth);
}

}  // namespace pellucid::io
