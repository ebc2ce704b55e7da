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

/* ---- on a launch line ---- */

static emu_tensor_map seen[2];
static const float *plain;

static void look(void *const *arguments) {
  memcpy(&seen[0], *(void *const *)arguments[0], sizeof seen[0]);
  memcpy(&seen[1], arguments[1], sizeof seen[1]);
  memcpy(&plain, arguments[2], sizeof plain);
}

static const tweed_emu_param params[] = {
    {TWEED_EMU_POINTER, 8, 8}, {TWEED_EMU_BYTES, 128, 64}, {TWEED_EMU_POINTER, 8, 8}};
static const tweed_emu_kernel kernel = {"look", look, params, 3, 0, 0, 0, NULL, 0};
static const tweed_emu_module module = {TWEED_EMU_ABI, 1, 0, &kernel, NULL};

static void lines(void) {
  tweed_emu_launch *l;
  tweed_error error;
  tweed_emu_verdict verdict;
  const char *good = "look<<<1,1>>>(tensor(f16[8192]=range, [128,64], box[64,32], swizzle128), "
                     "tensor(out f32[64], [4,4,4], box[4,2,1]), f32[8])";
  assert(tweed_emu_launch_parse(&module, good, 1, &l, &error) == TWEED_OK);
  assert(tweed_emu_run(l, NULL, &verdict, &error) == TWEED_OK && verdict.fault == TWEED_EMU_CLEAN);
  assert(!emu_tensor_map_check(&seen[0]) && seen[0].rank == 2 && seen[0].swizzle == 128 && seen[0].stride[1] == 256);
  assert(seen[0].size[0] == 128 && seen[0].size[1] == 64 && seen[0].box[0] == 64 && seen[0].box[1] == 32);
  assert(!emu_tensor_map_check(&seen[1]) && seen[1].rank == 3 && seen[1].element == 4 && seen[1].stride[2] == 64);
  tweed_emu_output out = tweed_emu_launch_output(l, 0);
  assert(tweed_emu_launch_outputs(l) == 1 && out.argument == 1 && out.count == 64 && plain);
  assert((uint64_t)(uintptr_t)out.data == seen[1].address);
  tweed_emu_launch_free(l);
  static const char *const bad[] = {
      "look<<<1,1>>>(tensor(f16[8192], [128,65], box[64,32]), 0, 0)",
      "look<<<1,1>>>(tensor(f16[8192], [128], box[8,8]), 0, 0)",
      "look<<<1,1>>>(tensor(f16[64], [8,8], box[8,8], 128), 0, 0)",
      "look<<<1,1>>>(tensor(f16[64], [8,0], box[8,8]), 0, 0)",
      "look<<<1,1>>>(tensor(64, [8,8], box[8,8]), 0, 0)",
      "look<<<1,1>>>(tensor(f16[64], [8,8]), 0, 0)",
      "look<<<1,1>>>(tensor(f16[64], [8,8], box[4,8]), 0, 0)",
      "look<<<1,1>>>(f32[1], f32[1], f32[1], tensor(f16[64], [8,8], box[8,8]))",
      "look<<<1,1>>>(tensor(f16[64], [1,1,1,1,1,1], box[8,8]), 0, 0)",
      "look<<<1,1>>>(tensor f16[64], 0, 0)",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert(tweed_emu_launch_parse(&module, bad[i], 1, &l, &error) == TWEED_BAD_INPUT && !l && error.message[0]);
}

int main(void) {
  tiles();
  refusals();
  lines();
  return 0;
}
