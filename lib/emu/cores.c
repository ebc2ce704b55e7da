/* cores.c: runs products in flight, and keeps the tensor cores of a block. The instructions are in warpgroup.c. */
#include "emu/cores.h"
#include "emu/heap.h"

#include <string.h>

/* How a seed treats products. */
enum { EAGER, LAZY, MIXED, PACES };

/* ---- one product ---- */

typedef struct fetch_context {
  emu_cores *cores;
  const emu_core *core;
  const emu_product *product;
  const char *operand;
} fetch_context;

static void report(const fetch_context *f, tweed_emu_fault fault, const char *what, uint32_t address) {
  emu_thread *lane = f->core->warp->threads[0];
  emu_report(f->cores->machine, lane, fault, f->product->place,
             "wgmma reads %s of shared memory for %s, at %d from the start", what, f->operand,
             (int)address - EMU_SHARED_RESERVED);
}

/* What the generic proxy wrote last has come to the async proxy by a fence. */
static bool seen_by_proxy(const fetch_context *f, uint32_t address, uint32_t size) {
  emu_block *block = f->core->warp->threads[0]->block;
  const emu_writer *w = emu_proxy_stale(block->async, f->product->fence, address, size);
  if (!w)
    return true;
  const uint32_t *id = block->threads[w->thread].id;
  emu_report(f->cores->machine, f->core->warp->threads[0], TWEED_EMU_MISUSE, f->product->place,
             "wgmma reads shared memory for %s that thread (%u,%u,%u) wrote, with no fence.proxy.async in between",
             f->operand, id[0], id[1], id[2]);
  return false;
}

/* Sixteen bytes of an operand, as the async proxy reads them. */
static bool fetch(void *context, uint32_t address, uint32_t size, void *into) {
  const fetch_context *f = context;
  emu_machine *m = f->cores->machine;
  uint32_t end = EMU_SHARED_RESERVED + m->block->shared_size;
  if (address < EMU_SHARED_RESERVED || address > end || size > end - address) {
    report(f, TWEED_EMU_BOUNDS, "beyond the end", address);
    return false;
  }
  for (uint32_t i = 0; i < size; i++)
    if (!(m->shadow[address + i] & EMU_BYTE_WRITTEN)) {
      report(f, TWEED_EMU_UNINITIALIZED, "bytes that nobody wrote", address + i);
      return false;
    }
  if (!seen_by_proxy(f, address, size))
    return false;
  emu_tsan_access(m->window + address, size, false, f->product->pc);
  memcpy(into, m->window + address, size);
  return true;
}

static uint32_t register_of(const emu_core *core, uint32_t lane, uint64_t token) {
  if (token == EMU_TOKEN_NONE)
    return 0;
  if (token >> 32 == 0)
    return (uint32_t)token;
  const emu_product *p = core->products[(token >> 32) - 1];
  return p->d[lane * (uint32_t)emu_wgmma_words(&p->wgmma) + (uint32_t)token];
}

/* The warp's rows of A and all columns of B. */
static bool read_operands(emu_cores *cores, const emu_core *core, const emu_product *p) {
  const emu_wgmma *w = &p->wgmma;
  int first = (int)(core->warp->index % 4) * 16;
  fetch_context f = {cores, core, p, "A"};
  if (p->in_registers)
    for (int lane = 0; lane < EMU_WARP; lane++)
      emu_wgmma_unpack_a(w, lane, p->a_words[lane], cores->a);
  else if (!emu_wgmma_read(w, w->a, p->a, p->flags.trans_a, first, 16, fetch, &f, cores->a))
    return false;
  f.operand = "B";
  return emu_wgmma_read(w, w->b, p->b, p->flags.trans_b, 0, w->n, fetch, &f, cores->b);
}

static void run(emu_cores *cores, emu_core *core, emu_product *p) {
  uint32_t words = (uint32_t)emu_wgmma_words(&p->wgmma);
  emu_acquire(&core->issued);
  if (!read_operands(cores, core, p))
    return;
  for (uint32_t lane = 0; lane < EMU_WARP; lane++) {
    uint32_t *d = p->d + lane * words;
    for (uint32_t i = 0; i < words; i++)
      d[i] = register_of(core, lane, p->tokens[lane * words + i]);
    emu_wgmma_multiply(&p->wgmma, &p->flags, (int)lane, cores->a, cores->b, d);
  }
  emu_release(&core->done[p->group % EMU_CORE_GROUPS]);
}

