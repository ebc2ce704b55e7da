/* warpgroup.c: the wgmma instructions: fence, mma_async, commit_group, wait_group, and access to registers of D. What
 * they start is in cores.c. */
#include "emu/cores.h"
#include "emu/device.h"
#include "emu/heap.h"

#include <string.h>

/* What a lane brings to mma_async. */
typedef struct issue {
  uint64_t a, b, flags;
  const uint32_t *a_words;
  const uint64_t *tokens;
} issue;

static emu_core *core_of(emu_thread *self) {
  return &emu_cores_of(self, self->place)->cores[self->warp->index];
}

/* All lanes of the warp are there. */
static emu_meeting *gather(emu_thread *self, const tweed_emu_place *place, const void *operands, void *results) {
  const uint32_t all = UINT32_MAX;
  emu_meeting *m = emu_gather(self, place, place->what, all, true, operands, results);
  if (m && m->arrived != all)
    emu_fault(
        self, TWEED_EMU_DIVERGENCE, place,
        "only lanes 0x%08x of warp %u run an instruction that takes all 32; the others don't exist or have exited",
        m->arrived, self->warp->index);
  if (m && self->warp->index / 4 * 4 + 3 >= self->block->warp_count)
    emu_fault(self, TWEED_EMU_DIVERGENCE, place,
              "warp %u is in no warpgroup: these are four warps from a multiple of four on, and the block has %u",
              self->warp->index, self->block->warp_count);
  return m;
}

void tweed_emu_wgmma_fence(const tweed_emu_place *place) {
  emu_thread *self = emu_self();
  emu_meeting *m = gather(self, place, NULL, NULL);
  if (!m)
    return;
  core_of(self)->fences++;
  emu_scatter(self, m);
}

/* ---- mma_async ---- */

static emu_product *new_product(emu_thread *self, const tweed_emu_place *place, const emu_wgmma *w) {
  emu_core *core = core_of(self);
  uint32_t registers = EMU_WARP * (uint32_t)emu_wgmma_words(w);
  if (core->count == core->room) {
    uint32_t room = core->room ? 2 * core->room : 16;
    emu_product **bigger = emu_reallocate(core->products, room, sizeof *core->products);
    if (bigger) {
      core->products = bigger;
      core->room = room;
    }
  }
  emu_product *p = core->count < core->room ? emu_allocate(1, sizeof *p) : NULL;
  uint64_t *tokens = p ? emu_allocate(registers, sizeof *tokens) : NULL;
  uint32_t *d = tokens ? emu_allocate(registers, sizeof *d) : NULL;
  if (!d) {
    emu_free(tokens);
    emu_free(p);
    emu_fault(self, TWEED_EMU_TRAP, place, "out of memory for wgmma in flight");
  }
  p->place = place;
  p->wgmma = *w;
  p->group = core->open;
  p->tokens = tokens;
  p->d = d;
  core->products[core->count++] = p;
  return p;
}

static emu_wgmma_flags unpack_flags(uint64_t bits) {
  return (emu_wgmma_flags){bits & 1, bits >> 1 & 1, bits >> 2 & 1, bits >> 3 & 1, bits >> 4 & 1};
}

/* The lanes' operands, of which descriptors and scale-d must be the same in all. */
static void collect(emu_thread *self, emu_product *p, const emu_meeting *m) {
  const issue *first = m->operands[0];
  uint32_t words = (uint32_t)emu_wgmma_words(&p->wgmma);
  p->bits = first->flags;
  p->flags = unpack_flags(first->flags);
  p->a = first->a;
  p->b = first->b;
  p->in_registers = first->a_words != NULL;
  for (uint32_t lane = 0; lane < EMU_WARP; lane++) {
    const issue *one = m->operands[lane];
    if (one->flags != first->flags || one->b != first->b || one->a != first->a)
      emu_fault(self, TWEED_EMU_MISUSE, p->place, "lanes 0 and %u of warp %u give different %s", lane,
                self->warp->index,
                one->flags != first->flags ? "scale-d"
                : one->b != first->b       ? "descriptors of B"
                                           : "descriptors of A");
    if (p->in_registers)
      memcpy(p->a_words[lane], one->a_words, sizeof p->a_words[lane]);
    uint64_t fence = emu_copier_of(self->warp->threads[lane])->fence;
    p->fence = fence > p->fence ? fence : p->fence;
    memcpy(p->tokens + lane * words, one->tokens, words * sizeof *p->tokens);
  }
}

/* The four warps of a warpgroup run the same products of the same operands: compares with the warps before. */
static void compare(emu_thread *self, const emu_product *p) {
  const emu_core *mine = core_of(self);
  uint32_t number = mine->count - 1, group = self->warp->index / 4 * 4;
  emu_cores *cores = self->block->cores;
  for (uint32_t w = group; w < group + 4; w++) {
    const emu_core *other = &cores->cores[w];
    if (other == mine || other->count <= number)
      continue;
    const emu_product *q = other->products[number];
    char place[512];
    if (q->place != p->place)
      emu_fault(self, TWEED_EMU_DIVERGENCE, p->place,
                "warp %u runs this as its wgmma number %u, warp %u of the same warpgroup runs the one at %s",
                self->warp->index, number + 1, w, emu_place_text(q->place, place, sizeof place));
    if (q->a != p->a || q->b != p->b || q->bits != p->bits)
      emu_fault(self, TWEED_EMU_MISUSE, p->place,
                "warps %u and %u of a warpgroup give different descriptors or scale-d", w, self->warp->index);
  }
}

