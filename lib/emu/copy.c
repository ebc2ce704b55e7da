/* copy.c: the copies themselves: cp.async, cp.async.bulk, cp.async.bulk.tensor, their groups, and what a copy in flight
 * does when its time has come. */
#include "emu/async.h"
#include "emu/device.h"
#include "emu/heap.h"
#include "emu/ptx.h"

#include <string.h>

#define HERE __builtin_extract_return_addr(__builtin_return_address(0))

/* ---- in flight ---- */

/* A stretch of a copy: `size` bytes at `at` of its data, which lie at `shared` of the window and, `skip` bytes later,
 * `inside` of them at `global`; what is not inside is zero. */
typedef struct stretch {
  uint32_t at, size, shared, skip, inside;
  uint64_t global;
} stretch;

static uint32_t stretch_count(const emu_copy *c) {
  return c->tensor ? c->bytes / EMU_CHUNK : c->parts;
}

static stretch stretch_of(const emu_copy *c, uint32_t i) {
  if (c->tensor) {
    emu_tensor_chunk t = emu_tensor_chunk_at(&c->map, c->at, i);
    uint32_t shared = emu_tensor_swizzle(c->map.swizzle, c->shared + t.offset);
    return (stretch){t.offset, EMU_CHUNK, shared, t.first, t.last - t.first, t.address};
  }
  uint32_t length = c->bytes / c->parts / EMU_CHUNK * EMU_CHUNK, at = i * length;
  if (i + 1 == c->parts)
    length = c->bytes - at;
  uint32_t inside = c->source_bytes <= at ? 0 : c->source_bytes - at < length ? c->source_bytes - at : length;
  return (stretch){at, length, c->shared + at, 0, inside, c->global + at};
}

/* Stretches of part p: first to last - 1. */
static void part_of(const emu_copy *c, uint32_t p, uint32_t *first, uint32_t *last) {
  uint64_t n = stretch_count(c);
  *first = (uint32_t)(n * p / c->parts);
  *last = (uint32_t)(n * (p + 1) / c->parts);
}

/* The async proxy reads shared memory: bytes must have been written, and not by the generic proxy without a fence. */
static bool check_source(emu_async *a, const emu_copy *c, uint32_t offset, uint32_t size) {
  emu_machine *m = a->machine;
  emu_thread *thread = c->copier->thread;
  for (uint32_t i = 0; i < size; i++)
    if (!(m->shadow[offset + i] & EMU_BYTE_WRITTEN)) {
      emu_report(m, thread, TWEED_EMU_UNINITIALIZED, c->place, "copy of shared memory that nobody wrote: byte at %u",
                 offset + i - EMU_SHARED_RESERVED);
      return false;
    }
  const emu_writer *w = emu_proxy_stale(a, c->fence, offset, size);
  if (!w)
    return true;
  const uint32_t *id = m->block->threads[w->thread].id;
  emu_report(m, thread, TWEED_EMU_MISUSE, c->place,
             "the copy reads shared memory that thread (%u,%u,%u) wrote, with no fence.proxy.async in between", id[0],
             id[1], id[2]);
  return false;
}

static void read_source(emu_async *a, emu_copy *c) {
  for (uint32_t i = 0; i < stretch_count(c); i++) {
    stretch s = stretch_of(c, i);
    if (s.inside == 0)
      continue;
    bool store = c->kind == EMU_COPY_STORE;
    if (store && !check_source(a, c, s.shared + s.skip, s.inside))
      return;
    const void *from = store ? a->machine->window + s.shared + s.skip : (void *)(uintptr_t)s.global;
    emu_tsan_access(from, s.inside, false, c->pc);
    memcpy(c->data + s.at + s.skip, from, s.inside);
  }
}

/* Each element by itself, as a relaxed atomic. */
static void reduce_stretch(const emu_copy *c, unsigned char *to, const unsigned char *data, uint32_t bytes) {
  uint32_t size = (uint32_t)emu_type_size((tweed_emu_type)c->type);
  for (uint32_t i = 0; i < bytes; i += size) {
    uint64_t old = 0, operand = 0;
    emu_tsan_atomic(to + i, size, true, c->pc);
    memcpy(&old, to + i, size);
    memcpy(&operand, data + i, size);
    old = emu_atomic_compute(c->operation, c->type, old, operand, 0);
    memcpy(to + i, &old, size);
  }
}

