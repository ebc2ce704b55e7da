/* tensor.h: tensor maps and the tiles that they cut: which bytes of global memory go where in shared memory. No memory
 * is touched here. A map is tweed_emu_tensor_map_encode's (tweed/emu.h). */
#ifndef TWEED_LIB_EMU_TENSOR_H
#define TWEED_LIB_EMU_TENSOR_H

#include <stdbool.h>
#include <tweed/emu.h>

enum { EMU_TILE_ALIGN = 128, EMU_CHUNK = 16 }; /* bytes: what a swizzle moves as one */

/* The 128 bytes of a map. Invariants: those that tweed_emu_tensor_map_encode checks. */
typedef struct emu_tensor_map {
  uint64_t magic, address;
  uint64_t stride[TWEED_EMU_TENSOR_RANK]; /* bytes; [0] is the size of an element */
  uint32_t size[TWEED_EMU_TENSOR_RANK];
  uint16_t box[TWEED_EMU_TENSOR_RANK];
  uint8_t rank, element, swizzle, type, reserved[38];
} emu_tensor_map;

/* Whether these 128 bytes are a map: NULL or why not. */
const char *emu_tensor_map_check(const emu_tensor_map *map);

uint32_t emu_tensor_box_bytes(const emu_tensor_map *map);

/* Chunk `index` of the box whose first element is at `at` (innermost first). `offset` is from the start of the tile,
 * before swizzling; bytes first..last-1 of the chunk are those in the tensor, and the first of them lies at `address`;
 * the others are outside: zero in shared memory, untouched in global memory. first == last: all are outside. */
typedef struct emu_tensor_chunk {
  uint32_t offset, first, last;
  uint64_t address;
} emu_tensor_chunk;
emu_tensor_chunk emu_tensor_chunk_at(const emu_tensor_map *map, const int32_t *at, uint32_t index);

/* Where the byte of an address in the shared window goes: 16-byte chunks change places within 1024, 512 or 256 bytes.
 */
uint32_t emu_tensor_swizzle(uint32_t swizzle, uint32_t shared_address);
#endif
