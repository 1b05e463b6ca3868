// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <complex>
#include <cstring>
#include <optional>
#include <string_view>

#include "io/csv/csv.hpp"
#include "io/csv/csv_number.hpp"
#include "io/held_array.hpp"
#include "io/input_file.hpp"

namespace pellucid::io {
namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;
constexpr std::size_t kLongestLine = std::size_t{16} << 20;
constexpr std::size_t kMostColumns = std::size_t{1} << 20;
constexpr std::size_t kPiece = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t\r\f\v";

/// The lines of a text file one by one, without their ends.
class Lines {
 public:
  explicit Lines(InputFile& file) : file_(file) {}

  std::optional<std::string_view> next() {
    for (;;) {
      const std::size_t end = buffer_.find('\n', searched_);
      if (end != std::string::npos) return take(end, end + 1);
      searched_ = buffer_.size();
      if (file_.remaining() == 0) {
        if (at_ == buffer_.size()) return std::nullopt;
        return take(buffer_.size(), buffer_.size());
      }
      if (buffer_.size() - at_ > kLongestLine) {
        fail(file_.label(), fmt::format("line {} has more than {} characters: put a sample on each "
                                        "line, or write a .npy file",
                                        number_ + 1, kLongestLine));
      }
      fill();
    }
  }

  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  std::string_view take(std::size_t end, std::size_t next) {
    const std::string_view line(buffer_.data() + at_, end - at_);
    at_ = searched_ = next;
    ++number_;
    return line;
  }

  void fill() {
    buffer_.erase(0, at_);
    at_ = 0;
    searched_ = buffer_.size();
    buffer_.resize(searched_ + std::min<std::uint64_t>(kPiece, file_.remaining()));
    file_.read(std::as_writable_bytes(std::span(buffer_).subspan(searched_)));
  }

  InputFile& file_;
  std::string buffer_;
  std::size_t at_ = 0, searched_ = 0, number_ = 0;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view without_comment(std::string_view line) {
  return trimmed(line.substr(0, line.find('#')));
}

// ' ' stands for any number of blanks. Tabs are taken for separators before blanks are.
char separator_of(std::string_view line) {
  for (const char c : {';', ',', '\t'}) {
    if (line.find(c) != std::string_view::npos) return c;
  }
  return ' ';
}

/// The fields of a line one by one, trimmed.
class FieldsOfLine {
 public:
  FieldsOfLine(std::string_view line, char separator) : rest_(line), separator_(separator) {}

  [[nodiscard]] bool done() const { return done_; }

  std::string_view next() {
    const std::size_t end =
        separator_ == ' ' ? rest_.find_first_of(kBlanks) : rest_.find(separator_);
    const std::string_view field = rest_.substr(0, end);
    done_ = end == std::string_view::npos;
    if (!done_) rest_.remove_prefix(end + 1);
    if (!done_ && separator_ == ' ') rest_ = trimmed(rest_);
    return trimmed(field);
  }

 private:
  std::string_view rest_;
  char separator_;
  bool done_ = false;
};

/// The numbers of a table as they are read; imaginary parts are kept once there is one.
class Table {
 public:
  explicit Table(const std::string& label) : label_(label) {}

  /// Adds a line; false where it has no number at all, as a header.
  bool add(std::string_view line, std::size_t line_number) {
    const char separator = rows_ == 0 ? separator_of(line) : separator_;
    FieldsOfLine fields(line, separator);
    const std::size_t before = real_.size();
    std::size_t column = 0;
    while (!fields.done()) {
      const std::string_view field = fields.next();
      const CsvNumber number = parse_csv_number(field);
      ++column;
      if (rows_ == 0 && number.state == CsvNumber::State::no_number && real_.size() == before &&
          !has_number(fields)) {
        return false;
      }
      if (number.state != CsvNumber::State::read) fail_field(line_number, column, field, number);
      if (column > kMostColumns) fail_columns(line_number);
      append(number);
    }
    if (rows_ == 0) columns_ = column;
    if (column != columns_) {
      fail(label_,
           fmt::format("line {} has {} numbers, those before it have {}: give every line as "
                       "many",
                       line_number, column, columns_));
    }
    separator_ = separator;
    ++rows_;
    return true;
  }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }

