// SPDX-License-Identifier: BSD-3-Clause
#include "io/npz/zip_directory.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "io/deflate.hpp"
#include "io/input_file.hpp"
#include "io/npz/zip_format.hpp"

namespace pellucid::io {
namespace {

constexpr std::uint64_t kMostMembers = 65536;
constexpr std::uint64_t kLongestDirectory = 64 << 20;
constexpr std::uint64_t kLongestComment = 0xffff;
// What deflate's shortest stream may unpack to beyond the ratio.
constexpr std::uint64_t kInflationSlack = 1024;
constexpr std::size_t kPiece = 256 * 1024;

[[noreturn]] void fail_damaged(const std::string& label, std::string_view what) {
  fail(label, fmt::format("is no readable zip archive ({}): copy or make the file again", what));
}

/// Little-endian numbers one after the other, never past their end.
class Fields {
 public:
  Fields(const std::string& label, std::string_view bytes) : label_(label), rest_(bytes) {}

  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  void skip(std::size_t count) { (void)text(count); }
  std::string_view text(std::size_t count) {
    if (count > rest_.size()) fail_damaged(label_, "a record is cut off");
    const std::string_view part = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return part;
  }

 private:
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    const std::string_view part = text(bytes);
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(part[i]);
    return value;
  }

  const std::string& label_;
  std::string_view rest_;
};

std::string read_text(const ByteSource& file, std::uint64_t begin, std::uint64_t count) {
  std::string text(count, '\0');
  file.read_at(begin, std::as_writable_bytes(std::span(text)));
  return text;
}

/// Where the directory lies and how much it holds.
struct Place {
  std::uint64_t members, size, begin;
};

// The record at the archive's end, behind which only a comment of the stated length follows.
std::uint64_t find_end(const ByteSource& file) {
  const std::uint64_t tail = std::min(file.size(), zip::kEndSize + kLongestComment);
  const std::string text = read_text(file, file.size() - tail, tail);
  for (std::size_t at = text.size(); at-- > 0;) {
    if (at + zip::kEndSize > text.size() || !std::string_view(text).substr(at).starts_with("PK")) {
      continue;
    }
    Fields fields(file.label(), std::string_view(text).substr(at));
    if (fields.u32() != zip::kEnd) continue;
    fields.skip(zip::kEndSize - 6);
    if (fields.u16() == fields.remaining()) return file.size() - tail + at;
  }
  fail_damaged(file.label(), "its directory is missing: the file ends too early");
}

// Archives beyond 4 GB have a second record, whose place a third one tells.
void widen(const ByteSource& file, std::uint64_t end, Place& place) {
  if (end < zip::kEnd64LocatorSize) return;
  const std::string locator = read_text(file, end - zip::kEnd64LocatorSize, zip::kEnd64LocatorSize);
  Fields where(file.label(), locator);
  if (where.u32() != zip::kEnd64Locator) return;
  where.skip(4);
  const std::uint64_t begin = where.u64();
  if (begin > end || end - begin < zip::kEnd64Size) fail_damaged(file.label(), "a wrong place");
  const std::string record = read_text(file, begin, zip::kEnd64Size);
  Fields fields(file.label(), record);
  if (fields.u32() != zip::kEnd64) fail_damaged(file.label(), "a record is missing");
  fields.skip(28);
  place = {fields.u64(), fields.u64(), fields.u64()};
}

Place find_directory(const ByteSource& file) {
  const std::uint64_t end = find_end(file);
  const std::string record = read_text(file, end, zip::kEndSize);
  Fields fields(file.label(), record);
  fields.skip(4);
  const bool parts = fields.u32() != 0;
  fields.skip(2);
  Place place{fields.u16(), fields.u32(), fields.u32()};
  if (place.members == zip::kElsewhere16 || place.size == zip::kElsewhere32 ||
      place.begin == zip::kElsewhere32) {
    widen(file, end, place);
  } else if (parts) {
    fail_damaged(file.label(), "it is one of several parts");
  }
  if (place.members > kMostMembers || place.size > kLongestDirectory) {
    fail(
        file.label(),
        fmt::format("directory claims {} members in {} bytes, {} in {} are read: split the archive",
                    place.members, place.size, kMostMembers, kLongestDirectory));
  }
  if (place.begin > end || place.size > end - place.begin ||
      place.members * zip::kDirectoryEntrySize > place.size) {
    fail_damaged(file.label(), "its directory does not fit into it");
  }
  return place;
}

// In the directory's order: what did not fit into 32 bits.
void widen(const std::string& label, std::string_view extra, ZipMember& member) {
  Fields fields(label, extra);
  while (fields.remaining() >= 4) {
    const std::uint16_t kind = fields.u16();
    const std::uint16_t length = fields.u16();
    Fields field(label, fields.text(length));
    if (kind != zip::kWideField) continue;
    for (std::uint64_t* number : {&member.size, &member.packed, &member.header}) {
      if (*number == zip::kElsewhere32) *number = field.u64();
    }
  }
}

ZipMember read_entry(const std::string& label, Fields& fields) {
  if (fields.u32() != zip::kDirectoryEntry) fail_damaged(label, "a directory entry is damaged");
  ZipMember member;
  fields.skip(4);
  member.flags = fields.u16();
  member.method = fields.u16();
  fields.skip(4);
  member.check_sum = fields.u32();
  member.packed = fields.u32();
  member.size = fields.u32();
  const std::size_t name = fields.u16(), extra = fields.u16(), comment = fields.u16();
  fields.skip(8);
  member.header = fields.u32();
  member.name = fields.text(name);
  widen(label, fields.text(extra), member);
  fields.skip(comment);
  return member;
}

struct Inflater {
  z_stream stream{};
  Inflater() {
    // Without the head and tail of zlib's own format.
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

// Unpacks one piece into what is left of `out`; true at the stream's end.
bool inflate_piece(Inflater& inflater, const std::string& label, std::span<std::byte> piece,
                   std::span<std::byte>& out) {
  z_stream& z = inflater.stream;
  z.next_in = reinterpret_cast<Bytef*>(piece.data());
  z.avail_in = static_cast<uInt>(piece.size());
  for (;;) {
    const std::size_t room = std::min<std::size_t>(out.size(), std::size_t{1} << 30);
    // At the end of the output one byte more shows whether the stream ends there too.
    std::byte beyond{};
    z.next_out = reinterpret_cast<Bytef*>(room > 0 ? out.data() : &beyond);
    z.avail_out = room > 0 ? static_cast<uInt>(room) : 1;
    const uInt before = z.avail_out;
    const int state = ::inflate(&z, Z_NO_FLUSH);
    const std::size_t made = before - z.avail_out;
    if (room == 0 && made > 0) fail_damaged(label, "a member holds more than its stated size");
    out = out.subspan(made);
    if (state == Z_STREAM_END) return true;
    if (state == Z_BUF_ERROR || (state == Z_OK && z.avail_in == 0 && z.avail_out > 0)) return false;
    if (state != Z_OK) fail_damaged(label, z.msg != nullptr ? z.msg : "wrong compressed data");
  }
}

// A member's sizes stand twice: in the directory, and in the header before it, unless that was
// written before they were known.
void check_sizes(const std::string& label, std::string_view header, const ZipMember& member) {
  Fields fields(label, header);
  fields.skip(6);
  if ((fields.u16() & zip::kSizesFollow) != 0) return;
  fields.skip(10);
  for (const std::uint64_t listed : {member.packed, member.size}) {
    const std::uint64_t own = fields.u32();
    if (own == listed || own == 0 || own == zip::kElsewhere32) continue;
    fail(label, fmt::format("member '{}' has {} bytes by the directory, {} by its own header: copy "
                            "or make the file again",
                            printable(member.name), listed, own));
  }
}

std::uint32_t check_sum(std::span<const std::byte> bytes, std::uint32_t before = 0) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

std::vector<ZipMember> read_zip_directory(const ByteSource& archive) {
  const Place place = find_directory(archive);
  const std::string directory = read_text(archive, place.begin, place.size);
  Fields fields(archive.label(), directory);
  std::vector<ZipMember> members;
  for (std::uint64_t i = 0; i < place.members; ++i) {
    members.push_back(read_entry(archive.label(), fields));
  }
  return members;
}

std::uint64_t locate(const ByteSource& archive, const ZipMember& member) {
  const std::string& label = archive.label();
  const std::string shown = printable(member.name);
  if ((member.flags & zip::kEncrypted) != 0) {
    fail(label, fmt::format("member '{}' is encrypted: save it without a password", shown));
  }
  if (member.method != zip::kStored && member.method != zip::kDeflated) {
    fail(label, fmt::format("member '{}' is compressed by method {}, known are 0 (none) and 8 "
                            "(deflate): save it with numpy.savez_compressed",
                            shown, member.method));
  }
  if (member.header > archive.size() || archive.size() - member.header < zip::kLocalHeaderSize) {
    fail_damaged(label, "a member lies beyond its end");
  }
  const std::string header = read_text(archive, member.header, zip::kLocalHeaderSize);
  Fields fields(label, header);
  if (fields.u32() != zip::kLocalHeader) fail_damaged(label, "a member's header is damaged");
  fields.skip(22);
  const std::uint64_t names = std::uint64_t{fields.u16()} + fields.u16();
  const std::uint64_t begin = member.header + zip::kLocalHeaderSize + names;
  if (begin > archive.size() || member.packed > archive.size() - begin) {
    fail_damaged(label, "a member lies beyond its end");
  }
  check_sizes(label, header, member);
  const bool fits = member.method == zip::kStored
                        ? member.size == member.packed
                        : member.size <= most_inflated(member.packed) + kInflationSlack;
  if (!fits) {
    fail(label, fmt::format("member '{}' claims {} bytes packed into {}, more than is possible or "
                            "believed: copy it again, or save it without compression",
                            shown, member.size, member.packed));
  }
  return begin;
}

void check_stored(const ByteSource& archive, const ZipMember& member, std::uint64_t begin) {
  if (member.check_sum == 0) return;
  std::vector<std::byte> piece(std::min<std::uint64_t>(kPiece, member.size));
  std::uint32_t sum = 0;
  for (std::uint64_t at = 0; at < member.size; at += piece.size()) {
    piece.resize(std::min<std::uint64_t>(piece.size(), member.size - at));
    archive.read_at(begin + at, piece);
    sum = check_sum(piece, sum);
  }
  if (sum == member.check_sum) return;
  fail(archive.label(),
       fmt::format("member '{}' is damaged (its check sum is wrong): copy the file "
                   "again",
                   printable(member.name)));
}

std::vector<std::byte> inflate(const ByteSource& archive, const ZipMember& member,
                               std::uint64_t begin) {
  std::vector<std::byte> bytes = allocate(archive.label(), member.size);
  std::vector<std::byte> piece(std::min<std::uint64_t>(kPiece, member.packed));
  std::span<std::byte> rest(bytes);
  Inflater inflater;
  bool ended = false;
  for (std::uint64_t at = 0; at < member.packed && !ended; at += piece.size()) {
    piece.resize(std::min<std::uint64_t>(piece.size(), member.packed - at));
    archive.read_at(begin + at, piece);
    ended = inflate_piece(inflater, archive.label(), piece, rest);
  }
  if (!ended || !rest.empty()) fail_damaged(archive.label(), "a member ends too early");
  if (check_sum(bytes) != member.check_sum) {
    fail_damaged(archive.label(), "a member's check sum is wrong");
  }
  return bytes;
}

}  // namespace pellucid::io
