# libtweed: the rooms that know nothing of any IR. Compiled once; the static library, the shared one and the plugin take the
# same objects.
file(GLOB model_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/base/*.c ${PROJECT_SOURCE_DIR}/lib/model/*.c)
file(GLOB library_sources CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/lib/solve/*.c ${PROJECT_SOURCE_DIR}/lib/solve/*.cpp ${PROJECT_SOURCE_DIR}/lib/report/*.c
  ${PROJECT_SOURCE_DIR}/cuda/*.c)
file(GLOB machines CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/model/machines/*.yaml)
file(GLOB kernels CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/model/kernels/*.yaml)

set(shipped ${PROJECT_BINARY_DIR}/generated/shipped_machines.c)
add_custom_command(OUTPUT ${shipped}
  COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${shipped}" -DTABLE=tweed_shipped_machines "-DFILES=${machines}"
    -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${machines} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  COMMENT "Embedding the shipped machines" VERBATIM)
set(shipped_kernels ${PROJECT_BINARY_DIR}/generated/shipped_kernels.c)
add_custom_command(OUTPUT ${shipped_kernels}
  COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${shipped_kernels}" -DTABLE=tweed_shipped_kernels -DCOMMENTS=ON "-DFILES=${kernels}"
    -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${kernels} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  COMMENT "Embedding the shipped kernels" VERBATIM)

add_library(tweed_model_objects OBJECT ${model_sources})

# The same as C data. A cross build can't run its own tools: there the texts are read at run time.
set(images ${PROJECT_BINARY_DIR}/generated/shipped_images.c)
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  file(WRITE ${images} "#include \"model/shipped.h\"\nconst tweed_machine *const tweed_shipped_images[] = {NULL};\n")
else()
  add_executable(tweed_image ${PROJECT_SOURCE_DIR}/tools/machines/image.c $<TARGET_OBJECTS:tweed_model_objects>)
  target_include_directories(tweed_image PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(tweed_image PRIVATE tweed_warnings yaml jansson z m)
  add_custom_command(OUTPUT ${images} COMMAND tweed_image ${images} ${machines} DEPENDS ${machines}
    COMMENT "Compiling the shipped machines" VERBATIM)
endif()

set(generated_sources ${shipped} ${shipped_kernels} ${images} ${cuda_embedded})
add_library(tweed_objects OBJECT ${library_sources} ${generated_sources})
foreach(objects tweed_model_objects tweed_objects)
  target_include_directories(${objects} PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${PROJECT_SOURCE_DIR}/lib ${PROJECT_SOURCE_DIR}/cuda)
  target_compile_definitions(${objects} PRIVATE _POSIX_C_SOURCE=200809L)
  target_link_libraries(${objects} PRIVATE tweed_warnings)
endforeach()
# The phases of GauS are loops over floats, and must give the same bits everywhere.
set(phases ${PROJECT_SOURCE_DIR}/lib/solve/gaus_cpu_phases.c)
set(phase_options -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math)
set_source_files_properties(${phases} PROPERTIES COMPILE_OPTIONS "${phase_options}")
include(CheckCCompilerFlag)
check_c_compiler_flag("-mavx2" TWEED_HAVE_AVX2)
if(TWEED_HAVE_AVX2 AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_library(tweed_avx2 OBJECT ${phases})
  target_include_directories(tweed_avx2 PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib)
  target_compile_definitions(tweed_avx2 PRIVATE _POSIX_C_SOURCE=200809L TWEED_GAUS_AVX2)
  target_compile_options(tweed_avx2 PRIVATE -mavx2)
  target_link_libraries(tweed_avx2 PRIVATE tweed_warnings)
  target_compile_definitions(tweed_objects PRIVATE TWEED_HAVE_AVX2)
  set(avx2_objects $<TARGET_OBJECTS:tweed_avx2>)
endif()

# What the objects need at link time.
set(TWEED_SYSTEM_LIBRARIES yaml jansson z lpsolve55_pic colamd cadical z3 stdc++ m ${CMAKE_DL_LIBS} Threads::Threads)

add_library(tweed_static STATIC $<TARGET_OBJECTS:tweed_model_objects> $<TARGET_OBJECTS:tweed_objects> ${avx2_objects})
add_library(tweed_shared SHARED $<TARGET_OBJECTS:tweed_model_objects> $<TARGET_OBJECTS:tweed_objects> ${avx2_objects})
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
