# libtweed: the rooms that know nothing of any IR. Compiled once; the static library, the shared one and the plugin take the
# same objects.
file(GLOB library_sources CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/lib/base/*.c ${PROJECT_SOURCE_DIR}/lib/model/*.c
  ${PROJECT_SOURCE_DIR}/lib/solve/*.c ${PROJECT_SOURCE_DIR}/lib/report/*.c)
file(GLOB machines CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/model/machines/*.yaml)

set(shipped ${PROJECT_BINARY_DIR}/generated/shipped_machines.c)
add_custom_command(OUTPUT ${shipped}
  COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${shipped}" "-DFILES=${machines}" -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${machines} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  COMMENT "Embedding the shipped machines" VERBATIM)

add_library(tweed_objects OBJECT ${library_sources} ${shipped})
target_include_directories(tweed_objects PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${PROJECT_SOURCE_DIR}/lib)
target_compile_definitions(tweed_objects PRIVATE _POSIX_C_SOURCE=200809L)
target_link_libraries(tweed_objects PRIVATE tweed_warnings)

# What the objects need at link time.
set(TWEED_SYSTEM_LIBRARIES yaml jansson z lpsolve55_pic cadical z3 stdc++ m Threads::Threads)

add_library(tweed_static STATIC $<TARGET_OBJECTS:tweed_objects>)
add_library(tweed_shared SHARED $<TARGET_OBJECTS:tweed_objects>)
foreach(library tweed_static tweed_shared)
  set_target_properties(${library} PROPERTIES OUTPUT_NAME tweed)
  target_include_directories(${library} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${library} PRIVATE ${TWEED_SYSTEM_LIBRARIES})
endforeach()
set_target_properties(tweed_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} EXPORT_NAME tweed)
if(NOT TWEED_SANITIZE)
  target_link_options(tweed_shared PRIVATE -Wl,--no-undefined)
endif()