static void write_stretch(emu_async *a, const emu_copy *c, const stretch *s) {
  bool store = c->kind == EMU_COPY_STORE;
  unsigned char *to = store ? (void *)(uintptr_t)s->global : a->machine->window + s->shared;
  uint32_t size = store ? s->inside : s->size;
  if (size == 0)
    return;
  if (c->reduces) {
    reduce_stretch(c, to, c->data + s->at + s->skip, size);
    return;
  }
  emu_tsan_access(to, size, true, c->pc);
  memcpy(to, c->data + s->at + (store ? s->skip : 0), size);
  if (store)
    return;
  memset(a->machine->shadow + s->shared, EMU_BYTE_OWNED | EMU_BYTE_WRITTEN, size);
  emu_proxy_wrote_async(a, s->shared, size);
}

static void write_part(emu_async *a, emu_copy *c) {
  uint32_t p = tweed_random_below(&a->machine->random, c->parts), first, last, bytes = 0;
  while (c->written >> p & 1)
    p = (p + 1) % c->parts;
  c->written |= 1u << p;
  part_of(c, p, &first, &last);
  for (uint32_t i = first; i < last; i++) {
    stretch s = stretch_of(c, i);
    write_stretch(a, c, &s);
    bytes += s.size;
  }
  if (c->kind == EMU_COPY_LOAD && bytes > 0)
    emu_mbarrier_signal(a, c, bytes);
}

/* NULL: a barrier stands for the group. */
static emu_groups *groups_of(const emu_copy *c) {
  return c->kind == EMU_COPY_STORE ? &c->copier->stores : c->kind == EMU_COPY_ELEMENT ? &c->copier->elements : NULL;
}

static bool arrive(emu_async *a, emu_copy *c) {
  for (uint32_t i = 0; i < EMU_GROUPS; i++)
    emu_acquire(&c->copier->elements.sync[i]);
  emu_mbarrier_signal(a, c, 0);
  return true;
}

bool emu_copy_step(emu_async *a, emu_copy *c) {
  if (c->kind == EMU_COPY_ARRIVE)
    return arrive(a, c);
  emu_groups *g = groups_of(c);
  if (!c->read) {
    c->read = true;
    read_source(a, c);
    if (g)
      emu_release(&g->sync_read[c->group % EMU_GROUPS]);
    if (a->machine->verdict.fault != TWEED_EMU_CLEAN || emu_chance(a->machine, 2))
      return false;
  }
  write_part(a, c);
  if (c->written != (1u << c->parts) - 1)
    return false;
  if (g)
    emu_release(&g->sync[c->group % EMU_GROUPS]);
  return true;
}

/* ---- what all of them check ---- */

static uint32_t shared_operand(emu_thread *self, const tweed_emu_place *place, uint64_t address, uint32_t size,
                               uint32_t align) {
  if (!emu_is_shared(self->machine, address))
    emu_fault(self, TWEED_EMU_BOUNDS, place, "the shared operand is at %#llx, which is no shared memory",
              (unsigned long long)address);
  void *p = emu_pointer(self->machine, address);
  uint32_t offset = emu_shared_offset(self->machine, p);
  if (offset % align != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "the shared operand is at %u, no multiple of %u",
              offset - EMU_SHARED_RESERVED, align);
  emu_check_bounds(self, place, p, size, false);
  return offset;
}

static void global_operand(emu_thread *self, const tweed_emu_place *place, uint64_t address, uint32_t size,
                           uint32_t align, bool write) {
  if (size == 0)
    return;
  if (emu_is_shared(self->machine, address))
    emu_fault(self, TWEED_EMU_BOUNDS, place, "the global operand is in shared memory");
  if (address % align != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "the global operand is at %#llx, no multiple of %u",
              (unsigned long long)address, align);
  emu_check_bounds(self, place, (void *)(uintptr_t)address, size, write);
}

static void join_group(emu_copy *c) {
  emu_groups *g = groups_of(c);
  c->group = g->open;
  g->last = g->open + 1;
  g->place = c->place;
}

