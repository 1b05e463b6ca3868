// SPDX-License-Identifier: BSD-3-Clause
#include "io/mat/mat_extract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>
#include <span>

#include "io/input_file.hpp"
#include "io/layout.hpp"
#include "io/mat/child.hpp"
#include "io/mat/fortran_walk.hpp"
#include "io/mat/mat_source.hpp"
#include "io/mat/reply.hpp"

namespace pellucid::io {
namespace {

constexpr std::size_t kMostListed = 12;
constexpr std::uint64_t kMemoryToOpen = std::uint64_t{512} << 20;
constexpr std::uint64_t kSecondsToOpen = 10;
// An old computer inflates more than this in a second.
constexpr std::uint64_t kBytesPerSecond = 10'000'000;

// A file without a name is held whole, by us and by HDF5.
std::uint64_t memory_to_open(const MatRequest& request) {
  return kMemoryToOpen + (request.is_73 ? 3 * request.file_bytes : 0);
}

std::string list_text(const std::vector<MatVariable>& variables) {
  std::string text;
  for (std::size_t i = 0; i < variables.size() && i < kMostListed; ++i) {
    const MatVariable& variable = variables[i];
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", printable(variable.name), variable.kind);
  }
  if (variables.size() > kMostListed) {
    text += fmt::format(", and {} more", variables.size() - kMostListed);
  }
  return text;
}

MatVariable named(const std::vector<MatVariable>& all, const std::string& wanted) {
  const auto found = std::ranges::find(all, wanted, &MatVariable::name);
  if (found == all.end()) {
    throw Refusal{fmt::format("has no variable '{}': choose one of {}", printable(wanted),
                              all.empty() ? "none" : list_text(all))};
  }
  if (!found->usable) {
    throw Refusal{
        fmt::format("has {} in '{}': save it as a full numeric array, of type double or "
                    "single where complex",
                    found->kind, printable(wanted))};
  }
  return *found;
}

MatVariable only_one(const std::vector<MatVariable>& all) {
  std::vector<MatVariable> usable;
  std::ranges::copy_if(all, std::back_inserter(usable), &MatVariable::usable);
  if (all.empty()) throw Refusal{"holds no variable that can be read: save the array again"};
  if (usable.empty()) {
    throw Refusal{fmt::format("holds no numeric array ({}): save one", list_text(all))};
  }
  if (usable.size() > 1) {
    throw Refusal{fmt::format("holds several arrays ({}): name one as FILE.mat:{}",
                              list_text(usable), printable(usable.front().name))};
  }
  return usable.front();
}

std::uint64_t require_room(const MatVariable& variable, std::uint64_t file_bytes) {
  const auto bytes = byte_count(variable.shape, variable.type);
  if (!bytes || *bytes > most_bytes(file_bytes)) {
    throw Refusal{
        fmt::format("header claims {}, more than a file of {} bytes can hold: copy or "
                    "save the file again",
                    variable.kind, file_bytes)};
  }
  return *bytes;
}

// In C order and block by block, so that no second copy of the array is made.
void send_elements(int pipe, const Elements& from, const MatVariable& variable) {
  constexpr std::uint64_t kBlock = 1 << 14;
  const std::size_t part = size_of(part_of(variable.type)), whole = size_of(variable.type);
  const std::uint64_t count = *byte_count(variable.shape, variable.type) / whole;
  std::vector<std::byte> block(kBlock * whole);
  FortranWalk walk(variable.shape);
  for (std::uint64_t first = 0; first < count; first += kBlock) {
    const std::uint64_t size = std::min(kBlock, count - first);
    std::byte* out = block.data();
    for (std::uint64_t i = 0; i < size; ++i, out += whole, walk.next()) {
      const std::size_t at = static_cast<std::size_t>(walk.place()) * from.stride;
      std::memcpy(out, from.real + at, part);
      if (from.imaginary != nullptr) std::memcpy(out + part, from.imaginary + at, part);
    }
    if (!send(pipe, std::span(block).first(size * whole))) return;
  }
}

void extract(const MatRequest& request, int pipe) {
  const auto source = request.is_73 ? open_mat73(request.path) : open_mat5(request.path);
  const std::vector<MatVariable> all = source->list();
  const MatVariable chosen =
      request.variable.empty() ? only_one(all) : named(all, request.variable);
  const std::uint64_t bytes = require_room(chosen, request.file_bytes);
  FileTraits traits;
  traits.format = request.is_73 ? FileFormat::mat73 : FileFormat::mat5;
  traits.variable = chosen.name;
  traits.compressed = chosen.compressed;
  send_header(pipe, chosen.type, chosen.shape, traits);
  // The libraries hold the array once, HDF5 also a chunk of it, compressed and not.
  limit_self(memory_to_open(request) + 3 * bytes,
             kSecondsToOpen + (request.file_bytes + bytes) / kBytesPerSecond);
  const Elements elements = bytes == 0 ? Elements{} : source->read(chosen);
  send_elements_follow(pipe);
  send_elements(pipe, elements, chosen);
}

}  // namespace

void describe(MatVariable& variable) {
  variable.kind = fmt::format("{} {}", shape_text(variable.shape), name(variable.type));
}

void refuse_damaged() {
  throw Refusal{
      "is truncated or damaged (the MATLAB library cannot read it): copy or save the file "
      "again"};
}

void refuse_many_variables() {
  throw Refusal{
      fmt::format("has more than {} variables: save the one that matters to a file of its "
                  "own",
                  MatSource::kMostVariables)};
}

void extract_array(const MatRequest& request, int pipe) {
  limit_self(memory_to_open(request), kSecondsToOpen + request.file_bytes / kBytesPerSecond);
  try {
    extract(request, pipe);
  } catch (const Refusal& refusal) {
    send_refusal(pipe, refusal.what);
  } catch (const std::bad_alloc&) {
    send_refusal(pipe, "needs more memory than such a file should: copy or save the file again");
  }
}

}  // namespace pellucid::io
