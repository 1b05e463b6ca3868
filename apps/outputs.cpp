// SPDX-License-Identifier: BSD-3-Clause
#include "outputs.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

namespace pellucid::app {

namespace {

// "scan.npy", "scan.idx.gz" and "scan/" are all called "scan"; other dots belong to the name.
std::string plain_name(const std::string& input) {
  std::filesystem::path path = input;
  if (path.filename().empty()) path = path.parent_path();
  path = path.filename();
  for (const char* extension :
       {".gz", ".npy", ".npz", ".mat", ".idx", ".png", ".wav", ".flac", ".csv"}) {
    if (path.extension() == extension) path = path.stem();
  }
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

std::vector<std::string> output_names(const std::vector<InputFile>& inputs,
                                      const std::string& out) {
  if (inputs.size() == 1) return {out};
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

ArrayWriter& Outputs::open(std::size_t i, DType type) {
  const InputFile& input = inputs_[i];
  return *writers_.emplace_back(create_array(names_[i], type, input.shape(), &input.traits()));
}

void Outputs::commit() {
  for (const auto& writer : writers_) writer->commit();
}

std::string counted(const InputFile& file) {
  return fmt::format("{} {}{}", file.count(), file.is_sound() ? "channel" : "sample",
                     file.count() == 1 ? "" : "s");
}

std::FILE* summary_stream(const std::string& out) { return out == "-" ? stderr : stdout; }

}  // namespace pellucid::app
