// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "io/input_file.hpp"
#include "io/npy/npy.hpp"
#include "io/npz/npz.hpp"
#include "io/npz/zip_directory.hpp"
#include "io/npz/zip_format.hpp"

namespace pellucid::io {
namespace {

constexpr std::string_view kExtension = ".npy";
constexpr std::size_t kMostNamesShown = 20;

std::string variable_of(const ZipMember& member) {
  return member.name.substr(0, member.name.size() - kExtension.size());
}

std::string names_of(const std::vector<ZipMember>& arrays) {
  std::vector<std::string> names;
  for (const ZipMember& member : arrays) {
    if (names.size() == kMostNamesShown) {
      names.emplace_back("...");
      break;
    }
    names.push_back(printable(variable_of(member)));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

ZipMember choose(const std::vector<ZipMember>& arrays, const std::string& variable,
                 const std::filesystem::path& path, const std::string& label) {
  if (arrays.empty()) fail(label, "is a zip archive without .npy files: use numpy.savez");
  if (variable.empty()) {
    if (arrays.size() == 1) return arrays.front();
    fail(label,
         fmt::format("holds {} arrays ({}): name one, {}:{}", arrays.size(), names_of(arrays),
                     path.string(), printable(variable_of(arrays.front()))));
  }
  const auto named = [&](const ZipMember& m) { return variable_of(m) == variable; };
  const auto found = std::ranges::find_if(arrays, named);
  if (found == arrays.end()) {
    fail(label, fmt::format("there is no array '{}': the file has {}", printable(variable),
                            names_of(arrays)));
  }
  if (std::ranges::count_if(arrays, named) > 1) {
    fail(label, fmt::format("there are several arrays '{}': save them under different names",
                            printable(variable)));
  }
  return *found;
}

}  // namespace

std::unique_ptr<ArrayReader> open_npz(const std::filesystem::path& path,
                                      const std::string& variable, const std::string& label) {
  auto file = std::make_shared<const InputFile>(path, label);
  std::vector<ZipMember> arrays = read_zip_directory(*file);
  std::erase_if(arrays, [](const ZipMember& m) { return !m.name.ends_with(kExtension); });
  const ZipMember member = choose(arrays, variable, path, label);
  const std::uint64_t begin = locate(*file, member);
  FileTraits traits;
  traits.format = FileFormat::npz;
  traits.variable = variable_of(member);
  traits.compressed = member.method == zip::kDeflated;
  traits.description = fmt::format(".npz array '{}'{}", printable(traits.variable),
                                   traits.compressed ? ", compressed" : "");
  if (!traits.compressed) {
    return open_npy(std::move(file), begin, member.size, label, std::move(traits));
  }
  auto bytes = std::make_shared<const MemoryBytes>(label, inflate(*file, member, begin));
  return open_npy(std::move(bytes), 0, member.size, label, std::move(traits));
}

}  // namespace pellucid::io
