// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pellucid/io/array.hpp"

namespace pellucid {

/// Formats in which arrays are stored; `png` is a picture or a folder of pictures.
enum class FileFormat { npy, npz, mat5, mat73, idx, png, wav, flac, csv };

/// How a file stores its array, beyond shape and element type: what the answer to it shares.
struct FileTraits {
  FileFormat format = FileFormat::npy;
  std::string variable;        ///< name inside `.npz` and `.mat`
  bool fortran_order = false;  ///< `.npy`: the first axis runs fastest
  bool compressed = false;     ///< `.npz`, `.mat`, IDX
  int bits = 8;                ///< PNG: 8 or 16 per channel
  int sample_rate = 0;         ///< sound: Hz
  int encoding = 0;            ///< sound: container and sample format, libsndfile's word
  std::string description;     ///< for people: "WAV, 16-bit PCM, 8000 Hz"
};

/// An array in a file that gives its samples block by block; what the format allows to leave on
/// disk is not held in memory. Reading is const and safe from several threads.
class ArrayReader {
 public:
  ArrayReader(std::string label, DType type, std::vector<Index> shape, FileTraits traits)
      : label_(std::move(label)),
        type_(type),
        shape_(std::move(shape)),
        traits_(std::move(traits)) {}
  ArrayReader(const ArrayReader&) = delete;
  ArrayReader& operator=(const ArrayReader&) = delete;
  virtual ~ArrayReader() = default;

  /// Samples `first ... first + count - 1` in C order and native byte order; `out` has exactly
  /// their bytes. Throws `Error`, first word the label, where the file cannot be read or changed.
  virtual void read(Index first, Index count, std::span<std::byte> out) const = 0;

  [[nodiscard]] const std::string& label() const { return label_; }  ///< as the user named it
  [[nodiscard]] DType type() const { return type_; }
  [[nodiscard]] const std::vector<Index>& shape() const { return shape_; }
  [[nodiscard]] const FileTraits& traits() const { return traits_; }

  [[nodiscard]] Index samples() const;                    ///< the first axis counts samples
  [[nodiscard]] std::vector<Index> sample_shape() const;  ///< the other axes
  [[nodiscard]] Index dim() const;                        ///< entries of a sample

  /// A block as an array, and all of it. Where a file holds a single number, `block` is that.
  [[nodiscard]] Array block(Index first, Index count) const;
  [[nodiscard]] Array all() const;

 private:
  std::string label_;
  DType type_;
  std::vector<Index> shape_;
  FileTraits traits_;
};

/// Opens any format Pellucid knows, found by content. `name` is a file or a folder of PNG, with
/// `:VARIABLE` behind it for one array of several in `.npz` and `.mat`, or `-` for standard input.
/// Everything that a header claims is checked against the file before memory is taken for it.
/// Throws `Error`, first word the name.
[[nodiscard]] std::unique_ptr<ArrayReader> open_array(const std::string& name);

/// Samples `first ...` of a reader as columns, converted and checked like `to_samples`, which see;
/// errors name the entry's place in the whole file.
template <class T>
[[nodiscard]] Matrix<T> read_samples(const ArrayReader& reader, Index first, Index count);

/// An array that is written sample by sample and appears whole or not at all.
class ArrayWriter {
 public:
  ArrayWriter() = default;
  ArrayWriter(const ArrayWriter&) = delete;
  ArrayWriter& operator=(const ArrayWriter&) = delete;
  virtual ~ArrayWriter() = default;

  /// The next samples in order; type and sample shape are those the writer was made for.
  virtual void write(const Array& samples) = 0;
  /// Makes the file appear; throws `Error` where samples are missing or the disk is full.
  virtual void commit() = 0;
  /// What should be said of values that the format could not hold, for the end of a sentence:
  /// "; rounded to 8 bits, 3 of 784 entries clipped to 0..255", or nothing.
  [[nodiscard]] virtual std::string remark() const { return {}; }
};

/// Opens an output of `shape` (samples first) and `type`. The name's extension chooses the format:
/// `.npy`, `.npz[:NAME]`, `.mat[:NAME]`, `.idx[.gz]`, `.png`, `.wav`, `.flac`, `.csv`; without one,
/// a folder of PNG; `-` is standard output. `like`, where given, is the file this one answers: its
/// variable name, memory order, bits, sampling rate and sample format are taken over, and its
/// format for `-`. Throws `Error`, first word the name, for shapes or types the format cannot hold,
/// before any work is done.
[[nodiscard]] std::unique_ptr<ArrayWriter> create_array(const std::string& name, DType type,
                                                        const std::vector<Index>& shape,
                                                        const FileTraits* like = nullptr);

}  // namespace pellucid
