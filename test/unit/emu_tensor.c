/* Tensor maps: tiles of random tensors of one to five dimensions against plain loops over elements, swizzles against
 * their definition, and every map that must be refused. */
#include "base/base.h"
#include "emu/tensor.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RANK = TWEED_EMU_TENSOR_RANK, ROOM = 1 << 16 };

static const struct {
  tweed_emu_type type;
  uint32_t size;
} types[] = {{TWEED_EMU_I8, 1}, {TWEED_EMU_F16, 2}, {TWEED_EMU_F32, 4}, {TWEED_EMU_F64, 8}};

static _Alignas(16) unsigned char memory[ROOM];

static uint32_t below(tweed_random *r, uint32_t n) {
  return tweed_random_below(r, n);
}

/* A tensor that fits into `memory`, with a box of at most 4096 bytes. */
static tweed_emu_tensor random_tensor(tweed_random *r, uint32_t *element) {
  uint32_t t = below(r, 4);
  *element = types[t].size;
  tweed_emu_tensor tensor = {.address = memory, .type = types[t].type, .rank = 1 + below(r, RANK)};
  static const uint32_t swizzles[] = {0, 32, 64, 128};
  uint32_t chunks = 1 + below(r, 2), per_chunk = 16 / *element;
  tensor.swizzle = swizzles[below(r, 4)];
  uint64_t stride = 16 * (1 + below(r, 3));
  tensor.size[0] = 1 + below(r, (uint32_t)stride / *element);
  tensor.box[0] = per_chunk * chunks;
  for (uint32_t d = 1; d < tensor.rank; d++) {
    tensor.size[d] = 1 + below(r, 5);
    tensor.box[d] = 1 + below(r, 3);
    tensor.stride[d] = stride;
    stride *= tensor.size[d] + below(r, 2);
  }
  return tensor;
}

/* The byte of shared address `at` where CUTLASS's Swizzle<bits, 4, 3> puts it. */
static uint32_t swizzled(uint32_t bits, uint32_t at) {
  uint32_t mask = ((1u << bits) - 1) << 7;
  return at ^ ((at & mask) >> 3);
}

static void by_elements(const tweed_emu_tensor *t, uint32_t element, const int32_t *at, uint32_t start,
                        unsigned char *tile) {
  uint32_t index[RANK] = {0}, bits = t->swizzle == 128 ? 3 : t->swizzle == 64 ? 2 : t->swizzle == 32;
  for (uint32_t n = 0;; n++) {
    bool inside = true;
    const unsigned char *from = memory;
    for (uint32_t d = 0; d < t->rank; d++) {
      int64_t x = (int64_t)at[d] + index[d];
      inside = inside && x >= 0 && x < (int64_t)t->size[d];
      from = inside ? from + (uint64_t)x * (d ? t->stride[d] : element) : from;
    }
    for (uint32_t b = 0; b < element; b++)
      tile[swizzled(bits, start + n * element + b) - start] = inside ? from[b] : 0;
    uint32_t d = 0;
    while (d < t->rank && ++index[d] == t->box[d])
      index[d++] = 0;
    if (d == t->rank)
      return;
  }
}

static void by_chunks(const emu_tensor_map *map, const int32_t *at, uint32_t start, unsigned char *tile) {
  for (uint32_t i = 0; i < emu_tensor_box_bytes(map) / EMU_CHUNK; i++) {
    emu_tensor_chunk c = emu_tensor_chunk_at(map, at, i);
    unsigned char *to = tile + (emu_tensor_swizzle(map->swizzle, start + c.offset) - start);
    memset(to, 0, EMU_CHUNK);
    if (c.last > c.first)
      memcpy(to + c.first, (const void *)(uintptr_t)c.address, c.last - c.first);
  }
}

static void tiles(void) {
  tweed_random r;
  tweed_random_seed(&r, 5);
  for (uint32_t i = 0; i < ROOM; i++)
    memory[i] = (unsigned char)(1 + below(&r, 255));
  uint32_t clipped = 0;
  for (int trial = 0; trial < 3000; trial++) {
    uint32_t element;
    tweed_emu_tensor t = random_tensor(&r, &element);
    emu_tensor_map map;
    tweed_error error;
    assert(tweed_emu_tensor_map_encode(&t, &map, &error) == TWEED_OK && !emu_tensor_map_check(&map));
    int32_t at[RANK];
    for (uint32_t d = 0; d < RANK; d++)
      at[d] = (int32_t)below(&r, 12) - 5;
    uint32_t start = 1024 * below(&r, 3);
    unsigned char a[8192], b[8192];
    memset(a, 0xee, sizeof a);
    memset(b, 0xee, sizeof b);
    by_elements(&t, element, at, start, a);
    by_chunks(&map, at, start, b);
    assert(memcmp(a, b, sizeof a) == 0);
    clipped += memchr(a, 0, emu_tensor_box_bytes(&map)) != NULL;
  }
  assert(clipped > 500 && clipped < 2990);
}

static void refuse(tweed_emu_tensor t, const char *why) {
  unsigned char map[TWEED_EMU_TENSOR_MAP_SIZE];
  tweed_error error;
  assert(tweed_emu_tensor_map_encode(&t, map, &error) == TWEED_BAD_INPUT);
  assert(strstr(error.message, why));
}

static void refusals(void) {
  tweed_emu_tensor good = {memory, TWEED_EMU_F32, 2, {32, 32}, {0}, {16, 16}, 64}, t;
  unsigned char map[TWEED_EMU_TENSOR_MAP_SIZE];
  assert(tweed_emu_tensor_map_encode(&good, map, NULL) == TWEED_OK);
  t = good, t.rank = 6;
  refuse(t, "1 to 5 dimensions");
  t = good, t.type = TWEED_EMU_POINTER;
  refuse(t, "numbers");
  t = good, t.address = memory + 8;
  refuse(t, "multiple of 16");
  t = good, t.size[1] = 0;
  refuse(t, "dimension 1 has 0 elements");
  t = good, t.box[1] = 257;
  refuse(t, "257 elements in dimension 1");
  t = good, t.stride[1] = 100;
  refuse(t, "stride of dimension 1 is 100");
  t = good, t.size[0] = 33;
  refuse(t, "stride of dimension 1 is 132");
  t = good, t.box[0] = 3;
  refuse(t, "row of the box has 12 bytes");
  t = good, t.box[0] = 20;
  refuse(t, "more than the 64");
  t = good, t.swizzle = 48;
  refuse(t, "swizzle is 48");
  emu_tensor_map none = {0};
  assert(emu_tensor_map_check(&none));
}

int main(void) {
  tiles();
  refusals();
  return 0;
}
