/* emulate_wgmma.h: one wgmma.mma_async as inline PTX, read. Private to lib/llvm. */
#ifndef TWEED_LLVM_EMULATE_WGMMA_H
#define TWEED_LLVM_EMULATE_WGMMA_H

#include "llvm/emulate.h"

enum { TW_WGMMA_REGISTERS = 128 };

/* Numbers of operands are those of the call. */
typedef struct tw_wgmma {
  LLVMValueRef call;
  const char *name;
  uint64_t code;                /* emu_wgmma_pack */
  uint64_t flags;               /* as tweed_emu_wgmma takes them */
  int scale_d;                  /* operand that isn't 0 if D counts; -1: flags say it */
  unsigned registers;           /* of D: result i of the call is register i */
  int tied[TW_WGMMA_REGISTERS]; /* the operand that is register i before; -1: none */
  unsigned a[4], a_count;       /* four registers, or (a_count 0) the descriptor a[0] */
  unsigned b;
  LLVMValueRef room; /* for tokens */
} tw_wgmma;

/* Assembly that hands its inputs on as its outputs and does nothing else ("" : "+f"(x)), or nothing but waiting
 * (wgmma.wait_group). */
typedef struct tw_transparent {
  unsigned outputs;
  int tied[TW_WGMMA_REGISTERS]; /* the operand that an output is */
  bool waits;
  uint32_t pending; /* groups that may stay in flight */
} tw_transparent;

/* Whether a call is one; out may be NULL. */
bool tw_read_transparent(LLVMValueRef call, tw_transparent *out);

bool tw_is_wgmma(LLVMValueRef instruction);
/* False: it is not supported, which has been told. */
bool tw_read_wgmma(tw_emulation *e, LLVMValueRef call, tw_wgmma *out);

#endif
