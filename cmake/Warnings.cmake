# The interface target tweed_warnings: what gcc 12 and clang 19 must both compile without a word.
add_library(tweed_warnings INTERFACE)
target_compile_options(tweed_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
  $<$<BOOL:${TWEED_WERROR}>:-Werror>)
# gcc's own manual: with sanitizers -Wmaybe-uninitialized warns of what is fine (here in LLVM's headers).
if(TWEED_SANITIZE AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(tweed_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
