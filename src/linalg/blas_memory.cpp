// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/blas_memory.hpp"

#include <cblas.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>

namespace pellucid::linalg {

namespace {

// BUFFER_SIZE of OpenBLAS on x86-64, and the page that it adds.
constexpr std::size_t buffer_bytes = (std::size_t{32} << 22U) + (std::size_t{64} << 10U);

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

class NoBlasMemory final : public std::bad_alloc {
 public:
  [[nodiscard]] const char* what() const noexcept override {
    return "out of memory for OpenBLAS, which takes 128 MB of addresses for each thread: allow "
           "more (ulimit -v), or set OPENBLAS_NUM_THREADS=1";
  }
};

}  // namespace

void reserve_blas_memory(int threads) {
  static std::mutex mutex;
  static int reserved = 0;
  const std::scoped_lock lock(mutex);
  if (threads <= reserved) return;
  {
    // Its own threads, started when it was loaded, may not have theirs yet.
    const int missing = threads - reserved + openblas_get_num_threads() - 1;
    const std::unique_ptr<void, Free> room(
        std::malloc(static_cast<std::size_t>(missing) * buffer_bytes));
    if (room == nullptr) throw NoBlasMemory();
  }
  // Products of small matrices do without a buffer, this does not.
  constexpr double a = 1.0;
  double c = 0.0;
  cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, 1, 1, 1.0, &a, 1, 0.0, &c, 1);
  reserved = threads;
}

}  // namespace pellucid::linalg
