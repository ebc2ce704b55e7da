# libtweed-emu, the run time of emulated kernels: static and shared. It knows lib/base only, and is never sanitized: it is
# linked beside ThreadSanitizer, which must not see its own work as the kernel's.
file(GLOB emu_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/emu/*.c ${PROJECT_SOURCE_DIR}/lib/base/*.c)
add_library(tweed_emu_objects OBJECT ${emu_sources})
target_include_directories(tweed_emu_objects PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib)
target_compile_definitions(tweed_emu_objects PRIVATE _POSIX_C_SOURCE=200809L)
target_compile_options(tweed_emu_objects PRIVATE -fno-sanitize=all)
target_link_libraries(tweed_emu_objects PRIVATE tweed_warnings)

# ThreadSanitizer intercepts these of the C library as accesses of the kernel's thread: plain.c has them for the run time. The
# loops in it must not become calls of what they stand for.
set(wrapped memcpy memmove memset memcmp strlen strcmp strncmp)
set_source_files_properties(${PROJECT_SOURCE_DIR}/lib/emu/plain.c PROPERTIES COMPILE_OPTIONS
  "-fno-builtin;$<$<C_COMPILER_ID:GNU>:-fno-tree-loop-distribute-patterns>")

add_library(tweed_emu_static STATIC $<TARGET_OBJECTS:tweed_emu_objects>)
add_library(tweed_emu_shared SHARED $<TARGET_OBJECTS:tweed_emu_objects>)
foreach(library tweed_emu_static tweed_emu_shared)
  set_target_properties(${library} PROPERTIES OUTPUT_NAME tweed-emu)
  target_include_directories(${library} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${library} PRIVATE m Threads::Threads)
endforeach()
list(TRANSFORM wrapped PREPEND -Wl,--wrap= OUTPUT_VARIABLE wrap_flags)
target_link_options(tweed_emu_shared PRIVATE ${wrap_flags})
set(redefine_flags "")
foreach(name IN LISTS wrapped)
  list(APPEND redefine_flags --redefine-sym ${name}=__wrap_${name})
endforeach()
add_custom_command(TARGET tweed_emu_static POST_BUILD
  COMMAND ${CMAKE_OBJCOPY} ${redefine_flags} $<TARGET_FILE:tweed_emu_static> VERBATIM)
set_target_properties(tweed_emu_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  EXPORT_NAME tweed_emu)

# What `tweed emulate` links the emulated module to.
file(GLOB emu_main_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/emu/*.c)
add_library(tweed_emu_main STATIC ${emu_main_sources})
target_compile_definitions(tweed_emu_main PRIVATE _XOPEN_SOURCE=700)
set_target_properties(tweed_emu_main PROPERTIES OUTPUT_NAME tweed-emu-main)
target_include_directories(tweed_emu_main PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_compile_options(tweed_emu_main PRIVATE -fno-sanitize=all)
target_link_libraries(tweed_emu_main PRIVATE tweed_warnings)
