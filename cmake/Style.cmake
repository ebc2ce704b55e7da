# format-check: clang-format 19 finds nothing to change. tidy: clang-tidy 19 over everything that is compiled.
find_program(TWEED_CLANG_FORMAT clang-format-19)
find_program(TWEED_RUN_CLANG_TIDY run-clang-tidy-19)
mark_as_advanced(TWEED_CLANG_FORMAT TWEED_RUN_CLANG_TIDY)
file(GLOB_RECURSE styled CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/include/*.h ${PROJECT_SOURCE_DIR}/lib/*.[ch] ${PROJECT_SOURCE_DIR}/lib/*.cpp
  ${PROJECT_SOURCE_DIR}/passes/*.cpp
  ${PROJECT_SOURCE_DIR}/passes/*.h ${PROJECT_SOURCE_DIR}/tools/*.[ch] ${PROJECT_SOURCE_DIR}/test/unit/*.[ch]
  ${PROJECT_SOURCE_DIR}/test/host/*.c ${PROJECT_SOURCE_DIR}/test/host/*.cpp ${PROJECT_SOURCE_DIR}/test/install/*.c
  ${PROJECT_SOURCE_DIR}/cuda/*.h ${PROJECT_SOURCE_DIR}/cuda/*.c ${PROJECT_SOURCE_DIR}/cuda/*.cu ${PROJECT_SOURCE_DIR}/test/cuda/*.[ch]
  ${PROJECT_SOURCE_DIR}/test/fuzz/*.c ${PROJECT_SOURCE_DIR}/test/proof/*.c ${PROJECT_SOURCE_DIR}/docs/*.c)
if(TWEED_CLANG_FORMAT)
  add_custom_target(format-check COMMAND ${TWEED_CLANG_FORMAT} --dry-run --Werror ${styled} VERBATIM)
  add_custom_target(format COMMAND ${TWEED_CLANG_FORMAT} -i ${styled} VERBATIM)
endif()
if(TWEED_RUN_CLANG_TIDY)
  add_custom_target(tidy COMMAND ${TWEED_RUN_CLANG_TIDY} -quiet -p ${PROJECT_BINARY_DIR}
    "${PROJECT_SOURCE_DIR}/(lib|passes|tools)/.*" VERBATIM)
endif()
