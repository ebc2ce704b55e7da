/* tweed/emu.h: run NVPTX kernels on the CPU, with races, deadlocks and misuse caught (libtweed-emu).
 *
 * The pass tweed-emulate turns an NVPTX module into a host module that exports one tweed_emu_module. Link it with this
 * library, make a launch of one of its kernels, run it once for each seed, read the verdict. One block (CTA) runs at a
 * time; every thread of it is a thread of its own to ThreadSanitizer. The order in which threads take turns, and the
 * times at which asynchronous operations complete, are drawn from the seed alone: the same seed, the same run. */
#ifndef TWEED_EMU_H
#define TWEED_EMU_H

#include <stdio.h>
#include <tweed/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what the pass writes ---- */

#define TWEED_EMU_ABI 2

typedef enum tweed_emu_type {
  TWEED_EMU_I8,
  TWEED_EMU_I16,
  TWEED_EMU_I32,
  TWEED_EMU_I64,
  TWEED_EMU_F16,
  TWEED_EMU_BF16,
  TWEED_EMU_F32,
  TWEED_EMU_F64,
  TWEED_EMU_POINTER,
  TWEED_EMU_BYTES, /* a struct passed by value, or anything else */
} tweed_emu_type;

typedef struct tweed_emu_param {
  uint32_t type; /* tweed_emu_type */
  uint32_t size, align;
} tweed_emu_param;

/* The source line of an instruction: file is NULL and line 0 where the kernel has no debug information; `what` is the
 * instruction or intrinsic. One object for each call site, so that two instructions of one line can be told apart. */
typedef struct tweed_emu_place {
  const char *file, *function, *what;
  uint32_t line, column;
} tweed_emu_place;

/* The bytes of a shared variable, from the start of static shared memory. */
typedef struct tweed_emu_range {
  uint32_t offset, size;
} tweed_emu_range;

typedef struct tweed_emu_kernel {
  const char *name;
  void (*entry)(void *const *arguments); /* each points at one argument, as in cuLaunchKernel */
  const tweed_emu_param *params;
  uint32_t param_count;
  uint32_t shared_size; /* static shared memory, bytes */
  uint32_t max_threads; /* maxntid, 0 = not said */
  uint32_t registers;   /* maxnreg, 0 = not said */
  /* Its shared variables: accesses elsewhere in static shared memory are out of bounds. No ranges: all of it is one. */
  const tweed_emu_range *ranges;
  uint32_t range_count;
} tweed_emu_kernel;

/* A variable in global or constant memory. */
typedef struct tweed_emu_global {
  const char *name;
  void *address;
  uint64_t size;
} tweed_emu_global;

typedef struct tweed_emu_module {
  uint32_t abi; /* TWEED_EMU_ABI */
  uint32_t kernel_count, global_count;
  const tweed_emu_kernel *kernels;
  const tweed_emu_global *globals;
} tweed_emu_module;

/* ---- launches ---- */

typedef struct tweed_emu_launch tweed_emu_launch;

/* A launch of a kernel that is found by name, mangled or plain ("sgemm" for _Z5sgemmPfS_i, if only one is so called);
 * NULL: the module's only kernel. Grid and block are (1,1,1), no dynamic shared memory. The module must outlive it.
 * TWEED_BAD_INPUT: no such kernel (the message lists them). */
TWEED_API tweed_status tweed_emu_launch_new(TWEED_KEEP const tweed_emu_module *module, const char *kernel,
                                            TWEED_GIVE tweed_emu_launch **out, tweed_error *error);
TWEED_API void tweed_emu_launch_free(TWEED_TAKE tweed_emu_launch *launch);
TWEED_API const tweed_emu_kernel *tweed_emu_launch_kernel(TWEED_KEEP const tweed_emu_launch *launch);

TWEED_API void tweed_emu_launch_grid(tweed_emu_launch *launch, uint32_t x, uint32_t y, uint32_t z);
TWEED_API void tweed_emu_launch_block(tweed_emu_launch *launch, uint32_t x, uint32_t y, uint32_t z);
TWEED_API void tweed_emu_launch_shared(tweed_emu_launch *launch, uint32_t bytes);

/* The next argument. value: `size` bytes, copied; the size must be that of the parameter. buffer: a pointer to `size`
 * bytes of the caller's, which must live until the last run; accesses outside of all buffers are errors. */
TWEED_API tweed_status tweed_emu_launch_value(tweed_emu_launch *launch, const void *value, size_t size,
                                              tweed_error *error);
TWEED_API tweed_status tweed_emu_launch_buffer(tweed_emu_launch *launch, TWEED_KEEP void *data, size_t size,
                                               tweed_error *error);