static void need_data(emu_thread *self, emu_copy *c) {
  c->data = emu_allocate(1, c->bytes);
  if (c->data)
    return;
  emu_free(c);
  emu_fault(self, TWEED_EMU_TRAP, self->place, "out of memory for copies in flight");
}

static uint32_t draw_parts(emu_thread *self, uint32_t most) {
  uint32_t parts = self->machine->options.seed ? 1 + tweed_random_below(&self->machine->random, EMU_MOST_PARTS) : 1;
  return parts > most ? most : parts;
}

/* ---- cp.async ---- */

static void copy_element(const tweed_emu_place *place, uint32_t size, uint64_t to, uint64_t from, uint32_t source_size,
                         const void *pc) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  if (source_size > size)
    emu_fault(self, TWEED_EMU_MISUSE, place, "cp.async: the source has %u bytes, the copy %u", source_size, size);
  uint32_t shared = shared_operand(self, place, to, size, size);
  global_operand(self, place, from, source_size, size, false);
  emu_copy *c = emu_copy_new(self, place, EMU_COPY_ELEMENT, pc);
  c->shared = shared;
  c->global = from;
  c->bytes = size;
  c->source_bytes = source_size;
  need_data(self, c);
  join_group(c);
  emu_copy_launch(c);
}

void tweed_emu_cp_async(const tweed_emu_place *place, uint32_t size, uint64_t to, uint64_t from) {
  copy_element(place, size, to, from, size, HERE);
}

void tweed_emu_cp_async_fill(const tweed_emu_place *place, uint32_t size, uint64_t to, uint64_t from,
                             uint32_t source_size) {
  copy_element(place, size, to, from, source_size, HERE);
}

void tweed_emu_cp_async_commit(const tweed_emu_place *place) {
  (void)place;
  emu_copier_of(emu_self())->elements.open++;
}

static void wait_groups(const tweed_emu_place *place, emu_copy_kind kind, uint32_t most, bool reading) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  emu_copier *c = emu_copier_of(self);
  uint64_t open = kind == EMU_COPY_ELEMENT ? c->elements.open : c->stores.open;
  emu_copies_wait(self, place, kind, open > most ? open - most : 0, reading);
}

void tweed_emu_cp_async_wait_group(const tweed_emu_place *place, uint32_t most) {
  wait_groups(place, EMU_COPY_ELEMENT, most, false);
}

void tweed_emu_cp_async_wait_all(const tweed_emu_place *place) {
  emu_copier_of(emu_self())->elements.open++;
  wait_groups(place, EMU_COPY_ELEMENT, 0, false);
}

void tweed_emu_cp_async_mbarrier_arrive(const tweed_emu_place *place, uint32_t noinc, uint64_t address) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  emu_mbarrier_object *b = emu_mbarrier_find(self, place, "cp.async.mbarrier.arrive", address);
  if (!noinc)
    emu_mbarrier_increase(self, place, b);
  emu_copier *copier = emu_copier_of(self);
  copier->elements.waited = copier->elements.last; /* the barrier answers for them */
  b->copy = place;
  emu_copy *c = emu_copy_new(self, place, EMU_COPY_ARRIVE, HERE);
  c->barrier = b;
  emu_copy_launch(c);
}

/* ---- bulk copies ---- */

static void check_bulk_size(emu_thread *self, const tweed_emu_place *place, uint32_t bytes) {
  if (bytes == 0 || bytes % EMU_CHUNK != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "a bulk copy of %u bytes; it must have a multiple of 16", bytes);
}

static void check_blocks(emu_thread *self, const tweed_emu_place *place, uint32_t blocks) {
  if (blocks != 1)
    emu_fault(self, TWEED_EMU_BOUNDS, place, "a copy to blocks 0x%x of a cluster that has only block 0", blocks);
}

/* The barrier must have been made known to the async proxy. */
static emu_mbarrier_object *bulk_barrier(emu_thread *self, const tweed_emu_place *place, uint64_t address) {
  emu_mbarrier_object *b = emu_mbarrier_find(self, place, "cp.async.bulk", address);
  if (!emu_proxy_knows_barrier(emu_copier_of(self), b)) {
    char init[512];
    emu_fault(self, TWEED_EMU_MISUSE, place,
              "no fence.mbarrier_init or fence.proxy.async after the initialisation of the copy's barrier at %s",
              emu_place_text(b->init, init, sizeof init));
  }
  b->copy = place;
  return b;
}

