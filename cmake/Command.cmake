# The command `tweed`: it sees the public headers and the private ones of the library that it is linked with statically.
file(GLOB command_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/tweed/*.c)
if(command_sources)
  add_executable(tweed ${command_sources})
  target_include_directories(tweed PRIVATE ${PROJECT_SOURCE_DIR}/lib ${PROJECT_SOURCE_DIR}/tools)
  target_compile_definitions(tweed PRIVATE _POSIX_C_SOURCE=200809L)
  target_link_libraries(tweed PRIVATE tweed_static tweed_emu_static tweed_warnings) # libtweed-emu reads launch lines
  # `tweed emulate` runs these; without LLVM it says that it can't.
  if(TWEED_HAVE_LLVM)
    find_program(TWEED_CLANG NAMES clang-19 HINTS ${LLVM_TOOLS_BINARY_DIR})
    set(clang ${TWEED_CLANG})
    if(NOT clang)
      set(clang clang-19)
    endif()
    target_compile_definitions(tweed PRIVATE "TWEED_LIBDIR=\"${CMAKE_INSTALL_LIBDIR}\"" "TWEED_CLANG=\"${clang}\""
      "TWEED_OPT=\"${LLVM_TOOLS_BINARY_DIR}/opt\"" "TWEED_SYMBOLIZER=\"${LLVM_TOOLS_BINARY_DIR}/llvm-symbolizer\"")
    add_dependencies(tweed TweedLLVM tweed_emu_static tweed_emu_main)
  endif()
endif()
