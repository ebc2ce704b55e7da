# The command `tweed`: it sees the public headers and the private ones of the library that it is linked with statically.
file(GLOB command_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/tweed/*.c)
if(command_sources)
  add_executable(tweed ${command_sources})
  target_include_directories(tweed PRIVATE ${PROJECT_SOURCE_DIR}/lib ${PROJECT_SOURCE_DIR}/tools)
  target_compile_definitions(tweed PRIVATE _POSIX_C_SOURCE=200809L)
  target_link_libraries(tweed PRIVATE tweed_static tweed_warnings)
endif()
