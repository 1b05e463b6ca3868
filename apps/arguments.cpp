// SPDX-License-Identifier: BSD-3-Clause
#include "arguments.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <filesystem>

#include "pellucid/io/array.hpp"

namespace pellucid::app {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Noise read_noise_file(const std::string& path) {
  const Array array = read_array(path);
  require_samples(array, path);
  if (array.dim() != 1) {
    throw Error(
        fmt::format("{}: shape {}: --noise-std takes one standard deviation per sample, "
                    "shape (n,)",
                    path, shape_text(array.shape)));
  }
  const Matrix<double> values = to_samples<double>(array, path);
  for (Index i = 0; i < values.size(); ++i) {
    if (values(i) < 0) {
      throw Error(fmt::format("{}: entry ({},) is {}: give standard deviations of 0 or more", path,
                              i, values(i)));
    }
  }
  return Noise::std_per_sample({values.data(), values.data() + values.size()});
}

}  // namespace

UsageError usage_error(const std::string& option, std::string_view what) {
  const std::string subject = option.substr(2) + ": ";
  if (what.starts_with(subject)) what.remove_prefix(subject.size());
  return UsageError(fmt::format("{}: {}", option, what));
}

std::optional<double> read_number(const std::string& text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (begin != end && *begin == '+') ++begin;
  double value = 0;
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

double parse_finite(const std::string& text, const std::string& option) {
  const auto value = read_number(text);
  if (!value || !std::isfinite(*value)) {
    throw UsageError(fmt::format("{}: '{}' is not a finite number", option, text));
  }
  return *value;
}

double parse_snr_db(const std::string& text) {
  constexpr double most = 300;
  const double value = parse_finite(text, "--snr-db");
  if (std::abs(value) > most) {
    throw UsageError(fmt::format("--snr-db: '{}': give {} to {} dB", text, -most, most));
  }
  return value;
}

double parse_not_negative(const std::string& text, const std::string& option) {
  const double value = parse_finite(text, option);
  if (value < 0) throw UsageError(fmt::format("{}: {} is negative: give 0 or more", option, value));
  return value;
}

Steps parse_steps(const std::string& text) {
  if (text == "all") return {Steps::all};
  constexpr int most = 1'000'000;
  int count = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || stop != text.data() + text.size() || count < 1 || count > most) {
    throw UsageError(
        fmt::format("--steps: '{}': give 'all' or a number of steps from 1 to {}", text, most));
  }
  return {count};
}

std::vector<double> parse_snr_range(const std::string& text) {
  constexpr double most = 10'000;
  std::vector<double> values;
  for (const std::string& part : split(text, ',')) {
    const auto ends = split(part, ':');
    if (ends.size() == 1) {
      values.push_back(parse_snr_db(part));
      continue;
    }
    if (ends.size() != 3) {
      throw UsageError(fmt::format("--snr-db: '{}': write start:step:stop, as in -10:5:20", part));
    }
    const double start = parse_snr_db(ends[0]);
    const double step = parse_finite(ends[1], "--snr-db");
    const double stop = parse_snr_db(ends[2]);
    const double count = std::floor((stop - start) / step + 1e-9) + 1;
    if (step == 0 || !(count >= 1) || count > most) {
      throw UsageError(
          fmt::format("--snr-db: '{}' is an empty or endless range: write "
                      "start:step:stop, as in -10:5:20",
                      part));
    }
    for (int i = 0; i < static_cast<int>(count); ++i) values.push_back(start + i * step);
  }
  return values;
}

Noise parse_noise(const std::optional<std::string>& snr_db,
                  const std::optional<std::string>& noise_std) {
  if (snr_db.has_value() == noise_std.has_value()) {
    throw UsageError(snr_db ? "both of --snr-db and --noise-std given: give one of them"
                            : "neither of --snr-db and --noise-std given: give one of them, or "
                              "--noise auto to estimate the level");
  }
  if (snr_db) return Noise::snr_db(parse_snr_db(*snr_db));
  if (read_number(*noise_std)) {
    return Noise::std(parse_not_negative(*noise_std, "--noise-std"));
  }
  const bool names_file =
      std::filesystem::exists(*noise_std) || std::filesystem::path(*noise_std).has_extension();
  if (!names_file) {
    throw UsageError(fmt::format("--noise-std: '{}' is neither a number nor a file", *noise_std));
  }
  return read_noise_file(*noise_std);
}

Method parse_method_argument(const std::string& text) {
  return as_usage("--method", [&] { return parse_method(text); });
}

Rule parse_rule_argument(const std::string& text) {
  return as_usage("--rule", [&] { return parse_rule(text); });
}

Schedule parse_schedule_argument(const std::string& text) {
  return as_usage("--schedule", [&] { return Schedule::parse(text); });
}

void change_schedule(Model& model, const std::string& text) {
  if (text.empty()) return;
  if (model.is_bound_to_schedule()) {
    throw UsageError(
        fmt::format("--schedule: the model is a network, which knows only the schedule it was "
                    "trained with ({}): leave it out",
                    model.schedule.text()));
  }
  model.schedule = parse_schedule_argument(text);
}

}  // namespace pellucid::app
