// SPDX-License-Identifier: BSD-3-Clause
#include "framing_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "arguments.hpp"
#include "checks.hpp"

namespace pellucid::app {

namespace {

constexpr std::string_view stft_name = "stft";
constexpr Index most_size = Index{1} << 20;
constexpr Index stft_size = 512;  // 32 ms at 16 kHz, with half of it between frames

std::vector<Index> parse_patch(const std::string& text) {
  constexpr double most = 1e6;
  std::vector<Index> size;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(",x", start), text.size());
    const auto number = read_number(text.substr(start, end - start));
    if (!number || !(*number >= 1 && *number <= most) || *number != std::floor(*number)) {
      throw UsageError(fmt::format(
          "--patch: '{}': write a size, as in 8, or one for each axis, as in 8,8", text));
    }
    size.push_back(static_cast<Index>(*number));
    start = end + 1;
  }
  if (size.size() == 1) size.push_back(size.front());
  return size;
}

// What the library calls by the names of its fields, by those of the options.
std::string in_options(std::string text, Framing::Kind kind) {
  const bool patches = kind == Framing::Kind::patches;
  for (const auto& [field, option] : {std::pair{"framing.stride", patches ? "--stride" : "--hop"},
                                      std::pair{"framing.size", patches ? "--patch" : "--frame"}}) {
    const std::size_t at = text.find(field);
    if (at != std::string::npos) text.replace(at, std::string_view(field).size(), option);
  }
  return text;
}

void refuse(bool given, std::string_view option, std::string_view needs) {
  if (given)
    throw UsageError(fmt::format("{} goes with {}: add it, or leave it out", option, needs));
}

}  // namespace

void add_framing_options(CLI::App& command, FramingArguments& a) {
  command
      .add_option("--transform", a.transform,
                  "none, dft (orthonormal Fourier: the angular domain of antennas;\n"
                  "complex data), dct, or stft (sound: short-time spectra)")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_option("--frame", a.frame, "sound: cut into frames of N samples [stft: 512]")
      ->check(whole_number(1, most_size))
      ->type_name("N");
  command.add_option("--hop", a.hop, "sound: samples from one frame to the next [half a frame]")
      ->check(whole_number(1, most_size))
      ->type_name("H");
  command
      .add_option("--patch", a.patch, "pictures: cut into patches of P x P, or P,Q,... per axis")
      ->type_name("P");
  command.add_option("--stride", a.stride, "pictures: entries from one patch to the next [1]")
      ->check(whole_number(1, most_size))
      ->type_name("S");
}

Framing framing_of(const FramingArguments& a) {
  Framing framing;
  const bool stft = a.transform == stft_name;
  if (!a.patch.empty()) {
    refuse(a.frame > 0, "--frame", "sound, not --patch");
    refuse(a.hop > 0, "--hop", "--frame");
    refuse(stft, "--transform stft", "sound, not --patch");
    framing.kind = Framing::Kind::patches;
    framing.size = parse_patch(a.patch);
    framing.stride = std::max<Index>(1, a.stride);
  } else if (stft || a.frame > 0) {
    refuse(a.stride > 0, "--stride", "--patch");
    framing.kind = stft ? Framing::Kind::stft : Framing::Kind::frames;
    framing.size = {a.frame > 0 ? a.frame : stft_size};
    framing.stride = a.hop > 0 ? a.hop : std::max<Index>(1, framing.size.front() / 2);
  } else {
    refuse(a.stride > 0, "--stride", "--patch");
    refuse(a.hop > 0, "--hop", "--frame or --transform stft");
  }
  try {
    framing.validate();
  } catch (const Error& error) {
    throw UsageError(in_options(error.what(), framing.kind));
  }
  return framing;
}

Transform transform_of(const FramingArguments& a) {
  if (a.transform == stft_name) return Transform::none;
  try {
    return parse_transform(a.transform);
  } catch (const Error& error) {
    throw UsageError(fmt::format("--transform: {}; or stft", error.what()));
  }
}

}  // namespace pellucid::app
