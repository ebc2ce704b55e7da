/* contract.c: the launch contract of rewritten kernels, see tweed/emu.h. */
#include "emu/contract.h"
#include <stdio.h>
#include <string.h>

/* The constant of a kernel, or NULL. */
static const tweed_emu_global *find(const tweed_emu_module *module, const char *kernel) {
  static const char prefix[] = TWEED_EMU_CONTRACT_PREFIX;
  for (uint32_t i = 0; i < module->global_count; i++) {
    const char *name = module->globals[i].name;
    if (strncmp(name, prefix, strlen(prefix)) == 0 && strcmp(name + strlen(prefix), kernel) == 0)
      return &module->globals[i];
  }
  return NULL;
}

static tweed_status wrong(const tweed_emu_launch *l, tweed_error *error, const char *why) {
  return tweed_fail(error, TWEED_BAD_INPUT, "the launch contract of kernel %.80s %s", l->kernel->name, why);
}

/* A kernel that gets more memory only may be for blocks of any size and shape. */
static tweed_status check_block(const tweed_emu_launch *l, const uint32_t *words, tweed_error *error) {
  uint32_t threads = words[TWEED_EMU_CONTRACT_THREADS];
  if (!threads && !words[TWEED_EMU_CONTRACT_EXTRA_THREADS])
    return TWEED_OK;
  uint32_t width = words[TWEED_EMU_CONTRACT_WIDTH], height = words[TWEED_EMU_CONTRACT_HEIGHT];
  const uint32_t *block = l->block;
  if (!width && (block[1] != 1 || block[2] != 1))
    return wrong(l, error, "is for blocks of one dimension");
  if (width && (block[0] != width || block[1] != height))
    return tweed_fail(error, TWEED_BAD_INPUT,
                      "kernel %.80s was rewritten for blocks of %u by %u threads, not of %u by %u", l->kernel->name,
                      width, height, block[0], block[1]);
  if (threads != block[0] * block[1] * block[2])
    return tweed_fail(error, TWEED_BAD_INPUT, "kernel %.80s was rewritten for blocks of %u threads, not of %u",
                      l->kernel->name, threads, block[0] * block[1] * block[2]);
  return TWEED_OK;
}

tweed_status emu_contract_apply(tweed_emu_launch *l, tweed_error *error) {
  const tweed_emu_global *g = find(l->module, l->kernel->name);
  uint32_t words[TWEED_EMU_CONTRACT_WORDS];
  if (!g)
    return TWEED_OK;
  if (g->size != sizeof words)
    return wrong(l, error, "is not an array of 8 numbers of 32 bits");
  memcpy(words, g->address, sizeof words);
  if (words[TWEED_EMU_CONTRACT_VERSION] != 1)
    return wrong(l, error, "has a version that is not 1");
  tweed_status status = check_block(l, words, error);
  if (status != TWEED_OK)
    return status;
  if (words[TWEED_EMU_CONTRACT_EXTRA_THREADS] > EMU_MAX_THREADS ||
      words[TWEED_EMU_CONTRACT_EXTRA_SHARED] > UINT32_MAX - l->shared)
    return wrong(l, error, "asks for more than a block can have");
  if (words[TWEED_EMU_CONTRACT_WIDTH]) {
    l->block[0] *= l->block[1] * l->block[2];
    l->block[1] = l->block[2] = 1;
  }
  l->block[0] += words[TWEED_EMU_CONTRACT_EXTRA_THREADS];
  l->shared += words[TWEED_EMU_CONTRACT_EXTRA_SHARED];
  return TWEED_OK;
}
