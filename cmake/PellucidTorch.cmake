# libtorch for the training of networks, as the target PellucidTorch. Torch's own CMake package sets
# flags for all targets and asks for libraries that only it needs, so it is not used.
option(PELLUCID_TRAINING "Build the training of networks, which needs libtorch" ON)
if(NOT PELLUCID_TRAINING)
  return()
endif()

find_path(TORCH_INCLUDE_DIR torch/csrc/autograd/autograd.h)
find_library(TORCH_LIBRARY torch)
find_library(TORCH_CPU_LIBRARY torch_cpu)
find_library(TORCH_CUDA_LIBRARY torch_cuda)
find_library(C10_LIBRARY c10)
if(NOT TORCH_INCLUDE_DIR OR NOT TORCH_LIBRARY OR NOT TORCH_CPU_LIBRARY OR NOT C10_LIBRARY)
  message(FATAL_ERROR "libtorch was not found: install libtorch-dev, say where it is with "
                      "-DCMAKE_PREFIX_PATH=DIR, or build without training of networks by "
                      "-DPELLUCID_TRAINING=OFF")
endif()

add_library(PellucidTorch INTERFACE)
target_include_directories(PellucidTorch SYSTEM INTERFACE
  ${TORCH_INCLUDE_DIR} ${TORCH_INCLUDE_DIR}/torch/csrc/api/include)
target_link_libraries(PellucidTorch INTERFACE ${TORCH_CPU_LIBRARY} ${C10_LIBRARY})
if(TORCH_CUDA_LIBRARY)
  # Nothing calls it by name: it announces itself when loaded.
  target_link_libraries(PellucidTorch INTERFACE
    LINKER:--push-state,--no-as-needed ${TORCH_CUDA_LIBRARY} LINKER:--pop-state)
endif()
