# pellucid_test(NAME sources...): one GoogleTest program, its cases found when tests run.
find_package(GTest 1.12 REQUIRED)
include(GoogleTest)

function(pellucid_test name)
  add_executable(${name} ${ARGN})
  pellucid_warnings(${name})
  # Tests hold reference formulas, not speed: half the optimisation is a third of the compile time.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_definitions(${name} PRIVATE
                             PELLUCID_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  target_link_libraries(${name} PRIVATE pellucid_test_support GTest::gtest_main GTest::gmock)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS unit TIMEOUT 600)
endfunction()
