/* tensor.c: tensor maps: encoding, and the tiles that they cut. */
#include "emu/tensor.h"
#include "base/base.h"
#include <string.h>

static const uint64_t MAGIC = UINT64_C(0x70616d2064656577);
enum { MOST_BOX = 256 };

_Static_assert(sizeof(emu_tensor_map) == TWEED_EMU_TENSOR_MAP_SIZE, "a tensor map has 128 bytes");

static const uint8_t element_size[] = {
    [TWEED_EMU_I8] = 1,  [TWEED_EMU_I16] = 2,  [TWEED_EMU_I32] = 4, [TWEED_EMU_I64] = 8,
    [TWEED_EMU_F16] = 2, [TWEED_EMU_BF16] = 2, [TWEED_EMU_F32] = 4, [TWEED_EMU_F64] = 8,
};

/* Dimension d > 0 of the tensor: its stride, from the caller or packed. */
static tweed_status encode_stride(emu_tensor_map *map, const tweed_emu_tensor *t, uint32_t d, tweed_error *error) {
  uint64_t packed = map->stride[d - 1] * map->size[d - 1];
  map->stride[d] = t->stride[d] ? t->stride[d] : packed;
  if (map->stride[d] % EMU_CHUNK != 0 || map->stride[d] >= UINT64_C(1) << 40)
    return tweed_fail(error, TWEED_BAD_INPUT,
                      "the stride of dimension %u is %llu bytes; it must be a multiple of 16 below 2^40", d,
                      (unsigned long long)map->stride[d]);
  return TWEED_OK;
}

static tweed_status encode_dimension(emu_tensor_map *map, const tweed_emu_tensor *t, uint32_t d, tweed_error *error) {
  if (t->size[d] == 0 || t->size[d] > INT32_MAX)
    return tweed_fail(error, TWEED_BAD_INPUT, "dimension %u has %llu elements; it must have 1 to 2147483647", d,
                      (unsigned long long)t->size[d]);
  if (t->box[d] == 0 || t->box[d] > MOST_BOX)
    return tweed_fail(error, TWEED_BAD_INPUT, "the box has %u elements in dimension %u; it must have 1 to 256",
                      t->box[d], d);
  map->size[d] = (uint32_t)t->size[d];
  map->box[d] = (uint16_t)t->box[d];
  return d == 0 ? TWEED_OK : encode_stride(map, t, d, error);
}

static tweed_status encode_swizzle(emu_tensor_map *map, const tweed_emu_tensor *t, tweed_error *error) {
  uint32_t inner = (uint32_t)map->box[0] * map->element;
  if (inner % EMU_CHUNK != 0)
    return tweed_fail(error, TWEED_BAD_INPUT, "a row of the box has %u bytes; it must have a multiple of 16", inner);
  if (t->swizzle != 0 && t->swizzle != 32 && t->swizzle != 64 && t->swizzle != 128)
    return tweed_fail(error, TWEED_BAD_INPUT, "swizzle is %u; it must be 0, 32, 64 or 128", t->swizzle);
  if (t->swizzle != 0 && inner > t->swizzle)
    return tweed_fail(error, TWEED_BAD_INPUT, "a row of the box has %u bytes, more than the %u of its swizzle", inner,
                      t->swizzle);
  map->swizzle = (uint8_t)t->swizzle;
  return TWEED_OK;
}

tweed_status tweed_emu_tensor_map_encode(const tweed_emu_tensor *tensor, void *bytes, tweed_error *error) {
  emu_tensor_map map = {.magic = MAGIC, .address = (uint64_t)(uintptr_t)tensor->address, .rank = (uint8_t)tensor->rank};
  if (tensor->rank < 1 || tensor->rank > TWEED_EMU_TENSOR_RANK)
    return tweed_fail(error, TWEED_BAD_INPUT, "a tensor has 1 to 5 dimensions, not %u", tensor->rank);
  if ((size_t)tensor->type >= sizeof element_size)
    return tweed_fail(error, TWEED_BAD_INPUT, "a tensor's elements are numbers");
  if (map.address % EMU_CHUNK != 0)
    return tweed_fail(error, TWEED_BAD_INPUT, "a tensor must start at a multiple of 16 bytes");
  map.element = element_size[tensor->type];
  map.type = (uint8_t)tensor->type;
  map.stride[0] = map.element;
  tweed_status status = TWEED_OK;
  for (uint32_t d = 0; d < tensor->rank && status == TWEED_OK; d++)
    status = encode_dimension(&map, tensor, d, error);
  for (uint32_t d = tensor->rank; d < TWEED_EMU_TENSOR_RANK; d++)
    map.size[d] = 1, map.box[d] = 1;
  if (status == TWEED_OK)
    status = encode_swizzle(&map, tensor, error);
  if (status == TWEED_OK)
    memcpy(bytes, &map, sizeof map);
  return status;
}

const char *emu_tensor_map_check(const emu_tensor_map *map) {
  return map->magic == MAGIC ? NULL : "these 128 bytes are not a tensor map";
}

uint32_t emu_tensor_box_bytes(const emu_tensor_map *map) {
  uint32_t bytes = map->element;
  for (uint32_t d = 0; d < map->rank; d++)
    bytes *= map->box[d];
  return bytes;
}

/* The elements [*first, *last) of `count` from coordinate `at` on that lie in a dimension of `size`. */
static void clip(int64_t at, uint32_t count, uint32_t size, uint32_t *first, uint32_t *last) {
  int64_t low = at < 0 ? -at : 0, high = (int64_t)size - at;
  *first = (uint32_t)(low > count ? count : low);
  *last = (uint32_t)(high < *first ? *first : high > count ? count : high);
}

emu_tensor_chunk emu_tensor_chunk_at(const emu_tensor_map *map, const int32_t *at, uint32_t index) {
  uint32_t row_chunks = (uint32_t)map->box[0] * map->element / EMU_CHUNK, row = index / row_chunks,
           chunk = index % row_chunks;
  uint32_t per_chunk = EMU_CHUNK / map->element;
  emu_tensor_chunk c = {.offset = index * EMU_CHUNK};
  int64_t inner = (int64_t)at[0] + (int64_t)chunk * per_chunk;
  clip(inner, per_chunk, map->size[0], &c.first, &c.last);
  uint64_t address = map->address + (uint64_t)(inner + c.first) * map->element;
  for (uint32_t d = 1; d < map->rank; d++) {
    int64_t coordinate = (int64_t)at[d] + row % map->box[d];
    row /= map->box[d];
    if (coordinate < 0 || coordinate >= map->size[d])
      c.last = c.first;
    address += (uint64_t)coordinate * map->stride[d];
  }
  c.first *= map->element;
  c.last *= map->element;
  c.address = address;
  return c;
}

/* Chunk number within a row of the pattern, xor number of the row: rows of 128 bytes in each case. */
uint32_t emu_tensor_swizzle(uint32_t swizzle, uint32_t shared_address) {
  uint32_t row = shared_address >> 7, mask = swizzle == 128 ? 7 : swizzle == 64 ? 3 : swizzle == 32 ? 1 : 0;
  return shared_address ^ (row & mask) << 4;
}
