// SPDX-License-Identifier: BSD-3-Clause
#include "io/fortran_order.hpp"
#include "io/npy/npy.hpp"
#include "io/npy/npy_header.hpp"
#include "pellucid/io/npy.hpp"

namespace pellucid {
namespace io {

NpyWriter::NpyWriter(const std::filesystem::path& path, const std::string& label, DType type,
                     const std::vector<Index>& shape, bool fortran_order)
    : CheckedWriter(label, type, shape),
      file_(path, label),
      fortran_order_(fortran_order && shape.size() > 1 && !file_.is_direct()) {
  const std::string preamble = npy_preamble(type, shape, fortran_order_);
  file_.write(preamble);
  begin_ = preamble.size();
}

void NpyWriter::put(const Array& samples) {
  if (fortran_order_) {
    write_fortran(file_, {begin_, shape(), size_of(type())}, written(), samples.bytes);
  } else {
    file_.write(samples.bytes);
  }
}

void NpyWriter::complete() { file_.close(); }

void NpyWriter::finish() { file_.commit(); }

}  // namespace io

void write_npy(const std::filesystem::path& path, const Array& array) {
  io::NpyWriter out(path, path.string(), array.type, array.shape, false);
  out.write(array);
  out.commit();
}

}  // namespace pellucid
