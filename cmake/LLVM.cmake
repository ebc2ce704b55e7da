# TweedLLVM.so and libtweed-llvm. Neither links anything of LLVM: the plugin finds it in the program that loads it (a second
# copy of LLVM in one process ends in an abort), the library in the program that it is linked into.
set(TWEED_HAVE_LLVM OFF)
if(NOT TWEED_LLVM STREQUAL OFF)
  find_package(LLVM 19.1 QUIET CONFIG HINTS /usr/lib/llvm-19/lib/cmake/llvm)
  if(LLVM_FOUND)
    set(TWEED_HAVE_LLVM ON)
  elseif(TWEED_LLVM STREQUAL AUTO)
    message(STATUS "LLVM 19.1 is missing (Debian: llvm-19-dev): TweedLLVM.so is left out")
  else()
    message(FATAL_ERROR "The plugin needs LLVM 19.1 (Debian: llvm-19-dev, which tools/setup.sh installs). "
      "If it is in an unusual place, set -DLLVM_DIR=<prefix>/lib/cmake/llvm; found and rejected: ${LLVM_CONSIDERED_VERSIONS}")
  endif()
endif()
if(NOT TWEED_HAVE_LLVM)
  return()
endif()
message(STATUS "LLVM ${LLVM_PACKAGE_VERSION} in ${LLVM_DIR}")

# passes/llvm/plugin*.cpp is the plugin's entry; all else is shared by plugin and library.
file(GLOB pass_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/llvm/*.c
  ${PROJECT_SOURCE_DIR}/lib/llvm/nvptx/*.c ${PROJECT_SOURCE_DIR}/passes/llvm/*.cpp)
file(GLOB plugin_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/passes/llvm/plugin*.cpp)
# The names of matrix instructions are read by the pass and by the run time's tests alike.
foreach(part number mma mma_name tile wgmma)
  list(APPEND pass_sources ${PROJECT_SOURCE_DIR}/lib/emu/${part}.c)
endforeach()
list(REMOVE_ITEM pass_sources ${plugin_sources})
if(NOT pass_sources)
  set(TWEED_HAVE_LLVM OFF)
  return()
endif()

add_library(tweed_pass_objects OBJECT ${pass_sources})
add_library(TweedLLVM MODULE ${plugin_sources} $<TARGET_OBJECTS:tweed_pass_objects>
  $<TARGET_OBJECTS:tweed_model_objects> $<TARGET_OBJECTS:tweed_objects> ${avx2_objects})
add_library(tweed_llvm STATIC $<TARGET_OBJECTS:tweed_pass_objects>)
foreach(target tweed_pass_objects TweedLLVM tweed_llvm)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/lib ${PROJECT_SOURCE_DIR}/passes)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_include_directories(${target} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS})
  target_compile_definitions(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:_POSIX_C_SOURCE=200809L>)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti;-fno-exceptions>)
endforeach()
target_link_libraries(tweed_pass_objects PRIVATE tweed_warnings)

# The plugin carries its own libtweed. Its symbols are local, so that a host with another libtweed keeps the two apart; those of
# LLVM's templates stay visible, since some are compared by address.
set(exports ${PROJECT_SOURCE_DIR}/cmake/plugin.map)
target_link_libraries(TweedLLVM PRIVATE tweed_warnings ${TWEED_SYSTEM_LIBRARIES})
target_link_options(TweedLLVM PRIVATE -Wl,--version-script=${exports})
set_target_properties(TweedLLVM PROPERTIES PREFIX "" SUFFIX .so LINKER_LANGUAGE CXX LINK_DEPENDS ${exports})

set_target_properties(tweed_llvm PROPERTIES OUTPUT_NAME tweed-llvm LINKER_LANGUAGE CXX)
target_link_libraries(tweed_llvm PUBLIC tweed_static)
