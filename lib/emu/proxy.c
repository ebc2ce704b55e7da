/* proxy.c: the generic and the async proxy. What a thread writes to shared memory by ordinary stores is seen by bulk
 * copies, tile copies and wgmma only behind a fence.proxy.async, of the writing thread or of the one that issues the
 * copy (PTX ISA, memory consistency: the fence must lie on the path from the write to the copy).
 *
 * A clock counts fences. Each byte keeps its last writer and the time; a write is fenced if the writer or the issuer
 * has fenced at a later time. That the fence comes in time is a matter of order, which ThreadSanitizer watches. */
#include "emu/async.h"
#include "emu/device.h"

void tweed_emu_fence_proxy_async(const tweed_emu_place *place) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  emu_copier_of(self)->fence = ++emu_async_of(self)->clock;
}

void tweed_emu_fence_mbarrier_init(const tweed_emu_place *place) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  emu_copier_of(self)->init_fence = ++emu_async_of(self)->clock;
}

void emu_proxy_wrote(emu_thread *self, uint32_t offset, size_t size) {
  emu_async *a = emu_async_of(self);
  for (size_t i = 0; i < size; i++)
    a->writers[offset + i] = (emu_writer){a->clock, self->index};
}

void emu_proxy_wrote_async(emu_async *a, uint32_t offset, size_t size) {
  for (size_t i = 0; i < size; i++)
    a->writers[offset + i].clock = 0;
}

bool emu_proxy_knows_barrier(const emu_copier *issuer, const emu_mbarrier_object *b) {
  const emu_copier *initialiser = &emu_async_of(issuer->thread)->copiers[b->initialiser];
  uint64_t clock = b->initialised;
  return initialiser->fence > clock || initialiser->init_fence > clock || issuer->fence > clock ||
         issuer->init_fence > clock;
}

const emu_writer *emu_proxy_stale(const emu_async *a, uint64_t fence, uint32_t offset, size_t size) {
  for (size_t i = 0; i < size; i++) {
    const emu_writer *w = &a->writers[offset + i];
    if (w->clock > 0 && a->copiers[w->thread].fence <= w->clock && fence <= w->clock)
      return w;
  }
  return NULL;
}
