// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace pellucid::linalg {

/// Throws `std::bad_alloc`, saying what helps, where there is no room for OpenBLAS's buffers, one
/// for each of so many threads that call it: it asks for one at a thread's first product, and where
/// it gets none, for ever. The calling thread's own is then allocated, and kept. Only the first
/// call for a number of threads, or for more than before, looks.
void reserve_blas_memory(int threads);

}  // namespace pellucid::linalg
