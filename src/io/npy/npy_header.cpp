// SPDX-License-Identifier: BSD-3-Clause
#include "io/npy/npy_header.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <bit>
#include <charconv>
#include <optional>
#include <utility>

#include "io/input_file.hpp"
#include "io/layout.hpp"

namespace pellucid::io {
namespace {

// The elements start at a multiple of this, so that the file can be mapped into memory.
constexpr std::size_t kAlignment = 64;

constexpr std::string_view kHalf = "f2";
constexpr std::array<std::pair<std::string_view, DType>, 13> kCodes{{
    {"i1", DType::int8},
    {"u1", DType::uint8},
    {"i2", DType::int16},
    {"u2", DType::uint16},
    {"i4", DType::int32},
    {"u4", DType::uint32},
    {"i8", DType::int64},
    {"u8", DType::uint64},
    {kHalf, DType::uint16},  // widened as it is read
    {"f4", DType::float32},
    {"f8", DType::float64},
    {"c8", DType::complex64},
    {"c16", DType::complex128},
}};

// Why a type that NumPy knows is not read here, and what to do about it.
std::string refusal(std::string_view code) {
  const char kind = code.empty() ? '?' : code.front();
  switch (kind) {
    case 'O':
      return "Python objects: save numbers of one type, array.astype(numpy.float32)";
    case 'U':
    case 'S':
    case 'a':
      return "strings: save numbers, array.astype(numpy.float32)";
    case 'b':
    case '?':
      return "booleans: save numbers, array.astype(numpy.uint8)";
    case 'V':
      return "structured or raw data: save one field as a plain array";
    case 'm':
    case 'M':
      return "times: save numbers, array.astype(numpy.float64)";
    case 'f':
    case 'c':
      return "numbers of a width that is not read: save array.astype(numpy.float32) (complex: "
             "numpy.complex64)";
    default:
      return "a type that is not known: save array.astype(numpy.float32)";
  }
}

/// Reads the few kinds of Python literal that such a dictionary holds, never past its end.
class Parser {
 public:
  Parser(const std::string& path, std::string_view text) : path_(path), text_(text) {}

  StoredLayout header() {
    StoredLayout header;
    bool descr = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr" && !std::exchange(descr, true)) {
        type(header);
      } else if (key == "fortran_order" && !std::exchange(order, true)) {
        header.fortran_order = boolean();
      } else if (key == "shape" && !std::exchange(shape, true)) {
        header.shape = tuple();
      } else {
        fail(path_, fmt::format("header has an unexpected or repeated field '{}': save the array "
                                "again with numpy.save",
                                printable(key)));
      }
      if (!accept(',') && !looking_at('}')) malformed("',' or '}'");
    }
    skip_space();
    if (at_ != text_.size()) malformed("nothing after '}'");
    if (!descr || !order || !shape) malformed("descr, fortran_order and shape");
    return header;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool looking_at(char c) {
    skip_space();
    return at_ < text_.size() && text_[at_] == c;
  }

  bool accept(char c) {
    if (!looking_at(c)) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) malformed(fmt::format("'{}'", c));
  }

  [[noreturn]] void malformed(std::string_view expected) const {
    fail(path_,
         fmt::format("header is damaged ({} expected at character {} of its dictionary): save the "
                     "array again with numpy.save",
                     expected, at_));
  }

  std::string_view string() {
    const char quote = looking_at('"') ? '"' : '\'';
    expect(quote);
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) malformed("a closing quote");
    const std::string_view value = text_.substr(at_, end - at_);
    at_ = end + 1;
    return value;
  }

  bool boolean() {
    skip_space();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    }
    malformed("True or False");
  }

  std::vector<Index> tuple() {
    std::vector<Index> values;
    expect('(');
    while (!accept(')')) {
      if (values.size() == kMostAxes) malformed(fmt::format("at most {} axes", kMostAxes));
      values.push_back(integer());
      if (!accept(',') && !looking_at(')')) malformed("',' or ')'");
    }
    return values;
  }

  Index integer() {
    skip_space();
    Index value = 0;
    const auto [end, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error == std::errc::result_out_of_range) {
      fail(path_, "header claims a length of more than 2^63: save the array again with numpy.save");
    }
    if (error != std::errc{}) malformed("a whole number");
    at_ = static_cast<std::size_t>(end - text_.data());
    // Python 2 marked long integers.
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;
    return value;
  }

  void type(StoredLayout& header) {
    if (looking_at('[')) {
      fail(path_, fmt::format("field descr: holds {}", refusal("V")));
    }
    const std::string_view descr = string();
    std::string_view code = descr;
    char order = '=';
    if (!code.empty() && std::string_view("<>=|").find(code.front()) != std::string_view::npos) {
      order = code.front();
      code.remove_prefix(1);
    }
    for (const auto& [known, type] : kCodes) {
      if (code != known) continue;
      header.type = type;
      header.half = known == kHalf;
      header.swapped = order == (std::endian::native == std::endian::little ? '>' : '<');
      return;
    }
    fail(path_, fmt::format("field descr '{}': holds {}", printable(descr), refusal(code)));
  }

  const std::string& path_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

StoredLayout parse_npy_header(const std::string& path, std::string_view text) {
  return Parser(path, text).header();
}

std::string npy_preamble(DType type, const std::vector<Index>& shape, bool fortran_order) {
  std::string_view code;
  for (const auto& [known, known_type] : kCodes) {
    if (known_type == type && known != kHalf) code = known;
  }
  const char order = size_of(type) == 1                           ? '|'
                     : std::endian::native == std::endian::little ? '<'
                                                                  : '>';
  std::string text = fmt::format("{{'descr': '{}{}', 'fortran_order': {}, 'shape': {}, }}", order,
                                 code, fortran_order ? "True" : "False", shape_text(shape));
  const std::size_t used = kNpyMagic.size() + 4 + text.size() + 1;
  text.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  text += '\n';
  std::string preamble(kNpyMagic);
  for (const std::size_t byte :
       {std::size_t{1}, std::size_t{0}, text.size() & 0xff, text.size() >> 8}) {
    preamble += static_cast<char>(byte);
  }
  return preamble + text;
}

}  // namespace pellucid::io