void emu_core_run(emu_cores *cores, emu_core *core) {
  emu_product *p = core->products[core->run];
  void *mine = emu_tsan_fiber_current();
  if (!core->fiber) {
    core->fiber = emu_tsan_fiber_new();
    emu_tsan_fiber_name(core->fiber, "tensor core");
  }
  emu_tsan_fiber_switch(core->fiber);
  run(cores, core, p);
  emu_tsan_fiber_switch(mine);
  p->over = true;
  core->run++;
  emu_free(p->tokens);
  p->tokens = NULL;
}

/* ---- the agent ---- */

static bool step(emu_agent *agent, emu_machine *machine) {
  emu_cores *cores = (emu_cores *)(void *)agent;
  uint32_t warps = machine->block->warp_count, first = 0;
  if (cores->pace == LAZY)
    return false;
  first = tweed_random_below(&machine->random, warps);
  for (uint32_t i = 0; i < warps; i++) {
    emu_core *core = &cores->cores[(first + i) % warps];
    if (core->run < core->count) {
      emu_core_run(cores, core);
      return true;
    }
  }
  return false;
}

bool emu_cores_eager(const emu_cores *cores) {
  return cores->pace == EAGER || (cores->pace == MIXED && emu_chance(cores->machine, 3));
}

/* ---- blocks ---- */

static void forget(emu_core *core) {
  for (uint32_t i = 0; i < core->count; i++) {
    emu_free(core->products[i]->tokens);
    emu_free(core->products[i]->d);
    emu_free(core->products[i]);
  }
  core->count = core->run = 0;
}

void emu_cores_free(emu_cores *cores) {
  if (!cores)
    return;
  for (uint32_t i = 0; i < EMU_MAX_THREADS / EMU_WARP; i++) {
    forget(&cores->cores[i]);
    emu_free(cores->cores[i].products);
    emu_tsan_fiber_end(cores->cores[i].fiber, emu_tsan_fiber_current());
  }
  emu_free(cores);
}

void emu_cores_start(emu_block *block) {
  emu_cores *cores = block->cores;
  if (!cores)
    return;
  cores->pace = block->machine->options.seed ? tweed_random_below(&block->machine->random, PACES) : EAGER;
  for (uint32_t i = 0; i < EMU_MAX_THREADS / EMU_WARP; i++) {
    emu_core *core = &cores->cores[i];
    forget(core);
    core->warp = &block->warps[i];
    core->open = core->waited = core->fences = core->fenced = 0;
  }
}

emu_cores *emu_cores_of(emu_thread *self, const tweed_emu_place *place) {
  emu_block *block = self->block;
  emu_machine *m = self->machine;
  if (block->cores)
    return block->cores;
  emu_cores *cores = block->cores = emu_allocate(1, sizeof *cores);
  if (!cores)
    emu_fault(self, TWEED_EMU_TRAP, place, "out of memory for tensor cores");
  cores->machine = m;
  cores->agent.step = step;
  cores->agent.next = m->agents;
  m->agents = &cores->agent;
  emu_cores_start(block);
  return cores;
}

void emu_cores_thread_exits(emu_thread *self) {
  const emu_cores *cores = self->block->cores;
  const emu_core *core = cores ? &cores->cores[self->warp->index] : NULL;
  const emu_product *last = core && core->count ? core->products[core->count - 1] : NULL;
  if (last && last->group >= core->waited)
    emu_fault(self, TWEED_EMU_MISUSE, last->place,
              "the thread ends while this wgmma may still run: no wgmma.wait_group covers it");
}

void emu_cores_end(emu_block *block) {
  const emu_cores *cores = block->cores;
  for (uint32_t i = 0; cores && i + 3 < block->warp_count; i += 4)
    for (uint32_t j = 1; j < 4; j++) {
      const emu_core *a = &cores->cores[i], *b = &cores->cores[i + j], *more = a->count > b->count ? a : b;
      if (a->count != b->count)
        emu_report(block->machine, more->warp->threads[0], TWEED_EMU_DIVERGENCE, more->products[more->count - 1]->place,
                   "warps %u and %u of a warpgroup ran %u and %u wgmma, which all four must run", i, i + j, a->count,
                   b->count);
    }
}
