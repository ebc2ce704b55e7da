/* fuzz_ptx.c: libFuzzer on the reader of inline PTX: what is accepted is a list of statements that are whole. */
#include "llvm/ptx.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const ptx_operand *o, int depth) {
  if (depth > 64 || (o->kind == PTX_NAME && !o->name) || (o->kind == PTX_PAIR && o->count != 2) ||
      (o->kind == PTX_MEMORY && (o->count < 1 || o->count > 2)))
    abort();
  for (size_t i = 0; i < o->count; i++)
    check(&o->items[i], depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tweed_arena *arena = tweed_arena_new();
  char *text = arena ? tweed_arena_alloc(arena, size + 1) : NULL;
  ptx_program program;
  tweed_error error;
  if (text) {
    memcpy(text, data, size);
    if (ptx_parse(arena, text, &program, &error) != TWEED_OK) {
      if (!error.message[0])
        abort();
    } else {
      for (size_t i = 0; i < program.count; i++) {
        const ptx_statement *s = &program.statements[i];
        if (!s->label == !s->mnemonic)
          abort();
        for (size_t k = 0; k < s->count; k++)
          check(&s->operands[k], 0);
      }
    }
  }
  tweed_arena_free(arena);
  return 0;
}
