/* ptx.h: inline PTX: a template of LLVM's inline assembly as statements (ptx_parse.c), and those as a function of calls
 * (ptx_build.c). Private to lib/llvm.
 *
 * Which instruction calls what stands in tw_ptx_rows (emulate_table.c). A row's signature has one item for each operand
 * of the instruction, split by commas. The result, if there is one, is the first item:
 *   - =i =l =f =d: what the function returns, i32, i64, float, double, as bits of the register
 *   - =b: a predicate, whether the i32 that it returns isn't 0
 *   - =P: d|p, a register from the low half of the i64 that it returns, a predicate from bit 32
 *   - =o: {…} or a register, through a pointer that is passed before the operands, to 32-bit words (64-bit ones for
 *     registers of 64 bits), one behind the other
 *
 * Operands:
 *   - i l f d: a register or a number, as bits of i32, i64, float, double
 *   - p: a predicate, as i32
 *   - a: [address+offset], as a pointer; shared addresses of 32 bits become pointers
 *   - m: the same as i64, as it stands
 *   - t: [address, {x, y, …}], as m, an i32 that counts the coordinates, a pointer to them as i32
 *   - +: {…} or a register, a pointer to the words as for =o
 *   - #N: no operand, the number N as i32
 *   - $: no operand, the instruction as a number, i64 (tw_matrix_code)
 *
 * A ? behind an item: the operand may be missing; then it is 0 or NULL. ";201" at the end: the order in which the
 * operands (without results and numbers) are passed. */
#ifndef TWEED_LLVM_PTX_H
#define TWEED_LLVM_PTX_H

#include "llvm/emulate.h"

typedef enum ptx_kind {
  PTX_NAME,   /* a register, a special register (%tid.x), or a label */
  PTX_SLOT,   /* operand number `number` of the assembly */
  PTX_NUMBER, /* `number`, the bits; bits of a float or a double if `width` says 32 or 64 */
  PTX_VECTOR, /* {items} */
  PTX_MEMORY, /* [items[0] + number] or [items[0], items[1]] */
  PTX_PAIR,   /* items[0] | items[1] */
  PTX_SINK,   /* _ */
} ptx_kind;

typedef struct ptx_operand {
  ptx_kind kind;
  bool negated; /* !p */
  const char *name;
  uint64_t number;
  int width;
  struct ptx_operand *items;
  size_t count, room;
} ptx_operand;

typedef struct ptx_statement {
  const char *label;    /* a label, and nothing else; or NULL */
  const char *mnemonic; /* "mbarrier.try_wait.parity.shared::cta.b64" */
  const char *guard;    /* @p, or NULL */
  bool guard_negated;
  ptx_operand *operands;
  size_t count, room;
} ptx_statement;

typedef struct ptx_register {
  const char *name, *type; /* "pred", "b32", … */
} ptx_register;

struct ptx_program {
  ptx_statement *statements;
  ptx_register *registers;
  size_t count, room, register_count, register_room;
};
typedef struct ptx_program ptx_program;

/* Allocates in arena. TWEED_BAD_INPUT says what it could not read. */
tweed_status ptx_parse(tweed_arena *arena, const char *text, ptx_program *out, tweed_error *error);

#endif