/* ---- launches as text ----
 *
 *     sgemm<<<(2,2),256>>>(f32[8192]=random, f32[8192]=random, out f32[16384], 128, 64)
 *     scan<<<4, 256, 2048>>>(inout i32[1024]=range, 1024)
 *     gemm<<<1,128>>>(tensor(f16[8192]=random, [128,64], box[64,64], swizzle128), out f32[64], 2)
 *
 * KERNEL<<<GRID, BLOCK[, bytes of dynamic shared memory]>>>(ARGUMENTS); grid and block are X, (X,Y) or (X,Y,Z). An
 * argument is a number, or [out|inout] TYPE[COUNT][=zero|random|range|FILE] with a type i8 i16 i32 i64 f16 bf16 f32
 * f64; without a value, zero. random: whole numbers from -128 to 127, for floating types those divided by 128, so that
 * every type can say them exactly; the same for the same seed everywhere: the byte of element i of argument b is the
 * top byte of splitmix64's mix of seed·0x9e3779b97f4a7c15 + b·0xbf58476d1ce4e5b9 + i. range: 0, 1, 2, …, for f16 and
 * bf16 modulo 256. FILE: raw bytes. tensor(BUFFER, SIZES, BOX[, SWIZZLE]) is a buffer and the tensor map over it, which
 * is what the kernel gets, by value or by a pointer: sizes from the innermost, packed; swizzle32, swizzle64 or
 * swizzle128. */

/* ---- the launch contract ----
 *
 * A kernel that has been rewritten for more threads or more shared memory says so by a constant of its module,
 * __tweed_launch_KERNEL (KERNEL as the module calls it), an array of 8 u32 that the driver API can read, too. Launch
 * lines say block and shared memory of the original kernel; what the contract adds comes on top. Blocks have one
 * dimension then, whatever the original's have. */
#define TWEED_EMU_CONTRACT_PREFIX "__tweed_launch_"
enum {
  TWEED_EMU_CONTRACT_VERSION, /* 1 */
  TWEED_EMU_CONTRACT_THREADS, /* of a block of the original kernel: no other block fits; 0 = any, if none are extra */
  TWEED_EMU_CONTRACT_EXTRA_THREADS, /* behind those */
  TWEED_EMU_CONTRACT_STATIC_SHARED, /* bytes, for information */
  TWEED_EMU_CONTRACT_EXTRA_SHARED,  /* bytes of dynamic shared memory on top of the launch's */
  TWEED_EMU_CONTRACT_FLAGS,         /* for information */
  TWEED_EMU_CONTRACT_WIDTH,         /* the original's block in x and y, where it has more than one dimension; */
  TWEED_EMU_CONTRACT_HEIGHT,        /* else 0 */
  TWEED_EMU_CONTRACT_WORDS = 8,
};

/* data_seed: of =random. The launch owns the buffers; its block is what the kernel's contract makes of the line's.
 * TWEED_BAD_INPUT names the column of what is wrong, TWEED_IO a file. */
TWEED_API tweed_status tweed_emu_launch_parse(TWEED_KEEP const tweed_emu_module *module, const char *text,
                                              uint64_t data_seed, TWEED_GIVE tweed_emu_launch **out,
                                              tweed_error *error);
/* Buffers get back the values that they had at first, and so do the module's variables. */
TWEED_API void tweed_emu_launch_reset(tweed_emu_launch *launch);

typedef struct tweed_emu_output {
  uint32_t argument; /* 0-based */
  tweed_emu_type type;
  size_t count; /* elements */
  size_t size;  /* bytes */
  const void *data;
} tweed_emu_output;

/* The outputs (out, inout), in order; index below the number that tweed_emu_launch_outputs returns. */
TWEED_API size_t tweed_emu_launch_outputs(TWEED_KEEP const tweed_emu_launch *launch);
TWEED_API tweed_emu_output tweed_emu_launch_output(TWEED_KEEP const tweed_emu_launch *launch, size_t index);
/* FNV-1a of the bytes. */
TWEED_API uint64_t tweed_emu_checksum(const tweed_emu_output *output);
/* The largest difference between elements of two outputs of one type and count, with the index of that element; a NaN
 * beside a number counts as infinite. */
TWEED_API double tweed_emu_difference(const tweed_emu_output *a, const tweed_emu_output *b, size_t *index);
/* Writes a launch that came from text into a folder, which must exist, so that another program can run it on a GPU:
 * plan.json has the kernel's name, grid, block and dynamic shared memory as the line says them, without the contract,
 * and every argument; argument.N (1-based) the bytes that buffer N begins with, unless all of them are zero.
 * docs/gpu.md describes the format. */