void tweed_emu_bulk_load(const tweed_emu_place *place, uint64_t to, uint64_t from, uint32_t bytes, uint64_t barrier,
                         uint32_t blocks, uint64_t hint) {
  emu_thread *self = emu_self();
  (void)hint;
  emu_turn(self, place);
  check_bulk_size(self, place, bytes);
  check_blocks(self, place, blocks);
  uint32_t shared = shared_operand(self, place, to, bytes, EMU_CHUNK);
  global_operand(self, place, from, bytes, EMU_CHUNK, false);
  emu_mbarrier_object *b = bulk_barrier(self, place, barrier);
  emu_copy *c = emu_copy_new(self, place, EMU_COPY_LOAD, HERE);
  c->shared = shared;
  c->global = from;
  c->bytes = c->source_bytes = bytes;
  c->barrier = b;
  c->parts = draw_parts(self, bytes / EMU_CHUNK);
  need_data(self, c);
  emu_copy_launch(c);
}

/* In flight, but for what makes it a store or a reduction. */
static emu_copy *bulk_out(const tweed_emu_place *place, uint64_t to, uint64_t from, uint32_t bytes, const void *pc) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  check_bulk_size(self, place, bytes);
  uint32_t shared = shared_operand(self, place, from, bytes, EMU_CHUNK);
  global_operand(self, place, to, bytes, EMU_CHUNK, true);
  emu_copy *c = emu_copy_new(self, place, EMU_COPY_STORE, pc);
  c->shared = shared;
  c->global = to;
  c->bytes = c->source_bytes = bytes;
  c->parts = draw_parts(self, bytes / EMU_CHUNK);
  need_data(self, c);
  join_group(c);
  return c;
}

void tweed_emu_bulk_store(const tweed_emu_place *place, uint64_t to, uint64_t from, uint32_t bytes, uint64_t hint) {
  (void)hint;
  emu_copy_launch(bulk_out(place, to, from, bytes, HERE));
}

static const uint8_t reductions[] = {TWEED_EMU_ADD, TWEED_EMU_MIN, TWEED_EMU_MAX, TWEED_EMU_INC,
                                     TWEED_EMU_DEC, TWEED_EMU_AND, TWEED_EMU_OR,  TWEED_EMU_XOR};

void tweed_emu_bulk_reduce(const tweed_emu_place *place, uint32_t operation, uint32_t type, uint64_t to, uint64_t from,
                           uint32_t bytes, uint64_t hint) {
  (void)hint;
  emu_copy *c = bulk_out(place, to, from, bytes, HERE);
  bool is_unsigned = !ptx_is_signed(type) && !ptx_is_float(type);
  uint32_t op = reductions[operation];
  c->reduces = true;
  c->operation = !is_unsigned ? op : op == TWEED_EMU_MIN ? TWEED_EMU_UMIN : op == TWEED_EMU_MAX ? TWEED_EMU_UMAX : op;
  c->type = ptx_memory_type(type);
  emu_copy_launch(c);
}

void tweed_emu_bulk_commit(const tweed_emu_place *place) {
  (void)place;
  emu_copier_of(emu_self())->stores.open++;
}

void tweed_emu_bulk_wait(const tweed_emu_place *place, uint32_t reading, uint32_t most) {
  wait_groups(place, EMU_COPY_STORE, most, reading != 0);
}

/* ---- tensor maps ---- */

/* rank 0: any. */
static void read_map(emu_thread *self, const tweed_emu_place *place, uint64_t address, uint32_t rank,
                     emu_tensor_map *map) {
  if (address % 64 != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "a tensor map must lie at a multiple of 64 bytes");
  emu_read(self, place, map, address, sizeof *map, 1, NULL);
  const char *why = emu_tensor_map_check(map);
  if (why)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s", why);
  if (rank > 0 && map->rank != rank)
    emu_fault(self, TWEED_EMU_MISUSE, place, "the tensor map has %u dimensions, the instruction %u", map->rank, rank);
}