  [[nodiscard]] Array array() const {
    const bool is_complex = !imaginary_.empty();
    Array array{is_complex ? DType::complex128 : DType::float64,
                {static_cast<Index>(rows_), static_cast<Index>(columns_)},
                {}};
    array.bytes = allocate(label_, real_.size() * size_of(array.type));
    if (!is_complex) {
      std::memcpy(array.bytes.data(), real_.data(), array.bytes.size());
      return array;
    }
    for (std::size_t i = 0; i < real_.size(); ++i) {
      const std::complex<double> value(real_[i], imaginary_[i]);
      std::memcpy(array.bytes.data() + i * sizeof value, &value, sizeof value);
    }
    return array;
  }

 private:
  static bool has_number(FieldsOfLine fields) {
    while (!fields.done()) {
      if (parse_csv_number(fields.next()).state != CsvNumber::State::no_number) return true;
    }
    return false;
  }

  void append(const CsvNumber& number) {
    if (number.is_complex && imaginary_.empty()) imaginary_.resize(real_.size());
    real_.push_back(number.real);
    if (number.is_complex || !imaginary_.empty()) imaginary_.push_back(number.imaginary);
  }

  [[noreturn]] void fail_field(std::size_t line, std::size_t column, std::string_view field,
                               const CsvNumber& number) const {
    const std::string where = fmt::format("line {}, column {}: ", line, column);
    if (field.empty()) fail(label_, where + "the field is empty: give a number");
    if (number.state == CsvNumber::State::out_of_range) {
      fail(label_, fmt::format("{}{} is beyond the range of double precision: rescale the data",
                               where, printable(field)));
    }
    fail(label_, fmt::format("{}'{}' is no number: give numbers with a decimal point, as 1.5 or "
                             "1+2i",
                             where, printable(field)));
  }

  [[noreturn]] void fail_columns(std::size_t line) const {
    fail(label_,
         fmt::format("line {} has more than {} columns: write a .npy file", line, kMostColumns));
  }

  const std::string& label_;
  std::vector<double> real_, imaginary_;
  std::size_t rows_ = 0, columns_ = 0;
  char separator_ = ' ';
};

void read_table(InputFile& file, Table& table) {
  Lines lines(file);
  std::string header;
  while (auto line = lines.next()) {
    if (lines.number() == 1 && line->starts_with(kByteOrderMark)) {
      line->remove_prefix(kByteOrderMark.size());
    }
    const std::string_view content = without_comment(*line);
    if (content.empty() || table.add(content, lines.number())) continue;
    const std::string what = fmt::format("line {} ('{}')", lines.number(), printable(content));
    if (!header.empty()) {
      fail(file.label(), what + " has no numbers: give one header line at most");
    }
    header = what;
  }
  if (table.rows() > 0) return;
  fail(file.label(), fmt::format("holds no numbers{}: give a line for each sample",
                                 header.empty() ? "" : fmt::format(", {} is a header", header)));
}

}  // namespace

std::unique_ptr<ArrayReader> open_csv(const std::filesystem::path& path, const std::string& label) {
  InputFile file(path, label);
  if (file.size() > kLargestFile) {
    fail(label, fmt::format("has {} bytes, tables are read up to {}: write a .npy file",
                            file.size(), kLargestFile));
  }
  Table table(label);
  read_table(file, table);
  FileTraits traits;
  traits.format = FileFormat::csv;
  traits.description = "CSV";
  return std::make_unique<HeldArray>(label, table.array(), std::move(traits));
}

}  // namespace pellucid::io
