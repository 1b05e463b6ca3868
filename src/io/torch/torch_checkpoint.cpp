// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/torch_checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "io/input_file.hpp"
#include "io/npz/zip_directory.hpp"
#include "io/npz/zip_format.hpp"
#include "io/torch/pickle.hpp"

namespace pellucid {

namespace {

using namespace io;

constexpr std::uint64_t longest_pickle = 64 << 20;

class Archive {
 public:
  explicit Archive(const std::filesystem::path& path) : file_(path), members_(directory()) {
    const auto found = std::find_if(members_.begin(), members_.end(), [](const ZipMember& member) {
      return member.name.ends_with("/data.pkl");
    });
    if (found == members_.end()) {
      fail(label(),
           "has no data.pkl: give a checkpoint that torch.save wrote (PyTorch 1.6 or later)");
    }
    folder_ = found->name.substr(0, found->name.size() - std::strlen("data.pkl"));
    if (const ZipMember* order = member("byteorder"); order != nullptr) {
      if (text(*order) != "little") fail(label(), "is not little-endian");
    }
    pickle_ = read_pickle(text(*found), label());
  }

  [[nodiscard]] const Pickle& pickle() const { return pickle_; }
  [[nodiscard]] const std::string& label() const { return file_.label(); }

  [[nodiscard]] std::uint64_t size() const { return file_.size(); }

  [[nodiscard]] Tensor tensor(const std::string& name, const PickleTensor& stored) const {
    const std::int64_t count = entries(name, stored);
    const std::string key = "data/" + stored.storage.key;
    const ZipMember* found = member(key);
    if (found == nullptr) {
      fail(label(),
           fmt::format("{}: its numbers, {}, are not in the archive", name, printable(key)));
    }
    const auto claimed = static_cast<std::uint64_t>(stored.storage.count);
    require_stored(*found);
    if (found->size != found->packed || found->size != claimed * sizeof(float)) {
      fail(label(),
           fmt::format("{}: {} has {} bytes, {} numbers need {}: copy the file again", name,
                       printable(key), found->size, claimed, claimed * sizeof(float)));
    }
    Tensor tensor;
    tensor.shape.assign(stored.shape.begin(), stored.shape.end());
    const std::uint64_t begin = locate(file_, *found);
    check_stored(file_, *found, begin);
    tensor.values.resize(static_cast<std::size_t>(count));
    file_.read_at(begin + static_cast<std::uint64_t>(stored.offset) * sizeof(float),
                  std::as_writable_bytes(std::span(tensor.values)));
    return tensor;
  }

 private:
  // A file that begins as no zip archive is told from one that lost its end.
  [[nodiscard]] std::vector<ZipMember> directory() const {
    constexpr std::array<char, 4> zip_begin{'P', 'K', '\x03', '\x04'};
    std::array<char, 4> begin{};
    if (file_.size() >= begin.size()) file_.read_at(0, std::as_writable_bytes(std::span(begin)));
    if (begin != zip_begin) {
      fail(
          label(),
          "is no checkpoint of PyTorch 1.6 or later, which are zip archives: give another file, or "
          "load this one and save it again with PyTorch 1.6 or later");
    }
    return read_zip_directory(file_);
  }

  // Nothing is unpacked: torch.save stores, and what is packed may unfold without bound.
  void require_stored(const ZipMember& member) const {
    if (member.method == zip::kStored) return;
    fail(label(),
         fmt::format("{} is compressed, which torch.save never does: unzip the file and zip "
                     "it without compression (zip -0), or save it again with torch.save",
                     printable(member.name)));
  }

  // The tensor's entries, which must lie one after the other in its storage.
  [[nodiscard]] std::int64_t entries(const std::string& name, const PickleTensor& stored) const {
    const auto wrong = [&](std::string_view what) {
      fail(label(),
           fmt::format("{}: {}: save it as .contiguous() in a state dictionary", name, what));
    };
    const std::int64_t limit = stored.storage.count;
    if (limit < 0 || limit > (std::int64_t{1} << 40)) wrong("its storage's size is out of range");
    if (stored.shape.size() != stored.strides.size()) wrong("it has not one stride an axis");
    std::int64_t count = 1;
    for (std::size_t axis = stored.shape.size(); axis-- > 0;) {
      const std::int64_t length = stored.shape[axis];
      if (length < 1 || length > std::max<std::int64_t>(1, limit) / count) {
        wrong("its shape does not fit its storage");
      }
      if (length > 1 && stored.strides[axis] != count) wrong("its entries are not in C order");
      count *= length;
    }
    if (stored.offset < 0 || stored.offset > limit - count) wrong("it reaches beyond its storage");
    return count;
  }

  [[nodiscard]] const ZipMember* member(const std::string& name) const {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [&](const ZipMember& m) { return m.name == folder_ + name; });
    return found == members_.end() ? nullptr : &*found;
  }

  [[nodiscard]] std::string text(const ZipMember& member) const {
    require_stored(member);
    const std::uint64_t begin = locate(file_, member);
    if (member.size > longest_pickle) {
      fail(label(), fmt::format("{}: {} bytes: at most {} are read", printable(member.name),
                                member.size, longest_pickle));
    }
    if (member.size != member.packed) fail(label(), "a member's two sizes differ: copy it again");
    check_stored(file_, member, begin);
    std::string bytes(member.size, '\0');
    file_.read_at(begin, std::as_writable_bytes(std::span(bytes)));
    return bytes;
  }

  InputFile file_;
  std::vector<ZipMember> members_;
  std::string folder_;
  Pickle pickle_;
};

// The dictionary under a key of another one, or null.
const PickleDict* entry(const Pickle& pickle, const PickleDict& dict, std::string_view key) {
  for (const auto& [name, value] : dict.items) {
    const auto* text = std::get_if<std::string>(&pickle.at(name));
    if (text != nullptr && *text == key) return std::get_if<PickleDict>(&pickle.at(value));
  }
  return nullptr;
}

}  // namespace

NamedTensors read_torch_checkpoint(const std::filesystem::path& path) {
  const Archive archive(path);
  const Pickle& pickle = archive.pickle();
  const auto* dict = std::get_if<PickleDict>(&pickle.at(pickle.root));
  if (dict == nullptr) fail(archive.label(), "holds no dictionary: save a state dictionary");
  if (const PickleDict* model = entry(pickle, *dict, "model")) dict = model;

  NamedTensors tensors;
  std::uint64_t total = 0;
  for (const auto& [key, value] : dict->items) {
    const auto* name = std::get_if<std::string>(&pickle.at(key));
    const auto* stored = std::get_if<PickleTensor>(&pickle.at(value));
    if (name == nullptr || stored == nullptr || stored->storage.integers) continue;
    if (!is_readable_name(*name)) {
      fail(archive.label(), fmt::format("tensor '{}': its name is too long or holds what is no "
                                        "letter: save it under another",
                                        printable(*name)));
    }
    // Tensors that share numbers may not multiply them.
    total += static_cast<std::uint64_t>(std::max<std::int64_t>(0, stored->storage.count));
    if (total > archive.size()) fail(archive.label(), "its tensors are larger than the file");
    if (!tensors.emplace(*name, archive.tensor(printable(*name), *stored)).second) {
      fail(archive.label(), fmt::format("{}: stands twice", printable(*name)));
    }
  }
  if (tensors.empty()) fail(archive.label(), "holds no tensors in single precision");
  return tensors;
}

}  // namespace pellucid
