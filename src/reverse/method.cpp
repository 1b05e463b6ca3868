// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reverse/method.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pellucid/base/error.hpp"

namespace pellucid {

std::string_view name(Method method) {
  switch (method) {
    case Method::automatic:
      return "auto";
    case Method::one_step:
      return "one-step";
    case Method::mean_forwarding:
      return "mean-forwarding";
    case Method::average:
      return "average";
    case Method::sample:
      return "sample";
  }
  return "unknown";
}

const std::vector<Method>& all_methods() {
  static const std::vector<Method> methods{Method::automatic, Method::one_step,
                                           Method::mean_forwarding, Method::average,
                                           Method::sample};
  return methods;
}

Method parse_method(std::string_view text) {
  std::vector<std::string_view> known;
  for (const Method method : all_methods()) {
    if (name(method) == text) return method;
    known.push_back(name(method));
  }
  throw Error(fmt::format("unknown method '{}': choose one of {}", text, fmt::join(known, ", ")));
}

}  // namespace pellucid
