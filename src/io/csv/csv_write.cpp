// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cstring>
#include <iterator>

#include "io/checked_writer.hpp"
#include "io/csv/csv.hpp"
#include "io/element_types.hpp"
#include "io/input_file.hpp"
#include "pellucid/io/output_file.hpp"

namespace pellucid::io {
namespace {

template <class S>
void append_number(std::string& text, S value) {
  if constexpr (is_complex<S>) {
    fmt::format_to(std::back_inserter(text), "{}{:+}i", value.real(), value.imag());
  } else if constexpr (sizeof(S) == 1) {
    fmt::format_to(std::back_inserter(text), "{}", int{value});
  } else {
    fmt::format_to(std::back_inserter(text), "{}", value);
  }
}

class CsvWriter final : public CheckedWriter {
 public:
  CsvWriter(const std::filesystem::path& path, const std::string& label, DType type,
            const std::vector<Index>& shape)
      : CheckedWriter(label, type, checked(label, shape)), file_(path, label) {}

 private:
  static const std::vector<Index>& checked(const std::string& label,
                                           const std::vector<Index>& shape) {
    if (shape.size() == 1 || (shape.size() == 2 && shape[1] > 0)) return shape;
    fail(label, fmt::format("a table holds samples of one axis, not shape {}: write a .npy file",
                            shape_text(shape)));
  }

  void put(const Array& samples) override {
    with_element_type(type(), [&](auto tag) { put_as<typename decltype(tag)::type>(samples); });
  }

  template <class S>
  void put_as(const Array& samples) {
    const Index columns = samples.dim();
    const std::byte* next = samples.bytes.data();
    std::string line;
    for (Index i = 0; i < samples.samples(); ++i) {
      line.clear();
      for (Index j = 0; j < columns; ++j, next += sizeof(S)) {
        S value;
        std::memcpy(&value, next, sizeof value);
        if (j > 0) line += ',';
        append_number(line, value);
      }
      line += '\n';
      file_.write(line);
    }
  }

  void complete() override { file_.close(); }

  void finish() override { file_.commit(); }

  OutputFile file_;
};

}  // namespace

std::unique_ptr<ArrayWriter> create_csv(const std::filesystem::path& path, const std::string& label,
                                        DType type, const std::vector<Index>& shape) {
  return std::make_unique<CsvWriter>(path, label, type, shape);
}

}  // namespace pellucid::io
