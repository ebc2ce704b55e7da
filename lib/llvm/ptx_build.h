/* ptx_build.h: what the makers of functions from inline PTX share: ptx_value.c (registers, values), ptx_call.c
 * (statements as calls, by the rows of the table), ptx_build.c (blocks, the function). */
#ifndef TWEED_LLVM_PTX_BUILD_H
#define TWEED_LLVM_PTX_BUILD_H

#include "llvm/ptx.h"

typedef struct slot {
  LLVMValueRef variable;
  LLVMTypeRef type;
} ptx_slot;

typedef struct label {
  const char *name;
  LLVMBasicBlockRef block;
} ptx_label;

enum { MAX_SLOTS = 256, MAX_LABELS = 64, MAX_ARGUMENTS = 64, MAX_WORDS = 128 };

typedef struct assembly {
  tw_emulation *e;
  LLVMValueRef call; /* for messages */
  const ptx_program *program;
  LLVMValueRef function, place; /* place: of the statement that is being built */
  uint64_t code;                /* of the statement, if it is a matrix instruction */
  ptx_slot slots[MAX_SLOTS];    /* the operands of the assembly, results first */
  size_t slot_count, result_count;
  ptx_slot *registers; /* beside program->registers */
  ptx_label labels[MAX_LABELS];
  size_t label_count;
} ptx_assembly;

typedef struct operand_list {
  LLVMValueRef all[MAX_ARGUMENTS];
  unsigned first[MAX_ARGUMENTS], length[MAX_ARGUMENTS]; /* of each operand */
  unsigned count, operands;
} ptx_arguments;

/* Tells the user; returns false. name may be NULL. */
bool ptx_wrong(ptx_assembly *a, const char *what, const char *name);

/* ---- ptx_value.c: all tell the user what is wrong, and return NULL or false then ---- */

/* Of a .reg; NULL, without a message, where there is none of that name. */
LLVMTypeRef ptx_register_type(tw_emulation *e, const char *type);
/* NULL without a message. */
ptx_slot *ptx_find_register(ptx_assembly *a, const char *name);
ptx_slot *ptx_find_slot(ptx_assembly *a, const ptx_operand *o);
LLVMValueRef ptx_value(ptx_assembly *a, const ptx_operand *o, LLVMTypeRef wanted);
bool ptx_assign(ptx_assembly *a, const ptx_operand *o, LLVMValueRef bits);
/* The words of {…}, or of one register; registers of 64 bits have words of 64 bits. */
size_t ptx_words(const ptx_operand *o, const ptx_operand **items);
LLVMTypeRef ptx_word_type(ptx_assembly *a, const ptx_operand *items, size_t count);
LLVMValueRef ptx_word_at(ptx_assembly *a, LLVMTypeRef type, LLVMValueRef room, size_t i);
bool ptx_add(ptx_arguments *to, LLVMValueRef value);
/* An operand as its letter says (ptx.h); one that is missing. */
bool ptx_add_operand(ptx_assembly *a, const ptx_operand *o, char letter, ptx_arguments *to);
bool ptx_add_missing(ptx_assembly *a, char letter, ptx_arguments *to);

/* ---- ptx_call.c ---- */
bool ptx_build_call(ptx_assembly *a, const ptx_statement *s);
bool ptx_build_mov(ptx_assembly *a, const ptx_statement *s);

#endif
