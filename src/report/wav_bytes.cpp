// SPDX-License-Identifier: BSD-3-Clause
#include "report/wav_bytes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace pellucid::report {
namespace {

class LittleEndian {
 public:
  void text(std::string_view letters) {
    for (const char letter : letters) bytes_.push_back(static_cast<std::byte>(letter));
  }
  void number(std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) bytes_.push_back(static_cast<std::byte>(value >> 8 * i & 255U));
  }
  [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

std::uint32_t to_16_bits(float value) {
  if (!std::isfinite(value)) return 0;
  const long rounded = std::lround(32767.0F * std::clamp(value, -1.0F, 1.0F));
  return static_cast<std::uint32_t>(rounded) & 0xFFFFU;
}

}  // namespace

std::vector<std::byte> wav_bytes(const Eigen::VectorXf& sound, double sample_rate) {
  const auto rate = static_cast<std::uint32_t>(std::lround(sample_rate));
  const auto data_size = static_cast<std::uint32_t>(2 * sound.size());
  LittleEndian file;
  file.text("RIFF");
  file.number(36 + data_size, 4);
  file.text("WAVEfmt ");
  file.number(16, 4);
  file.number(1, 2);  // whole numbers, not compressed
  file.number(1, 2);  // channels
  file.number(rate, 4);
  file.number(2 * rate, 4);  // bytes per second
  file.number(2, 2);         // bytes per sample
  file.number(16, 2);        // bits
  file.text("data");
  file.number(data_size, 4);
  for (const float value : sound) file.number(to_16_bits(value), 2);
  return file.take();
}

}  // namespace pellucid::report
