/* cluster.c: clusters, of one block each: their barrier, whose arrival and wait are instructions of their own, and
 * addresses in other blocks, of which there are none. */
#include "emu/async.h"
#include "emu/device.h"
#include <stdio.h>

static void describe(const void *object, char *text, size_t size) {
  const emu_async *a = object;
  snprintf(text, size, "the barrier of the cluster: %u of %u threads arrived", a->cluster.arrived,
           a->machine->block->live);
}

static void complete_if_full(emu_async *a, uint32_t live) {
  if (a->cluster.arrived == 0 || a->cluster.arrived < live)
    return;
  a->cluster.arrived = 0;
  a->cluster.phase++;
  emu_wake_all(a->machine, &a->cluster.queue);
}

void emu_cluster_thread_exits(emu_thread *self) {
  complete_if_full(emu_async_of(self), self->block->live - 1);
}

void tweed_emu_cluster_arrive(const tweed_emu_place *place, uint32_t relaxed) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  emu_async *a = emu_async_of(self);
  emu_copier *c = emu_copier_of(self);
  if (c->in_cluster_barrier)
    emu_fault(self, TWEED_EMU_MISUSE, place, "barrier.cluster.arrive: the thread has arrived and not waited since");
  c->in_cluster_barrier = true;
  c->cluster_phase = a->cluster.phase;
  if (!relaxed)
    emu_release(&a->cluster.sync[a->cluster.phase & 1]);
  a->cluster.arrived++;
  complete_if_full(a, self->block->live);
}

void tweed_emu_cluster_wait(const tweed_emu_place *place) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  emu_async *a = emu_async_of(self);
  emu_copier *c = emu_copier_of(self);
  if (!c->in_cluster_barrier)
    emu_fault(self, TWEED_EMU_MISUSE, place, "barrier.cluster.wait: the thread has not arrived");
  while (a->cluster.phase == c->cluster_phase)
    emu_wait(&a->cluster.queue, place, a, describe);
  emu_acquire(&a->cluster.sync[c->cluster_phase & 1]);
  c->in_cluster_barrier = false;
}

uint64_t tweed_emu_mapa(const tweed_emu_place *place, uint64_t address, uint32_t rank) {
  if (rank != 0)
    emu_fault(emu_self(), TWEED_EMU_BOUNDS, place, "mapa: block %u of a cluster that has only one", rank);
  return address;
}
