// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "pellucid/base/error.hpp"
#include "pellucid/network/architecture.hpp"

namespace pellucid {

namespace {

// All of any network, by default; a file may claim more.
std::string list_of(const std::vector<std::string>& names, std::size_t shown = 1000) {
  const std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size())));
  return fmt::format("{}{}", fmt::join(first, ", "),
                     names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : "");
}

// The kind of network that has tensors of such names, or nothing.
std::string_view kind_of(const NamedTensors& tensors) {
  constexpr std::pair<std::string_view, std::string_view> signs[] = {
      {"cnn_pre.", "cnn"}, {"downs.", "unet"}, {"experts.", "mlp"}, {"blocks.", "mlp"}};
  for (const auto& [prefix, kind] : signs) {
    const auto found = tensors.lower_bound(std::string(prefix));
    if (found != tensors.end() && found->first.starts_with(prefix)) return kind;
  }
  return "";
}

// Where hardly a name is right, nobody looks for the one that is wrong.
[[noreturn]] void fail_of_another(const NetworkArchitecture& architecture,
                                  const NamedTensors& tensors, std::size_t expected,
                                  const std::vector<std::string>& missing,
                                  const std::vector<std::string>& unknown) {
  constexpr std::size_t shown = 3;
  const std::string_view kind = kind_of(tensors);
  const std::string looks =
      kind.empty() || kind == architecture.kind() ? "" : fmt::format(", it looks like a {}", kind);
  throw Error(fmt::format(
      "{} of the {} tensors of a {} are in it{}: give the parameters that belong to it; "
      "missing: {}; not known: {}",
      expected - missing.size(), expected, architecture.kind(), looks, list_of(missing, shown),
      list_of(unknown, shown)));
}

void check_values(const NamedTensors& tensors) {
  std::vector<std::string> not_finite, negative;
  for (const auto& [name, tensor] : tensors) {
    const auto begin = tensor.values.begin(), end = tensor.values.end();
    if (!std::all_of(begin, end, [](float value) { return std::isfinite(value); })) {
      not_finite.push_back(name);
    } else if (name.ends_with("running_var") &&
               !std::all_of(begin, end, [](float value) { return value >= 0; })) {
      negative.push_back(name);
    }
  }
  std::vector<std::string> faults;
  if (!not_finite.empty()) faults.push_back("not finite: " + list_of(not_finite));
  if (!negative.empty()) faults.push_back("negative variances: " + list_of(negative));
  if (faults.empty()) return;
  throw Error(fmt::format("tensors have entries that no training makes; {}: make the file again",
                          fmt::join(faults, "; ")));
}

}  // namespace

void check_tensors(const NetworkArchitecture& architecture, const NamedTensors& tensors) {
  const auto shapes = tensor_shapes(architecture);
  std::vector<std::string> missing, unknown, different;
  for (const auto& [name, shape] : shapes) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) {
      missing.push_back(name);
    } else if (found->second.shape != shape) {
      different.push_back(fmt::format("{} is ({}), must be ({})", name,
                                      fmt::join(found->second.shape, ", "),
                                      fmt::join(shape, ", ")));
    }
  }
  for (const auto& [name, tensor] : tensors) {
    if (!shapes.contains(name)) unknown.push_back(name);
  }
  const bool is_another = 2 * missing.size() > shapes.size() && !unknown.empty();
  if (is_another) fail_of_another(architecture, tensors, shapes.size(), missing, unknown);
  std::vector<std::string> faults;
  if (!missing.empty()) faults.push_back("missing: " + list_of(missing));
  if (!unknown.empty()) faults.push_back("not known: " + list_of(unknown));
  if (!different.empty()) faults.push_back("of another shape: " + list_of(different));
  if (!faults.empty()) {
    throw Error(fmt::format("tensors do not fit the {} architecture; {}", architecture.kind(),
                            fmt::join(faults, "; ")));
  }
  check_values(tensors);
}

}  // namespace pellucid
