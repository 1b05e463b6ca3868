# `cmake --install`: program, static library, headers, and the package for find_package(Pellucid).
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Pellucid)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/PellucidConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/PellucidConfig.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/PellucidConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)

install(TARGETS pellucid EXPORT PellucidTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT PellucidTargets NAMESPACE Pellucid:: DESTINATION ${package_dir})
install(FILES ${PROJECT_BINARY_DIR}/PellucidConfig.cmake
              ${PROJECT_BINARY_DIR}/PellucidConfigVersion.cmake
        DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pellucid ${PROJECT_BINARY_DIR}/include/pellucid
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.hpp")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(TARGET pellucid_program)
  install(TARGETS pellucid_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