static emu_copy *tile_copy(emu_thread *self, const tweed_emu_place *place, emu_copy_kind kind,
                           const emu_tensor_map *map, uint64_t shared, const int32_t *at, const void *pc) {
  uint32_t bytes = emu_tensor_box_bytes(map), offset = shared_operand(self, place, shared, bytes, EMU_TILE_ALIGN);
  for (uint32_t i = 0; i < bytes / EMU_CHUNK; i++) {
    emu_tensor_chunk t = emu_tensor_chunk_at(map, at, i);
    global_operand(self, place, t.address, t.last - t.first, 1, kind == EMU_COPY_STORE);
  }
  emu_copy *c = emu_copy_new(self, place, kind, pc);
  c->tensor = true;
  c->map = *map;
  memcpy(c->at, at, map->rank * sizeof *at);
  c->shared = offset;
  c->bytes = c->source_bytes = bytes;
  c->parts = draw_parts(self, bytes / EMU_CHUNK);
  need_data(self, c);
  return c;
}

static void check_coordinates(emu_thread *self, const tweed_emu_place *place, uint32_t rank, uint32_t count) {
  if (rank != count)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%u coordinates for %u dimensions", count, rank);
}

void tweed_emu_tile_load(const tweed_emu_place *place, uint32_t rank, uint64_t to, uint64_t map_address, uint32_t count,
                         const int32_t *at, uint64_t barrier, uint32_t blocks, uint64_t hint) {
  emu_thread *self = emu_self();
  emu_tensor_map map;
  (void)hint;
  emu_turn(self, place);
  check_coordinates(self, place, rank, count);
  check_blocks(self, place, blocks);
  read_map(self, place, map_address, rank, &map);
  emu_mbarrier_object *b = bulk_barrier(self, place, barrier);
  emu_copy *c = tile_copy(self, place, EMU_COPY_LOAD, &map, to, at, HERE);
  c->barrier = b;
  emu_copy_launch(c);
}

static emu_copy *tile_out(const tweed_emu_place *place, uint32_t rank, uint64_t map_address, uint32_t count,
                          const int32_t *at, uint64_t from, const void *pc) {
  emu_thread *self = emu_self();
  emu_tensor_map map;
  emu_turn(self, place);
  check_coordinates(self, place, rank, count);
  read_map(self, place, map_address, rank, &map);
  emu_copy *c = tile_copy(self, place, EMU_COPY_STORE, &map, from, at, pc);
  join_group(c);
  return c;
}

void tweed_emu_tile_store(const tweed_emu_place *place, uint32_t rank, uint64_t map_address, uint32_t count,
                          const int32_t *at, uint64_t from, uint64_t hint) {
  (void)hint;
  emu_copy_launch(tile_out(place, rank, map_address, count, at, from, HERE));
}

void tweed_emu_tile_reduce(const tweed_emu_place *place, uint32_t rank, uint32_t operation, uint64_t map_address,
                           uint32_t count, const int32_t *at, uint64_t from, uint64_t hint) {
  (void)hint;
  emu_copy *c = tile_out(place, rank, map_address, count, at, from, HERE);
  c->reduces = true;
  c->operation = reductions[operation];
  c->type = c->map.type;
  emu_copy_launch(c);
}

/* ---- prefetches ---- */

void tweed_emu_prefetch_map(const tweed_emu_place *place, uint64_t map_address) {
  emu_tensor_map map;
  read_map(emu_self(), place, map_address, 0, &map);
}

void tweed_emu_prefetch_tile(const tweed_emu_place *place, uint32_t rank, uint64_t map_address, uint32_t count,
                             const int32_t *at, uint64_t hint) {
  emu_thread *self = emu_self();
  emu_tensor_map map;
  (void)at, (void)hint;
  check_coordinates(self, place, rank, count);
  read_map(self, place, map_address, rank, &map);
}

void tweed_emu_prefetch_bulk(const tweed_emu_place *place, uint64_t from, uint32_t bytes, uint64_t hint) {
  emu_thread *self = emu_self();
  (void)hint;
  check_bulk_size(self, place, bytes);
  global_operand(self, place, from, bytes, EMU_CHUNK, false);
}
