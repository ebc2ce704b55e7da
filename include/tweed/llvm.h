/* tweed/llvm.h: the LLVM passes for compilers that link Tweed instead of loading the plugin.
 *
 * The plugin TweedLLVM.so and this library run the same code. Link libtweed-llvm and the host's own libLLVM 19. */
#ifndef TWEED_LLVM_H
#define TWEED_LLVM_H

#include <llvm-c/Types.h>
#include <tweed/solve.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tweed_llvm_mode {
  TWEED_LLVM_PRINT_GRAPH,    /* print<tweed-graph> */
  TWEED_LLVM_PRINT_SCHEDULE, /* print<tweed-schedule> */
  TWEED_LLVM_PIPELINE,       /* tweed-pipeline: every loop that can be */
  TWEED_LLVM_AUTO,           /* tweed: every loop where it pays, in the way that pays most */
  TWEED_LLVM_SPECIALIZE,     /* tweed-warp-specialize: loops over tiles of GPU kernels, by warps that only copy */
} tweed_llvm_mode;

typedef struct tweed_llvm_options {
  tweed_llvm_mode mode;
  const char *machine;   /* shipped name, path, or NULL = "auto": follow the function's target-cpu */
  const char *solver;    /* NULL = auto */
  int32_t time_limit_ms; /* 0 = limit the work, not the time: the same IR on every machine */
  int32_t max_stages;    /* 0 = default */
  int32_t max_ii;        /* 0 = no limit */
  uint64_t seed;
  bool force;       /* TWEED_LLVM_AUTO: do not ask the profit model */
  bool keep_launch; /* kernels for a GPU stay launchable as they are: no threads and no dynamic shared memory are added
                       (docs/gpu-kernels.md) */
  bool registers;   /* specialised kernels: four warps copy and give the others registers (setmaxnreg), where the target
                       can; without it, where the others would have too few */
  int32_t block[3]; /* threads of the kernels' blocks in x, y, z, where launch bounds say nothing of it, or their number
                       only; 0 = not given */
  int32_t dynamic;  /* bytes of dynamic shared memory that kernels which use it are launched with, 0 = not given */
  const char *report; /* a folder for a page on each kernel for a GPU that has loops over tiles, NULL = none */
  FILE *out;          /* print modes; NULL = stderr, as LLVM's printers */
} tweed_llvm_options;

TWEED_API void tweed_llvm_options_default(tweed_llvm_options *options);

/* Fills options from text as it stands between the angle brackets of a pass ("machine=cortex-a55;max-stages=3;force").
 * Strings are copied into buffer, which must live as long as the options. TWEED_BAD_INPUT names the wrong parameter. */
TWEED_API tweed_status tweed_llvm_options_parse(const char *text, char *buffer, size_t size,
                                                tweed_llvm_options *options, tweed_error *error);

/* Runs on every innermost loop of a function definition, with analyses of its own. *changed (may be NULL) says whether
 * the IR was changed. A loop that can't be pipelined is left exactly as it was; that is not an error. */
TWEED_API tweed_status tweed_llvm_run(LLVMValueRef function, const tweed_llvm_options *options, bool *changed,
                                      tweed_error *error);

/* ---- tweed-emulate ---- */

typedef struct tweed_emulate_options {
  const char *name; /* the tweed_emu_module is exported as tweed_emu_module_NAME; NULL: "kernels" */
  bool tsan;        /* functions get sanitize_thread */
  bool no_checks;   /* no checks of bounds and of uninitialized shared memory */
} tweed_emulate_options;

/* Turns a module of NVPTX into a module of the host that runs on libtweed-emu (tweed/emu.h). TWEED_BAD_INPUT: an
 * instruction is not supported, or the module is not of NVPTX; everything that is wrong has been told through the
 * context's diagnostics, and the module is only good for being thrown away. */
TWEED_API tweed_status tweed_emulate_module(LLVMModuleRef module, const tweed_emulate_options *options,
                                            tweed_error *error);

#ifdef __cplusplus
}
#endif
#endif
