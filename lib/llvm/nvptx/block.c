/* block.c: shapes of blocks; coordinates of threads as arithmetic on their numbers. */
#include "llvm/nvptx/block.h"
#include "llvm/host.h"
#include "llvm/nvptx/touch.h"
#include <string.h>

enum { MOST = 1024, LANES = 32 };

static const char names[3] = {'x', 'y', 'z'};

/* ---- shapes ---- */

static tw_block shape(int64_t x, int64_t y, int64_t z) {
  tw_block b = {.threads = 0};
  if (x < 1 || y < 1 || z < 1 || x > MOST || y > MOST || z > MOST || x * y * z > MOST)
    return b;
  return (tw_block){{(int32_t)x, (int32_t)y, (int32_t)z}, (int32_t)(x * y * z)};
}

/* whole: they say more than a number of threads. */
static tw_block bounds_of(LLVMValueRef f, bool *whole) {
  static const char *const keys[2][3] = {{"reqntidx", "reqntidy", "reqntidz"}, {"maxntidx", "maxntidy", "maxntidz"}};
  const char *const *key = keys[tw_annotation(f, keys[0][0], 0) > 0 ? 0 : 1];
  *whole = tw_annotation(f, key[1], 0) > 0 || tw_annotation(f, key[2], 0) > 0;
  return shape(tw_annotation(f, key[0], 0), tw_annotation(f, key[1], 1), tw_annotation(f, key[2], 1));
}

bool tw_block_is_flat(const tw_block *b) {
  return b->size[1] <= 1 && b->size[2] <= 1;
}

tw_block tw_block_of(LLVMValueRef function, bool flat, const int32_t said[3]) {
  bool whole;
  tw_block bounds = bounds_of(function, &whole), other = shape(said[0], said[1], said[2]);
  if (bounds.threads == 0)
    return other;
  if (flat || whole)
    return bounds;
  if (other.threads == bounds.threads)
    return other;
  return (tw_block){.threads = bounds.threads};
}

/* ---- coordinates ---- */

int32_t tw_block_dimension(const char *name, const char *prefix) {
  size_t length = strlen(prefix);
  if (strncmp(name, prefix, length) != 0 || strlen(name) != length + 1)
    return -1;
  for (int32_t d = 0; d < 3; d++)
    if (name[length] == names[d])
      return d;
  return -1;
}

static int32_t below(const tw_block *b, int32_t dimension) {
  int32_t n = 1;
  for (int32_t d = 0; d < dimension; d++)
    n *= b->size[d];
  return n;
}

int32_t tw_block_coordinate(const tw_block *b, int32_t thread, int32_t dimension) {
  return thread / below(b, dimension) % b->size[dimension];
}

static LLVMValueRef coordinate(const tw_block *b, const tw_emit *e, LLVMValueRef thread, int32_t dimension) {
  int32_t inner = below(b, dimension);
  if (b->size[dimension] == 1)
    return tw_emit_u32(e, 0);
  if (inner > 1)
    thread = LLVMBuildUDiv(e->builder, thread, tw_emit_u32(e, (uint32_t)inner), "");
  if (inner * b->size[dimension] < b->threads)
    thread = LLVMBuildURem(e->builder, thread, tw_emit_u32(e, (uint32_t)b->size[dimension]), "");
  return thread;
}

LLVMValueRef tw_block_register(const tw_block *b, const tw_emit *e, LLVMValueRef inst, LLVMValueRef thread) {
  char name[64];
  if (!tw_register_of(inst, name, sizeof name))
    return NULL;
  int32_t size = tw_block_dimension(name, "ntid."), d = tw_block_dimension(name, "tid.");
  if (size >= 0)
    return tw_emit_u32(e, (uint32_t)b->size[size]);
  if (!thread)
    return NULL;
  if (d >= 0)
    return coordinate(b, e, thread, d);
  return strcmp(name, "laneid") == 0 ? LLVMBuildAnd(e->builder, thread, tw_emit_u32(e, LANES - 1), "") : NULL;
}
