# The kernels of cuda/ as PTX, a C string in libtweed, which the driver of a GPU compiles at run time. clang-19 needs nothing
# of CUDA for it; nvcc does it where there is no clang. Without either the library says that it has no kernels.
set(TWEED_CUDA AUTO CACHE STRING "Compile the GPU kernels: ON, OFF, or AUTO (if clang-19 or nvcc is there)")
set_property(CACHE TWEED_CUDA PROPERTY STRINGS AUTO ON OFF)
find_program(TWEED_CUDA_CLANG clang-19)
find_program(TWEED_CUDA_NVCC nvcc HINTS /usr/local/cuda/bin)
mark_as_advanced(TWEED_CUDA_CLANG TWEED_CUDA_NVCC)

# No fused operations, so that a GPU leaves the same bits behind as a CPU. The oldest PTX that the kernels can do with is taken by
# all later drivers. Unrolled loops would need more registers than two blocks of a processor have.
set(cuda_source ${PROJECT_SOURCE_DIR}/cuda/gaus.cu)
set(cuda_ptx ${PROJECT_BINARY_DIR}/generated/gaus.ptx)
set(cuda_command "")
if(TWEED_CUDA AND TWEED_CUDA_CLANG)
  set(cuda_command ${TWEED_CUDA_CLANG} -x cuda --cuda-device-only --cuda-gpu-arch=sm_70 --cuda-path=/nonexistent -nocudainc -nocudalib
    -O3 -fno-unroll-loops -ffp-contract=off -S -o ${cuda_ptx} ${cuda_source})
elseif(TWEED_CUDA AND TWEED_CUDA_NVCC)
  set(cuda_command ${TWEED_CUDA_NVCC} -arch=compute_75 -O3 --fmad=false -ptx -o ${cuda_ptx} ${cuda_source})
elseif(TWEED_CUDA STREQUAL "ON")
  message(FATAL_ERROR "TWEED_CUDA is ON, but there is neither clang-19 nor nvcc")
else()
  message(STATUS "Tweed: no GPU kernels in this build")
endif()

file(GLOB cuda_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cuda/gaus_*.h)
set(cuda_embedded ${PROJECT_BINARY_DIR}/generated/gaus_ptx.c)
if(cuda_command)
  add_custom_command(OUTPUT ${cuda_ptx} COMMAND ${cuda_command} DEPENDS ${cuda_source} ${cuda_headers}
    COMMENT "Compiling the GPU kernels" VERBATIM)
  set(cuda_depends ${cuda_ptx})
else()
  set(cuda_ptx "")
  set(cuda_depends "")
endif()
add_custom_command(OUTPUT ${cuda_embedded}
  COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${cuda_embedded}" "-DPTX=${cuda_ptx}" -P ${PROJECT_SOURCE_DIR}/cmake/embed_ptx.cmake
  DEPENDS ${cuda_depends} ${PROJECT_SOURCE_DIR}/cmake/embed_ptx.cmake
  COMMENT "Embedding the GPU kernels" VERBATIM)
