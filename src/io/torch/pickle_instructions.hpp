// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace pellucid::io {

/// The instructions that `torch.save` writes, by their names in Python's `pickletools`.
enum Op : std::uint8_t {
  op_mark = '(',
  op_stop = '.',
  op_none = 'N',
  op_reduce = 'R',
  op_binpersid = 'Q',
  op_build = 'b',
  op_global = 'c',
  op_empty_dict = '}',
  op_empty_list = ']',
  op_empty_tuple = ')',
  op_append = 'a',
  op_appends = 'e',
  op_setitem = 's',
  op_setitems = 'u',
  op_tuple = 't',
  op_binint = 'J',
  op_binint1 = 'K',
  op_binint2 = 'M',
  op_binfloat = 'G',
  op_binunicode = 'X',
  op_binget = 'h',
  op_long_binget = 'j',
  op_binput = 'q',
  op_long_binput = 'r',
  op_proto = 0x80,
  op_tuple1 = 0x85,
  op_tuple2 = 0x86,
  op_tuple3 = 0x87,
  op_newtrue = 0x88,
  op_newfalse = 0x89,
  op_long1 = 0x8a
};

}  // namespace pellucid::io
