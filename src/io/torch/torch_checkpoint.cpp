// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/io/torch_checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
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
  explicit Archive(const std::filesystem::path& path)
      : file_(path), members_(read_zip_directory(file_)) {
    const auto found = std::find_if(members_.begin(), members_.end(), [](const ZipMember& member) {
      return member.name.ends_with("/data.pkl");
    });
    if (found == members_.end()) {
      fail(label(),
           "has no data.pkl: give a checkpoint that torch.save wrote (PyTorch 1.6 or later)");
    }
    folder_ = found->name.substr(0, found->name.size() - std::strlen("data.pkl"));
    if (const ZipMember* order = member("byteorder"); order != nullptr) {
      if (order->size > 16 || text(*order) != "little") fail(label(), "is not little-endian");
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
    if (found->method != zip::kStored || found->size != found->packed ||
        found->size != claimed * sizeof(float)) {
      fail(label(),
           fmt::format("{}: {} has {} bytes, {} numbers need {}: copy the file again", name,
                       printable(key), found->size, claimed, claimed * sizeof(float)));
    }
    Tensor tensor;
    tensor.shape.assign(stored.shape.begin(), stored.shape.end());
    const std::uint64_t begin =
        locate(file_, *found) + static_cast<std::uint64_t>(stored.offset) * sizeof(float);
    tensor.values.resize(static_cast<std::size_t>(count));
    file_.read_at(begin, std::as_writable_bytes(std::span(tensor.values)));
    return tensor;
  }

 private:
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
    const std::uint64_t begin = locate(file_, member);
    if (member.size > longest_pickle) {
      fail(label(), fmt::format("{}: {} bytes: at most {} are read", printable(member.name),
                                member.size, longest_pickle));
    }
    if (member.method == zip::kDeflated) {
      const std::vector<std::byte> bytes = inflate(file_, member, begin);
      return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    if (member.size != member.packed) fail(label(), "a member's two sizes differ: copy it again");
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
