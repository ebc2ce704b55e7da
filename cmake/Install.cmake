# cmake --install: headers, libraries, plugin, command, TweedConfig.cmake and tweed.pc.
include(CMakePackageConfigHelpers)
set(TWEED_CMAKE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/Tweed)
set(TWEED_PLUGIN_FOLDER ${CMAKE_INSTALL_LIBDIR}/tweed)

set(libraries tweed_static tweed_shared tweed_emu_static tweed_emu_shared)
if(TARGET tweed_llvm)
  list(APPEND libraries tweed_llvm)
  install(TARGETS TweedLLVM LIBRARY DESTINATION ${TWEED_PLUGIN_FOLDER})
endif()
install(TARGETS ${libraries} EXPORT TweedTargets)
install(FILES $<TARGET_FILE:tweed_emu_main> DESTINATION ${TWEED_PLUGIN_FOLDER}) # `tweed emulate` alone links it
if(TARGET tweed)
  install(TARGETS tweed)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/tweed DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(EXPORT TweedTargets NAMESPACE Tweed:: DESTINATION ${TWEED_CMAKE_FOLDER})

set(generated ${PROJECT_BINARY_DIR}/generated)
configure_package_config_file(cmake/TweedConfig.cmake.in ${generated}/TweedConfig.cmake
  INSTALL_DESTINATION ${TWEED_CMAKE_FOLDER} PATH_VARS TWEED_PLUGIN_FOLDER)
write_basic_package_version_file(${generated}/TweedConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${generated}/TweedConfig.cmake ${generated}/TweedConfigVersion.cmake DESTINATION ${TWEED_CMAKE_FOLDER})

file(RELATIVE_PATH TWEED_PC_UP /x/${CMAKE_INSTALL_LIBDIR}/pkgconfig /x)
configure_file(cmake/tweed.pc.in ${generated}/tweed.pc @ONLY)
install(FILES ${generated}/tweed.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
