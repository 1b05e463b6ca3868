// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pellucid/base/sample_source.hpp"
#include "pellucid/base/signal_source.hpp"
#include "pellucid/io/array_file.hpp"
#include "pellucid/model/model.hpp"

namespace pellucid::app {

inline constexpr Index no_limit = std::numeric_limits<Index>::max();

/// "complex" or "real".
[[nodiscard]] inline std::string_view sort_name(bool is_complex) {
  return is_complex ? "complex" : "real";
}

/// Runs `body`; of an error, what `rename` makes of it is thrown.
template <class Body, class Rename>
auto renamed(const Body& body, const Rename& rename) {
  try {
    return body();
  } catch (const Error& error) {
    throw rename(error);
  }
}

/// An error in whose text words of the library are replaced by those of options.
[[nodiscard]] Error in_options(
    const Error& error, std::initializer_list<std::pair<std::string_view, std::string_view>> words);

/// One file of signals. Sounds, which are read whole, and files of which there are many are opened
/// anew for every reading; others stay open.
class InputFile {
 public:
  explicit InputFile(const std::string& name);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] DType type() const { return type_; }
  [[nodiscard]] const std::vector<Index>& shape() const { return shape_; }  ///< of the whole array
  [[nodiscard]] const std::vector<Index>& signal_shape() const { return signal_shape_; }
  [[nodiscard]] Index count() const { return shape_.front(); }
  [[nodiscard]] const FileTraits& traits() const { return traits_; }
  [[nodiscard]] bool is_sound() const { return traits_.sample_rate > 0; }

  /// Opens the file anew for every reading from now on.
  void release() {
    if (name_ != "-") reader_.reset();
  }
  /// Leaves away what lies behind the first `count` signals.
  void keep_first(Index count) { shape_.front() = std::min(shape_.front(), count); }

  template <class T>
  [[nodiscard]] Matrix<T> read(Index first, Index count) const;

  /// Runs `body`; an error that does not name the file gets its name.
  template <class Body>
  auto named(const Body& body) const {
    return renamed(body, [this](const Error& error) { return with_name(error); });
  }

  [[nodiscard]] Error with_name(const Error& error) const;

 private:
  std::string name_;
  DType type_;
  std::vector<Index> shape_, signal_shape_;
  Index stored_ = 0;  // signals in the file
  FileTraits traits_;
  std::unique_ptr<const ArrayReader> reader_;
};

[[nodiscard]] std::vector<std::string> names_of(const std::vector<InputFile>& files);

/// Bits per channel of pictures, 0 for other files.
[[nodiscard]] int picture_bits(const InputFile& file);

/// The signals of one or several files, all real or all complex, of one sampling rate where they
/// are sound. Folders of sounds stand for the files in them; `loose`, folders of pictures too,
/// which then need not be of one size.
class Inputs {
 public:
  explicit Inputs(const std::vector<std::string>& names, Index limit = no_limit,
                  bool loose = false);

  [[nodiscard]] const std::vector<InputFile>& files() const { return files_; }
  [[nodiscard]] Index count() const { return count_; }
  [[nodiscard]] bool is_complex() const;
  /// True where any file holds double precision; integers and single precision are computed in
  /// single.
  [[nodiscard]] bool is_double() const;
  [[nodiscard]] double sample_rate() const { return files_.front().traits().sample_rate; }
  [[nodiscard]] const std::string& label() const { return files_.front().name(); }
  /// Runs `body`; an error about the signals that names no file gets the first one's name.
  template <class Body>
  auto named(const Body& body) const {
    return renamed(body, [this](const Error& error) { return with_name(error); });
  }

  /// The shape of every signal; throws `Error` where files differ, or for sounds, which have to be
  /// cut into frames first.
  [[nodiscard]] const std::vector<Index>& common_shape() const;

 private:
  [[nodiscard]] Error with_name(const Error& error) const;

  std::vector<InputFile> files_;
  Index count_ = 0;
};

/// Signals of files, one after the other.
template <class T>
class InputSignals final : public SignalSource<T> {
 public:
  /// All of `inputs`, which outlive the source.
  explicit InputSignals(const Inputs& inputs);
  /// Those of one file.
  explicit InputSignals(const InputFile& file);

  [[nodiscard]] Index count() const override { return count_; }
  [[nodiscard]] const std::vector<Index>& shape(Index signal) const override;
  [[nodiscard]] double sample_rate() const override;
  void read(Index first, Batch<T> out) const override;

 private:
  struct Part {
    const InputFile* file;
    Index end;  // number of the first signal behind it
  };
  [[nodiscard]] typename std::vector<Part>::const_iterator part_of(Index signal) const;

  std::vector<Part> parts_;
  Index count_ = 0;
};

/// Signals of one shape as the samples of a fit; `T` is double or std::complex<double>.
template <class T>
class InputSamples final : public SampleSource<T> {
 public:
  explicit InputSamples(const Inputs& inputs)
      : signals_(inputs), dim_(entries_of(inputs.common_shape())) {}
  [[nodiscard]] Index dim() const override { return dim_; }
  [[nodiscard]] Index count() const override { return signals_.count(); }
  void read(Index first, Batch<T> out) const override { signals_.read(first, out); }

 private:
  InputSignals<T> signals_;
  Index dim_;
};

/// Throws `Error` where signals do not fit the model of file `path`: their shape or sampling rate,
/// or real against complex.
void check_fits(const Inputs& inputs, const Model& model, const std::string& path);

/// Throws `Error` where the model of file `path` is a network, whose prior and posterior `option`
/// would have to know exactly.
void check_exact(const Model& model, const std::string& path, std::string_view option);

/// True where a model's signals, which may be cut and transformed first, are complex.
[[nodiscard]] bool has_complex_signals(const Model& model);

/// Calls `body.template operator()<T>()` with the arithmetic that the signals ask for.
template <class Body>
void dispatch(bool complex_data, bool double_precision, const Body& body) {
  if (complex_data) {
    double_precision ? body.template operator()<std::complex<double>>()
                     : body.template operator()<std::complex<float>>();
  } else {
    double_precision ? body.template operator()<double>() : body.template operator()<float>();
  }
}

}  // namespace pellucid::app
