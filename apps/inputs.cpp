// SPDX-License-Identifier: BSD-3-Clause
#include "inputs.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

namespace pellucid::app {

namespace {

// The files of a folder with one of the extensions, by name.
std::vector<std::string> files_of(const std::string& folder,
                                  const std::set<std::string>& extensions) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const bool hidden = entry.path().filename().string().starts_with('.');
    if (!hidden && extensions.contains(entry.path().extension())) {
      names.push_back(entry.path().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_one_array(const std::string& name) {
  try {
    return open_array(name) != nullptr;
  } catch (const Error&) {
    return false;
  }
}

std::vector<std::string> expanded(const std::vector<std::string>& names, bool loose) {
  std::vector<std::string> all;
  for (const std::string& name : names) {
    std::error_code unreadable;  // is reported when the folder is opened
    std::vector<std::string> inside;
    if (std::filesystem::is_directory(name, unreadable)) {
      inside = files_of(name, {".wav", ".WAV", ".flac", ".FLAC"});
      if (inside.empty() && files_of(name, {".png", ".PNG"}).empty()) {
        throw Error(
            fmt::format("{}: is a folder without .png, .wav or .flac files: name another", name));
      }
      if (inside.empty() && loose && !is_one_array(name)) inside = files_of(name, {".png", ".PNG"});
    }
    if (inside.empty()) inside = {name};
    all.insert(all.end(), inside.begin(), inside.end());
  }
  return all;
}

void check_agree(const InputFile& file, const InputFile& first) {
  const int bits = picture_bits(file), other_bits = picture_bits(first);
  if (bits > 0 && other_bits > 0 && bits != other_bits) {
    throw Error(fmt::format("{}: {} bits a pixel, {} has {}: give pictures of one depth",
                            file.name(), bits, first.name(), other_bits));
  }
  const bool complex_data = is_complex_type(file.type());
  if (complex_data != is_complex_type(first.type())) {
    throw Error(fmt::format("{}: {} data, those of {} are {}: give files of one sort", file.name(),
                            sort_name(complex_data), first.name(), sort_name(!complex_data)));
  }
  const int rate = file.traits().sample_rate, other = first.traits().sample_rate;
  if (rate != other) {
    throw Error(fmt::format("{}: {}, {} has {}: give files of one sampling rate", file.name(),
                            rate > 0 ? fmt::format("{} Hz", rate) : "no sound", first.name(),
                            other > 0 ? fmt::format("{} Hz", other) : "no sampling rate"));
  }
}

}  // namespace

std::vector<std::string> names_of(const std::vector<InputFile>& files) {
  std::vector<std::string> names(files.size());
  std::transform(files.begin(), files.end(), names.begin(),
                 [](const InputFile& file) { return file.name(); });
  return names;
}

int picture_bits(const InputFile& file) {
  return file.traits().format == FileFormat::png ? file.traits().bits : 0;
}

InputFile::InputFile(const std::string& name) : name_(name), reader_(open_array(name)) {
  type_ = reader_->type();
  shape_ = reader_->shape();
  require_samples({type_, shape_, {}}, name);
  signal_shape_ = reader_->sample_shape();
  stored_ = shape_.front();
  traits_ = reader_->traits();
  if (is_sound()) release();
}

template <class T>
Matrix<T> InputFile::read(Index first, Index count) const {
  const auto opened = reader_ ? nullptr : open_array(name_);
  const ArrayReader& reader = reader_ ? *reader_ : *opened;
  if (reader.samples() != stored_ || reader.sample_shape() != signal_shape_) {
    throw Error(fmt::format("{}: changed while it was read: run again", name_));
  }
  return read_samples<T>(reader, first, count);
}

Inputs::Inputs(const std::vector<std::string>& names, Index limit, bool loose) {
  constexpr std::size_t most_open = 32;
  const std::vector<std::string> all = expanded(names, loose);
  for (const std::string& name : all) {
    if (count_ == limit) break;
    InputFile& file = files_.emplace_back(name);
    check_agree(file, files_.front());
    if (all.size() > most_open) file.release();
    file.keep_first(limit - count_);
    count_ += file.count();
  }
}

bool Inputs::is_complex() const { return is_complex_type(files_.front().type()); }

bool Inputs::is_double() const {
  return std::any_of(files_.begin(), files_.end(), [](const InputFile& file) {
    return file.type() == DType::float64 || file.type() == DType::complex128;
  });
}

const std::vector<Index>& Inputs::common_shape() const {
  const InputFile& first = files_.front();
  if (first.is_sound()) {
    throw Error(fmt::format(
        "{}: is sound, which has to be cut: give --frame N, or --transform stft", first.name()));
  }
  for (const InputFile& file : files_) {
    if (file.signal_shape() == first.signal_shape()) continue;
    throw Error(
        fmt::format("{}: samples of shape {}, those of {} have {}: give files of one shape, or cut "
                    "patches from "
                    "them (--patch)",
                    file.name(), shape_text(file.signal_shape()), first.name(),
                    shape_text(first.signal_shape())));
  }
  return first.signal_shape();
}

Error in_options(const Error& error,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> words) {
  std::string text = error.what();
  for (const auto& [theirs, option] : words) {
    if (const std::size_t at = text.find(theirs); at != std::string::npos) {
      text.replace(at, theirs.size(), option);
    }
  }
  return Error(text);
}

Error InputFile::with_name(const Error& error) const {
  const std::string_view what = error.what();
  const bool has_name = what.starts_with(name_ + ": ") || what.starts_with("standard input: ");
  return has_name ? error : Error(fmt::format("{}: {}", name_, what));
}

Error Inputs::with_name(const Error& error) const {
  const std::string_view what = error.what();
  const bool has_name = std::any_of(files_.begin(), files_.end(), [what](const InputFile& file) {
    return what.starts_with(file.name() + ": ");
  });
  return has_name ? error : files_.front().with_name(error);
}

template <class T>
InputSignals<T>::InputSignals(const Inputs& inputs) {
  for (const InputFile& file : inputs.files()) {
    count_ += file.count();
    parts_.push_back({&file, count_});
  }
}

template <class T>
InputSignals<T>::InputSignals(const InputFile& file)
    : parts_{{&file, file.count()}}, count_(file.count()) {}

template <class T>
auto InputSignals<T>::part_of(Index signal) const -> typename std::vector<Part>::const_iterator {
  return std::upper_bound(parts_.begin(), parts_.end(), signal,
                          [](Index number, const Part& part) { return number < part.end; });
}

template <class T>
const std::vector<Index>& InputSignals<T>::shape(Index signal) const {
  return part_of(signal)->file->signal_shape();
}

template <class T>
double InputSignals<T>::sample_rate() const {
  return parts_.front().file->traits().sample_rate;
}

template <class T>
void InputSignals<T>::read(Index first, Batch<T> out) const {
  auto part = part_of(first);
  for (Index filled = 0; filled < out.cols(); ++part) {
    const Index inside = first + filled - (part->end - part->file->count());
    const Index count = std::min(part->file->count() - inside, out.cols() - filled);
    out.middleCols(filled, count) = part->file->template read<T>(inside, count);
    filled += count;
  }
}

template class InputSignals<float>;
template class InputSignals<double>;
template class InputSignals<std::complex<float>>;
template class InputSignals<std::complex<double>>;

}  // namespace pellucid::app
