# TWEED_SANITIZE: ASan and UBSan in every object. The plugin is loaded by programs that are not sanitized, so the run time is
# the shared one, which the tests preload (test/lit.cfg.py).
if(TWEED_SANITIZE)
  set(flags -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_C_COMPILER_ID MATCHES Clang)
    list(APPEND flags -shared-libasan)
    # Every C++ type that crosses to LLVM would need type information of LLVM's own.
    list(APPEND flags -fno-sanitize=vptr,function)
    execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=libclang_rt.asan-${CMAKE_SYSTEM_PROCESSOR}.so
      OUTPUT_VARIABLE TWEED_ASAN_RUNTIME OUTPUT_STRIP_TRAILING_WHITESPACE)
    get_filename_component(asan_folder ${TWEED_ASAN_RUNTIME} DIRECTORY)
    add_link_options(-Wl,-rpath,${asan_folder})
  else()
    list(APPEND flags -fno-sanitize=vptr)
    execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=libasan.so
      OUTPUT_VARIABLE TWEED_ASAN_RUNTIME OUTPUT_STRIP_TRAILING_WHITESPACE)
    get_filename_component(TWEED_ASAN_RUNTIME ${TWEED_ASAN_RUNTIME} REALPATH)
  endif()
  add_compile_options(${flags})
  add_link_options(${flags})
endif()
