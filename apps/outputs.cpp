// SPDX-License-Identifier: BSD-3-Clause
#include "outputs.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "arguments.hpp"
#include "pellucid/io/output_place.hpp"

namespace pellucid::app {

namespace {

const std::set<std::string> known_endings{".gz",  ".npy", ".npz",  ".mat", ".idx",
                                          ".png", ".wav", ".flac", ".csv"};

// "scan.npy", "scan.idx.gz" and "scan/" are all called "scan"; other dots belong to the name.
std::string plain_name(const std::string& input) {
  std::filesystem::path path = input;
  if (path.filename().empty()) path = path.parent_path();
  path = path.filename();
  while (known_endings.contains(path.extension().string())) path = path.stem();
  return path.string();
}

// What makes a file's name one of its format.
std::string ending(const InputFile& file) {
  const FileTraits& traits = file.traits();
  switch (traits.format) {
    case FileFormat::npy:
      return ".npy";
    case FileFormat::npz:
      return ".npz:" + traits.variable;
    case FileFormat::mat5:
    case FileFormat::mat73:
      return ".mat:" + traits.variable;
    case FileFormat::idx:
      return traits.compressed ? ".idx.gz" : ".idx";
    case FileFormat::png:
      return std::filesystem::is_directory(file.name()) ? "" : ".png";
    case FileFormat::wav:
      return ".wav";
    case FileFormat::flac:
      return ".flac";
    case FileFormat::csv:
      return ".csv";
  }
  return ".npy";
}

// "in.npz:x" is the variable x of the file in.npz.
std::string without_variable(const InputFile& file) {
  const std::string& variable = file.traits().variable;
  const std::string suffix = ":" + variable;
  if (!variable.empty() && file.name().ends_with(suffix)) {
    return file.name().substr(0, file.name().size() - suffix.size());
  }
  return file.name();
}

// Where a file lies, without its variable; nothing for standard streams, devices and empty names.
std::optional<std::filesystem::path> place_of(const std::string& name) {
  if (name.empty() || name == "-") return std::nullopt;
  std::error_code error;
  std::filesystem::path path = name;
  if (!std::filesystem::exists(path, error)) {
    const std::size_t colon = name.rfind(':');
    if (colon != std::string::npos) path = name.substr(0, colon);
  }
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_other(status) || std::filesystem::is_character_file(status) ||
      std::filesystem::is_fifo(status)) {
    return std::nullopt;
  }
  path = std::filesystem::weakly_canonical(path, error);
  if (error) return std::nullopt;  // no such place can be: opening it will say why
  return path;
}

// An archive is written with one variable: others that it holds would be lost.
void check_lone_variable(const std::string& name, const FileTraits& like) {
  const auto [file, variable] = output_place(name, &like);
  std::error_code error;
  const std::string extension = std::filesystem::path(file).extension().string();
  const bool is_archive = extension == ".npz" || extension == ".mat";
  if (!is_archive || !std::filesystem::is_regular_file(file, error)) return;
  try {
    if (open_array(file)->traits().variable == variable) return;
  } catch (const Error&) {
    // Several arrays, or none that can be read: in any case not ours to replace.
  }
  throw Error(fmt::format(
      "{}: exists and holds other variables, which would be lost: name a new file", name));
}

std::vector<std::string> output_names(const std::vector<InputFile>& inputs,
                                      const std::string& out) {
  if (inputs.size() == 1) return {out};
  const std::string extension = std::filesystem::path(out).extension().string();
  if (known_endings.contains(extension)) {
    throw UsageError(fmt::format("{}: {} inputs make a folder, whose name has no {}: name one", out,
                                 inputs.size(), extension));
  }
  if (out == "-") throw Error("-: standard output takes one file: give one input, or a folder");
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const InputFile& input : inputs) {
    const auto plain = std::filesystem::path(out) / plain_name(without_variable(input));
    const std::string file = plain.string() + ending(input);
    names.push_back(file);
    const std::string whole = file.substr(0, file.find(':', plain.string().size()));
    if (!taken.insert(whole).second) {
      throw Error(
          fmt::format("{}: would be written to {}, as another input is: rename it, or run "
                      "pellucid once for each",
                      input.name(), whole));
    }
  }
  return names;
}

}  // namespace

Outputs::Outputs(const std::vector<InputFile>& inputs, const std::string& out)
    : inputs_(inputs), names_(output_names(inputs, out)) {
  check_apart(names_of(inputs), names_);
  if (inputs.size() == 1) return;
  std::error_code error;
  if (std::filesystem::create_directory(out, error)) {
    new_folder_ = out;
  } else if (!std::filesystem::is_directory(out)) {
    throw Error(fmt::format("{}: cannot be made ({}): name a new folder in an existing one", out,
                            error ? error.message() : "a file of this name exists"));
  }
}

Outputs::~Outputs() {
  writers_.clear();
  std::error_code not_empty;
  if (!new_folder_.empty()) std::filesystem::remove(new_folder_, not_empty);
}

ArrayWriter& Outputs::open(std::size_t i, DType type) { return open(i, type, inputs_[i].shape()); }

ArrayWriter& Outputs::open(std::size_t i, DType type, const std::vector<Index>& shape) {
  const InputFile& input = inputs_[i];
  check_lone_variable(names_[i], input.traits());
  return *writers_.emplace_back(create_array(names_[i], type, shape, &input.traits()));
}

void Outputs::commit() {
  for (const auto& writer : writers_) writer->commit();
}

void check_apart(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
  std::map<std::filesystem::path, std::string> taken;
  for (const std::string& input : inputs) {
    if (const auto place = place_of(input)) taken.emplace(*place, "is an input");
  }
  for (const std::string& output : outputs) {
    const auto place = place_of(output);
    if (!place) continue;
    const auto [known, is_new] = taken.emplace(*place, "is another output");
    if (!is_new) {
      throw UsageError(fmt::format("{}: {} as well and would be replaced: name another file",
                                   output, known->second));
    }
  }
}

std::string counted(const InputFile& file) {
  return fmt::format("{} {}{}", file.count(), file.is_sound() ? "channel" : "sample",
                     file.count() == 1 ? "" : "s");
}

std::FILE* summary_stream(const std::string& out) { return out == "-" ? stderr : stdout; }

}  // namespace pellucid::app
