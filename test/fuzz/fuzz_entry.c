/* fuzz_entry.c: libFuzzer on the reader of kernels' signatures in PTX: what is accepted has sizes, what isn't has a
 * message. */
#include "emu/entry.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  tweed_arena *arena = tweed_arena_new();
  tweed_emu_module m;
  tweed_error error = {.status = TWEED_OK};
  if (!text || !arena)
    abort();
  memcpy(text, data, size);
  text[size] = 0;
  if (emu_entries_read(text, arena, &m, &error) == TWEED_OK) {
    for (uint32_t k = 0; k < m.kernel_count; k++)
      for (uint32_t i = 0; i < m.kernels[k].param_count; i++)
        if (!m.kernels[k].name[0] || !m.kernels[k].params[i].size || !m.kernels[k].params[i].align)
          abort();
  } else if (!error.message[0]) {
    abort();
  }
  tweed_arena_free(arena);
  free(text);
  return 0;
}