/* PTX ISA, wgmma.fence: between an access to a register and a wgmma that has it as accumulator or as part of A, unless
 * it was a wgmma of the same shape. A register that is no result of wgmma has been written at a time that is not known:
 * some fence since the last wait is asked for. */
static void check_fence(emu_thread *self, const emu_product *p) {
  const emu_core *core = core_of(self);
  uint32_t words = (uint32_t)emu_wgmma_words(&p->wgmma);
  bool plain = p->in_registers, touched = false, other = false;
  for (uint32_t i = 0; i < EMU_WARP * words; i++) {
    uint64_t token = p->tokens[i];
    const emu_product *from = token == EMU_TOKEN_NONE || token >> 32 == 0 ? NULL : core->products[(token >> 32) - 1];
    plain |= token >> 32 == 0;
    touched |= from && from->touched > core->fences;
    other |= from && from->group >= core->waited && (from->wgmma.n != p->wgmma.n || from->wgmma.d != p->wgmma.d);
  }
  if (core->fences == 0 || (plain && core->fences == core->fenced) || touched)
    emu_fault(self, TWEED_EMU_MISUSE, p->place,
              "no wgmma.fence between an access to %s and this wgmma, which takes them",
              core->fences == 0 ? "registers"
              : touched         ? "accumulators"
                                : "registers of A or accumulators");
  if (other)
    emu_fault(self, TWEED_EMU_MISUSE, p->place,
              "accumulators of a wgmma of another shape that may still run: wgmma.wait_group is missing");
}

static void launch(emu_thread *self, emu_product *p) {
  emu_cores *cores = self->block->cores;
  emu_core *core = core_of(self);
  if (!emu_cores_eager(cores))
    return;
  while (!p->over && self->machine->verdict.fault == TWEED_EMU_CLEAN)
    emu_core_run(cores, core);
}

static void stop_if_faulty(emu_thread *self) {
  const tweed_emu_verdict *v = &self->machine->verdict;
  if (v->fault != TWEED_EMU_CLEAN)
    emu_fault(self, v->fault, v->place, "%s", v->text);
}

void tweed_emu_wgmma(const tweed_emu_place *place, uint64_t code, uint64_t flags, uint64_t a, const uint32_t *a_words,
                     uint64_t b, uint64_t *tokens) {
  emu_thread *self = emu_self();
  emu_wgmma w = emu_wgmma_unpacked(code);
  const issue mine = {a, b, flags, a_words, tokens};
  emu_core *core = core_of(self);
  uint64_t number = 0;
  emu_release(&core->issued);
  emu_meeting *m = gather(self, place, &mine, &number);
  if (m) {
    emu_product *p = new_product(self, place, &w);
    p->pc = __builtin_return_address(0);
    collect(self, p, m);
    compare(self, p);
    check_fence(self, p);
    for (int lane = 0; lane < EMU_WARP; lane++)
      *(uint64_t *)m->results[lane] = core->count;
    launch(self, p);
    stop_if_faulty(self);
    emu_scatter(self, m);
  }
  for (int i = 0; i < emu_wgmma_words(&w); i++)
    tokens[i] = number << 32 | (uint64_t)i;
}

/* ---- groups ---- */

void tweed_emu_wgmma_commit(const tweed_emu_place *place) {
  emu_thread *self = emu_self();
  emu_meeting *m = gather(self, place, NULL, NULL);
  if (!m)
    return;
  core_of(self)->open++;
  emu_scatter(self, m);
}

void tweed_emu_wgmma_wait(const tweed_emu_place *place, uint32_t pending) {
  emu_thread *self = emu_self();
  emu_core *core = core_of(self);
  uint64_t before = core->waited; /* no lane comes here again before all have left */
  emu_meeting *m = gather(self, place, NULL, &before);
  if (m) {
    uint64_t limit = core->open > pending ? core->open - pending : 0;
    while (core->run < core->count && core->products[core->run]->group < limit)
      emu_core_run(self->block->cores, core);
    stop_if_faulty(self);
    core->waited = limit > core->waited ? limit : core->waited;
    core->fenced = core->fences;
    emu_scatter(self, m);
  }
  uint64_t from = core->waited > before + EMU_CORE_GROUPS ? core->waited - EMU_CORE_GROUPS : before;
  for (uint64_t group = from; group < core->waited; group++)
    emu_acquire(&core->done[group % EMU_CORE_GROUPS]);
}

/* ---- registers ---- */

uint32_t tweed_emu_wgmma_register(const tweed_emu_place *place, uint64_t token) {
  emu_thread *self = emu_self();
  emu_core *core = core_of(self);
  if (token == EMU_TOKEN_NONE)
    return 0;
  if (token >> 32 == 0)
    return (uint32_t)token;
  emu_product *p = core->products[(token >> 32) - 1];
  if (p->group >= core->waited) {
    char at[512];
    emu_fault(self, TWEED_EMU_MISUSE, place, "an accumulator is used while the wgmma at %s may still write it: %s",
              emu_place_text(p->place, at, sizeof at),
              p->group == core->open ? "it is in no group yet (wgmma.commit_group)"
                                     : "no wgmma.wait_group covers its group");
  }
  p->touched = core->fences + 1;
  return p->d[self->lane * (uint32_t)emu_wgmma_words(&p->wgmma) + (uint32_t)token];
}
