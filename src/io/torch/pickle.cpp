// SPDX-License-Identifier: BSD-3-Clause
#include "io/torch/pickle.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <limits>
#include <unordered_map>

#include "io/input_file.hpp"
#include "io/torch/pickle_instructions.hpp"

namespace pellucid::io {

namespace {

// A value may be referred to many times: what a reference copies must be short.
constexpr std::size_t most_axes = 8, longest_key = 64, longest_name = 512;
// A value takes some 100 bytes however short the instruction that makes it. Checkpoints of
// thousands of tensors have some ten thousand.
constexpr std::size_t most_values = 1'000'000;

class Interpreter {
 public:
  Interpreter(std::string_view bytes, const std::string& label) : rest_(bytes), label_(label) {}

  Pickle run() {
    while (step(number<std::uint8_t>())) {
    }
    pickle_.root = pop();
    return std::move(pickle_);
  }

 private:
  [[noreturn]] void damaged(std::string_view what) const {
    fail(label_,
         fmt::format("is no readable checkpoint ({}): save it again with torch.save", what));
  }

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) damaged("its pickle ends too early");
    const std::string_view part = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return part;
  }
  template <class N>
  N number() {
    N value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string line() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) damaged("its pickle ends too early");
    if (end > longest_name) damaged("a name of its pickle is too long");
    std::string text(take(end));
    take(1);
    return text;
  }

  void push(PickleValue value) {
    check_room(pickle_.values);
    stack_.push_back(static_cast<PickleId>(pickle_.values.size()));
    pickle_.values.push_back(std::move(value));
  }
  template <class Container>
  void check_room(const Container& container) const {
    if (container.size() < most_values) return;
    damaged(fmt::format("its pickle makes more than {} values", most_values));
  }
  PickleId pop() {
    if (stack_.size() <= floor()) damaged("its pickle takes from an empty stack");
    const PickleId top = stack_.back();
    stack_.pop_back();
    return top;
  }
  [[nodiscard]] std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  std::vector<PickleId> pop_to_mark() {
    if (marks_.empty()) damaged("its pickle lacks a mark");
    const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleId> items(from, stack_.end());
    stack_.erase(from, stack_.end());
    marks_.pop_back();
    return items;
  }
  std::vector<PickleId> pop_many(std::size_t count) {
    std::vector<PickleId> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  }

  template <class V>
  V& value_of(PickleId id, std::string_view what) {
    V* value = std::get_if<V>(&pickle_.values[id]);
    if (value == nullptr) damaged(fmt::format("its pickle has something else for {}", what));
    return *value;
  }
  std::int64_t whole(PickleId id) { return value_of<std::int64_t>(id, "a number"); }
  std::vector<std::int64_t> wholes(PickleId id) {
    const auto& items = value_of<PickleSequence>(id, "a shape").items;
    if (items.size() > most_axes) damaged("a tensor has too many axes");
    std::vector<std::int64_t> numbers;
    numbers.reserve(items.size());
    for (const PickleId item : items) numbers.push_back(whole(item));
    return numbers;
  }

  void set_items(const std::vector<PickleId>& items) {
    if (items.size() % 2 != 0) damaged("a key of its pickle lacks a value");
    if (stack_.size() <= floor()) damaged("its pickle takes from an empty stack");
    auto& dict = value_of<PickleDict>(stack_.back(), "a dictionary").items;
    for (std::size_t i = 0; i < items.size(); i += 2) dict.emplace_back(items[i], items[i + 1]);
  }
  void append(const std::vector<PickleId>& items) {
    if (stack_.size() <= floor()) damaged("its pickle takes from an empty stack");
    auto& list = value_of<PickleSequence>(stack_.back(), "a list").items;
    list.insert(list.end(), items.begin(), items.end());
  }

  void global() {
    const std::string module = line(), name = line();
    if (module == "collections" && name == "OrderedDict") return push(PickleGlobal::ordered_dict);
    if (module == "torch._utils" && name == "_rebuild_tensor_v2") {
      return push(PickleGlobal::rebuild_tensor);
    }
    if (module == "torch" && name == "FloatStorage") return push(PickleGlobal::float_storage);
    if (module == "torch" && name == "LongStorage") return push(PickleGlobal::long_storage);
    fail(label_,
         fmt::format("refused: its pickle asks for {}.{}, and only OrderedDict, "
                     "_rebuild_tensor_v2, FloatStorage and LongStorage may be used: save the "
                     "state dictionary, in single precision",
                     printable(module), printable(name)));
  }

  // ('storage', type, key, device, count)
  void persistent_id() {
    const auto& parts = value_of<PickleSequence>(pop(), "a storage's description").items;
    if (parts.size() != 5 || value_of<std::string>(parts[0], "a storage's name") != "storage") {
      damaged("a storage is described in another way");
    }
    const auto type = value_of<PickleGlobal>(parts[1], "a storage's type");
    if (type != PickleGlobal::float_storage && type != PickleGlobal::long_storage) {
      damaged("a storage has no type");
    }
    const auto& key = value_of<std::string>(parts[2], "a storage's key");
    if (key.size() > longest_key) damaged("a storage's key is too long");
    push(PickleStorage{type == PickleGlobal::long_storage, key, whole(parts[4])});
  }

  void reduce() {
    const auto& arguments = value_of<PickleSequence>(pop(), "arguments").items;
    const auto called = value_of<PickleGlobal>(pop(), "what is called");
    if (called == PickleGlobal::ordered_dict && arguments.empty()) return push(PickleDict{});
    // storage, offset, shape, strides; whether it is trained and hooks are not needed.
    if (called == PickleGlobal::rebuild_tensor && arguments.size() >= 4) {
      return push(PickleTensor{value_of<PickleStorage>(arguments[0], "a storage"),
                               whole(arguments[1]), wholes(arguments[2]), wholes(arguments[3])});
    }
    damaged("its pickle calls with unknown arguments");
  }

  void long_number() {
    const std::string_view bytes = take(number<std::uint8_t>());
    if (bytes.size() > 8) damaged("a number of its pickle is too large");
    std::uint64_t value = !bytes.empty() && static_cast<signed char>(bytes.back()) < 0 ? ~0ull : 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    push(static_cast<std::int64_t>(value));
  }
  void float_number() {
    std::uint64_t value = 0;
    for (const char byte : take(8)) value = value << 8 | static_cast<unsigned char>(byte);
    push(std::bit_cast<double>(value));
  }

  void remember(std::uint32_t at) {
    if (stack_.size() <= floor()) damaged("its pickle takes from an empty stack");
    check_room(memo_);
    memo_[at] = stack_.back();
  }
  void recall(std::uint32_t at) {
    const auto found = memo_.find(at);
    if (found == memo_.end()) damaged("its pickle recalls what it never stored");
    check_room(stack_);
    stack_.push_back(found->second);
  }

  // False at the end. The instructions come in groups, so that each reads at a glance.
  bool step(std::uint8_t op) {
    if (op == op_stop) return false;
    if (!constant(op) && !container(op) && !object(op) && !memory(op)) {
      damaged(fmt::format("its pickle has the instruction {:#04x}", op));
    }
    return true;
  }

  bool constant(std::uint8_t op) {
    switch (op) {
      case op_none:
        push(PickleNone{});
        return true;
      case op_newtrue:
        push(true);
        return true;
      case op_newfalse:
        push(false);
        return true;
      case op_binint:
        push(std::int64_t{number<std::int32_t>()});
        return true;
      case op_binint1:
        push(std::int64_t{number<std::uint8_t>()});
        return true;
      case op_binint2:
        push(std::int64_t{number<std::uint16_t>()});
        return true;
      case op_long1:
        long_number();
        return true;
      case op_binfloat:
        float_number();
        return true;
      case op_binunicode:
        push(std::string(take(number<std::uint32_t>())));
        return true;
      default:
        return false;
    }
  }

  bool container(std::uint8_t op) {
    switch (op) {
      case op_mark:
        check_room(marks_);
        marks_.push_back(stack_.size());
        return true;
      case op_empty_dict:
        push(PickleDict{});
        return true;
      case op_empty_list:
      case op_empty_tuple:
        push(PickleSequence{});
        return true;
      case op_tuple:
        push(PickleSequence{pop_to_mark()});
        return true;
      case op_tuple1:
        push(PickleSequence{pop_many(1)});
        return true;
      case op_tuple2:
        push(PickleSequence{pop_many(2)});
        return true;
      case op_tuple3:
        push(PickleSequence{pop_many(3)});
        return true;
      case op_append:
        append(pop_many(1));
        return true;
      case op_appends:
        append(pop_to_mark());
        return true;
      case op_setitem:
        set_items(pop_many(2));
        return true;
      case op_setitems:
        set_items(pop_to_mark());
        return true;
      default:
        return false;
    }
  }

  bool object(std::uint8_t op) {
    switch (op) {
      case op_proto:
        if (number<std::uint8_t>() != 2) damaged("its pickle is not of protocol 2");
        return true;
      case op_build:
        pop();
        return true;  // an ordered dictionary's attributes
      case op_global:
        global();
        return true;
      case op_binpersid:
        persistent_id();
        return true;
      case op_reduce:
        reduce();
        return true;
      default:
        return false;
    }
  }

  bool memory(std::uint8_t op) {
    switch (op) {
      case op_binput:
        remember(number<std::uint8_t>());
        return true;
      case op_long_binput:
        remember(number<std::uint32_t>());
        return true;
      case op_binget:
        recall(number<std::uint8_t>());
        return true;
      case op_long_binget:
        recall(number<std::uint32_t>());
        return true;
      default:
        return false;
    }
  }

  std::string_view rest_;
  const std::string& label_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, PickleId> memo_;
};

}  // namespace

Pickle read_pickle(std::string_view bytes, const std::string& label) {
  return Interpreter(bytes, label).run();
}

}  // namespace pellucid::io
