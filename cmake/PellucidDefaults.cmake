# Defaults of a build of Pellucid itself; a project that adds Pellucid as a folder keeps its own.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug, RelWithDebInfo or None" FORCE)
endif()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Libraries are the system's, or from where -DCMAKE_PREFIX_PATH says; not from a Python or Conda
# environment that happens to be in PATH.
set(CMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH OFF)

if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(PELLUCID_CCACHE ccache DOC "Compiler cache, used where there is one")
  if(PELLUCID_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${PELLUCID_CCACHE})
  endif()
endif()
