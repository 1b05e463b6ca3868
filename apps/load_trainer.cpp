// SPDX-License-Identifier: BSD-3-Clause
#include "load_trainer.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "pellucid/base/error.hpp"
#include "pellucid/version.hpp"

namespace pellucid::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* file_name = "libpellucid_training.so";

std::string last_fault() {
  const char* text = dlerror();
  return text == nullptr ? "unknown fault" : text;
}

// libtorch's static objects that find no memory end the program.
void check_room() {
  constexpr std::size_t libtorch = std::size_t{640} << 20U;
  const std::unique_ptr<void, void (*)(void*)> room(std::malloc(libtorch), std::free);
  if (room == nullptr) {
    throw Error(
        "not enough memory for libtorch, which takes 640 MB of addresses: allow more (ulimit -v)");
  }
}

void* open_library() {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  // Where it is built, and where `cmake --install` puts it.
  for (const char* place : {"../lib", PELLUCID_LIBRARY_FOLDER}) {
    const fs::path path = folder / place / file_name;
    if (!fs::exists(path, error)) continue;
    check_room();
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      throw Error(fmt::format("{}: cannot be loaded ({}): install libtorch (Debian: libtorch1.13)",
                              path.string(), last_fault()));
    }
    return library;
  }
  throw Error(
      fmt::format("--prior network: this program was built without training, {} is not beside it: "
                  "install libtorch (Debian: libtorch-dev) and build again",
                  file_name));
}

}  // namespace

const NetworkTrainer& load_trainer() {
  void* library = open_library();
  void* symbol = dlsym(library, network_trainer_symbol);
  if (symbol == nullptr) {
    throw Error(fmt::format("{}: is no trainer ({}): build again", file_name, last_fault()));
  }
  const auto entry = reinterpret_cast<NetworkTrainerEntry>(symbol);
  const NetworkTrainer* trainer = entry(std::string(version).c_str());
  if (trainer == nullptr) {
    throw Error(fmt::format("{}: is not of version {}, as this program is: build both together",
                            file_name, version));
  }
  return *trainer;
}

}  // namespace pellucid::app
