# pellucid_bench(NAME sources...): one Google Benchmark program, built by the target `benchmarks`
# only; `make bench` runs all of them.
find_package(benchmark 1.7 REQUIRED)
add_custom_target(benchmarks)

function(pellucid_bench name)
  add_executable(${name} EXCLUDE_FROM_ALL ${ARGN})
  pellucid_warnings(${name})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/bench ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE Pellucid::pellucid benchmark::benchmark_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin/bench)
  add_dependencies(benchmarks ${name})
endfunction()
