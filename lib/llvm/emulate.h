/* emulate.h: the pass tweed-emulate in parts. Private to lib/llvm.
 *
 * emulate.c        the order of things: kernels, flattening, every instruction, tables
 * emulate_shared.c shared variables become offsets
 * emulate_layout.c which offsets
 * emulate_table.c  WHICH INTRINSIC AND WHICH PTX INSTRUCTION CALLS WHAT: new instructions are rows there
 * emulate_match.c  patterns of names
 * emulate_call.c   calls of the run time from rows
 * emulate_math.c   intrinsics that are plain arithmetic
 * emulate_flush.c  .ftz
 * emulate_matrix.c mma, wmma, ldmatrix; emulate_wgmma.c the accumulators of wgmma
 * emulate_access.c loads, stores, atomics
 * ptx_parse.c, ptx_build.c   inline PTX
 * emulate_place.c  places and strings
 * emulate_out.c    the module's tables of kernels and variables */
#ifndef TWEED_LLVM_EMULATE_H
#define TWEED_LLVM_EMULATE_H

#include "base/base.h"
#include "llvm/host.h"
#include <tweed/llvm.h>

/* How a name is turned into a call.
 *
 * pattern: the name of an intrinsic without "llvm.nvvm.", or an instruction of PTX with its modifiers; words between
 * dots. A word of the pattern is word         itself a|b|c        one of these ?a|b         one of these, or nothing
 *   #a|b         one of these; which one is passed to the function as an i32 (0, 1, …)
 *   #?a|b        one of these, or nothing; passed: 0 for nothing, else 1, 2, …
 *   m64n@k16     @ is a decimal number, which is passed
 *   **           all words that are left, not looked at
 * What is passed comes behind the place, in the order of the pattern.
 *
 * signature, intrinsics: "RESULT:OPERANDS", one letter for each operand of the call; of PTX: one item for each operand,
 * split by commas, results first. See emulate_call.c and ptx.h for the letters. */
typedef struct tw_row {
  const char *pattern, *function, *signature;
} tw_row;
extern const tw_row tw_intrinsic_rows[], tw_ptx_rows[]; /* ended by a row of NULL */

/* LLVMAttributeFunctionIndex, with the type that the functions of LLVM-C take. */
#define TW_OF_FUNCTION ((LLVMAttributeIndex)LLVMAttributeFunctionIndex)

enum { TW_MAX_PASSED = 16 };
/* Whether name matches; passed[0 … *count) are the numbers to pass. */
bool tw_match(const char *pattern, const char *name, uint32_t passed[TW_MAX_PASSED], uint32_t *count);

/* Bytes of shared memory that a variable has. */
typedef struct tw_range {
  uint64_t offset, size;
} tw_range;

typedef struct tw_kernel {
  char *name;
  int64_t max_threads, registers;
  uint32_t shared; /* bytes of static shared memory */
  tw_range *ranges;
  size_t range_count, range_room;
} tw_kernel;

typedef struct tw_shared {
  char *name;
  uint64_t size, align, offset;
  bool dynamic;
} tw_shared;

typedef struct tw_emulation {
  LLVMModuleRef module;
  LLVMContextRef context;
  LLVMBuilderRef builder;
  tweed_arena *arena;
  const tweed_emulate_options *options;
  LLVMTypeRef none, i1, i8, i16, i32, i64, f32, f64, pointer, place;
  tw_kernel *kernels;
  tw_shared *shared;
  size_t kernel_count, kernel_room, shared_count, shared_room;
  size_t errors;
  const char *messages; /* of the first errors, a line for each */
} tw_emulation;

/* Tells the user, and counts. */
void tw_emulation_error(tw_emulation *e, LLVMValueRef instruction, const char *format, ...) TWEED_PRINTF(3, 4);

/* ---- emulate_place.c ---- */
LLVMValueRef tw_string(tw_emulation *e, const char *text);
/* The place of an instruction; what: its name. */
LLVMValueRef tw_place(tw_emulation *e, LLVMValueRef instruction, const char *what);

/* An array of places, for the statements of inline PTX. */
struct ptx_program;
LLVMValueRef tw_places(tw_emulation *e, LLVMValueRef call, const struct ptx_program *program);

/* ---- emulate_access.c ---- */
/* tweed_emu_type of an access that the run time can do, or -1; pointers are I64. */
int tw_type_code(LLVMTypeRef type);

/* ---- emulate_call.c ---- */
/* Calls a function of the run time, declaring it at first use. */
LLVMValueRef tw_call(tw_emulation *e, const char *name, LLVMTypeRef result, LLVMValueRef *arguments, unsigned count);
/* What the run time returns for the letter of a result. */
LLVMTypeRef tw_result_type(tw_emulation *e, char letter);
/* A call as its row says, in place of an intrinsic. False where the operands don't fit the row. */
bool tw_call_row(tw_emulation *e, LLVMValueRef call, const tw_row *row, const char *name, const uint32_t *passed,
                 uint32_t passed_count);
/* Any value of at most 32 or 64 bits as i32 or i64, and back. */
LLVMValueRef tw_to_bits(tw_emulation *e, LLVMValueRef value, LLVMTypeRef integer);
LLVMValueRef tw_from_bits(tw_emulation *e, LLVMValueRef bits, LLVMTypeRef type);
/* Room on the stack of the function that is being built, in its entry block. */
LLVMValueRef tw_stack(tw_emulation *e, LLVMTypeRef type);
LLVMValueRef tw_number(LLVMTypeRef type, uint64_t value);
/* The replacement takes over all uses; the instruction goes. replacement may be NULL where there is no result. */
void tw_replace(LLVMValueRef instruction, LLVMValueRef replacement);

/* ---- emulate_flush.c ---- */
/* Whether an intrinsic or an instruction of PTX has .ftz. */
bool tw_is_flushing(const char *name);
/* An intrinsic that has it: its operands and its result go through flushes, and it is done without. */
void tw_flush_call(tw_emulation *e, LLVMValueRef call, const char *name);
/* Bits of a type of PTX, i64, flushed. */
LLVMValueRef tw_flush(tw_emulation *e, LLVMValueRef place, uint32_t type, LLVMValueRef bits);

/* ---- the others ---- */
void tw_find_shared(tw_emulation *e);
void tw_lay_out_shared(tw_emulation *e);
void tw_lower_shared(tw_emulation *e);
/* True: it was one of these. */
bool tw_lower_math(tw_emulation *e, LLVMValueRef call, const char *name);
/* The same for mma, wmma and ldmatrix; full: the name with llvm.nvvm. */
bool tw_lower_matrix(tw_emulation *e, LLVMValueRef call, const char *full);
/* The number that stands for a matrix instruction of PTX, for the run time; false and why where it isn't supported. */
bool tw_matrix_code(const char *mnemonic, uint64_t *code, tweed_error *error);
/* All wgmma.mma_async of the module; comes before everything else that reads instructions. */
void tw_lower_wgmma(tw_emulation *e);
/* The value of a special register ("tid.x"), or NULL: there is none of that name. */
LLVMValueRef tw_special_register(tw_emulation *e, const char *name);
void tw_lower_access(tw_emulation *e, LLVMValueRef instruction);
/* True: it was an intrinsic such as atomic.add.gen.i.cta. */
bool tw_lower_scoped_atomic(tw_emulation *e, LLVMValueRef call, const char *name);
void tw_lower_asm(tw_emulation *e, LLVMValueRef call);
void tw_write_tables(tw_emulation *e);

#endif