TWEED_API tweed_status tweed_emu_launch_plan(TWEED_KEEP const tweed_emu_launch *launch, const char *folder,
                                             tweed_error *error);
/* "i8", …, "f64", "pointer", "bytes" */
TWEED_API const char *tweed_emu_type_name(tweed_emu_type type);

/* ---- tensor maps ---- */

enum { TWEED_EMU_TENSOR_RANK = 5, TWEED_EMU_TENSOR_MAP_SIZE = 128 };

/* What cuTensorMapEncodeTiled is told, dimensions from the innermost. */
typedef struct tweed_emu_tensor {
  void *address;                          /* a multiple of 16; in a buffer of the launch */
  tweed_emu_type type;                    /* of an element */
  uint32_t rank;                          /* 1 to 5 */
  uint64_t size[TWEED_EMU_TENSOR_RANK];   /* elements */
  uint64_t stride[TWEED_EMU_TENSOR_RANK]; /* bytes, multiples of 16; 0: packed; [0] is not looked at */
  uint32_t box[TWEED_EMU_TENSOR_RANK];    /* elements, at most 256 each; a row has a multiple of 16 bytes */
  uint32_t swizzle;                       /* 0, 32, 64 or 128: bytes */
} tweed_emu_tensor;

/* Writes the map that tile copies take: 128 bytes, to be passed by value, or by a pointer to a buffer that holds them
 * at a multiple of 64. What lies outside of the tensor is read as zero. The bytes mean nothing to a GPU. */
TWEED_API tweed_status tweed_emu_tensor_map_encode(const tweed_emu_tensor *tensor, void *map, tweed_error *error);

/* ---- runs ---- */

typedef enum tweed_emu_fault {
  TWEED_EMU_CLEAN,
  TWEED_EMU_RACE,          /* ThreadSanitizer's report is on stderr */
  TWEED_EMU_DEADLOCK,      /* every thread waits */
  TWEED_EMU_MISUSE,        /* barriers, parities, registers, copies in flight at exit, … */
  TWEED_EMU_DIVERGENCE,    /* an instruction that a warp must run together, and didn't */
  TWEED_EMU_BOUNDS,        /* out of bounds */
  TWEED_EMU_UNINITIALIZED, /* shared memory that nobody wrote */
  TWEED_EMU_TRAP,          /* the kernel's own: trap, a failed assertion */
} tweed_emu_fault;

/* "clean", "race", "deadlock", "misuse", "divergence", "bounds", "uninitialized", "trap" */
TWEED_API const char *tweed_emu_fault_name(tweed_emu_fault fault);

typedef struct tweed_emu_options {
  uint64_t seed;       /* 0: threads run in order, each until it waits, and copies complete at once */
  bool os_threads;     /* an OS thread for each GPU thread instead of a coroutine: slower, for debuggers */
  uint32_t stack_size; /* bytes of stack for each GPU thread; 0 = 256 KiB */
} tweed_emu_options;

/* The first fault of a run. The text names kernel, block, thread and place, and ends without a newline; further lines
 * give details (who waits where). It lives as long as the launch, until its next run. */
typedef struct tweed_emu_verdict {
  tweed_emu_fault fault;
  const char *text; /* "" where clean */
  uint32_t block[3], thread[3];
  const tweed_emu_place *place; /* or NULL */
} tweed_emu_verdict;

/* Runs all blocks. options NULL: all zero. TWEED_OK: it ran, and *verdict says how; anything else: it could not run
 * (arguments missing, block too large, out of memory), and error says why. Not to be called from inside a kernel. */
TWEED_API tweed_status tweed_emu_run(tweed_emu_launch *launch, const tweed_emu_options *options,
                                     tweed_emu_verdict *verdict, tweed_error *error);

/* A message about the run that is under way, for a watchdog in another thread that has lost patience with it: "PLACE:
 * error: WHAT [kernel K, block (X,Y,Z), thread (X,Y,Z)]" of the running thread, with the place of its last load, store
 * or other thing that others see, which may be a moment old. Returns buffer. */
TWEED_API char *tweed_emu_whereabouts(TWEED_KEEP const tweed_emu_launch *launch, const char *what, char *buffer,
                                      size_t size);
/* Whether an address that the run under way could not access lies just below the stack of the running thread. */
TWEED_API bool tweed_emu_stack_is_full(TWEED_KEEP const tweed_emu_launch *launch, const void *address);

#ifdef __cplusplus
}
#endif
#endif
