/* matrix.c: matrix instructions of a warp: mma.sync and wmma.mma, ldmatrix and stmatrix, wmma.load and wmma.store. All
 * of them are aligned: every lane of the warp runs the same one. They make no order in memory. */
#include "emu/cores.h"
#include "emu/device.h"
#include "emu/emu.h"
#include "emu/tile.h"

#include <string.h>

enum { EVERY_LANE = -1 };

/* ---- products ---- */

/* What a lane brings. */
typedef struct fragments {
  const uint32_t *a, *b, *c;
} fragments;

static void multiply(const emu_mma *mma, emu_meeting *m, emu_cores *w) {
  for (int lane = 0; lane < EMU_WARP; lane++) {
    const fragments *f = m->operands[lane];
    emu_mma_unpack(mma, EMU_OPERAND_A, lane, f->a, w->a);
    emu_mma_unpack(mma, EMU_OPERAND_B, lane, f->b, w->b);
    emu_mma_unpack(mma, EMU_OPERAND_C, lane, f->c, w->c);
  }
  for (int lane = 0; lane < EMU_WARP; lane++)
    emu_mma_multiply(mma, lane, w->a, w->b, w->c, m->results[lane]);
}

/* All 32 lanes must be there: one that has exited has no fragment. */
static emu_meeting *gather(emu_thread *self, const tweed_emu_place *place, const void *operands, void *results) {
  emu_meeting *m = emu_gather(self, place, place->what, (uint32_t)EVERY_LANE, true, operands, results);
  if (m && m->arrived != (uint32_t)EVERY_LANE)
    emu_fault(
        self, TWEED_EMU_DIVERGENCE, place,
        "only lanes 0x%08x of warp %u run an instruction that takes all 32; the others don't exist or have exited",
        m->arrived, self->warp->index);
  return m;
}

void tweed_emu_mma(const tweed_emu_place *place, uint64_t code, uint32_t *d, const uint32_t *a, const uint32_t *b,
                   const uint32_t *c) {
  emu_thread *self = emu_self();
  const fragments mine = {a, b, c};
  emu_meeting *m = gather(self, place, &mine, d);
  if (!m)
    return;
  emu_mma mma = emu_mma_unpacked(code);
  multiply(&mma, m, emu_cores_of(self, place));
  emu_scatter(self, m);
}

/* ---- ldmatrix, stmatrix ---- */

static void check_row(emu_thread *self, const tweed_emu_place *place, uint64_t address, int row) {
  if (address % 16 != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "the address of row %d of matrix %d, from lane %d, is no multiple of 16",
              row % 8, row / 8, row);
  if (!emu_is_shared(self->machine, address))
    emu_fault(self, TWEED_EMU_BOUNDS, place,
              "the address of row %d of matrix %d, from lane %d, is not in shared memory", row % 8, row / 8, row);
}

/* Each lane gets the addresses of all rows of `count` matrices; those of further lanes don't count. */
static void share_rows(emu_thread *self, const tweed_emu_place *place, int count, uint64_t address,
                       uint64_t rows[EMU_WARP]) {
  emu_meeting *m = gather(self, place, &address, rows);
  if (!m)
    return;
  uint64_t all[EMU_WARP];
  for (int lane = 0; lane < EMU_WARP; lane++)
    all[lane] = *(const uint64_t *)m->operands[lane];
  for (int row = 0; row < 8 * count; row++)
    check_row(self, place, all[row], row);
  for (int lane = 0; lane < EMU_WARP; lane++)
    memcpy(m->results[lane], all, sizeof all);
  emu_scatter(self, m);
}

void tweed_emu_ldmatrix(const tweed_emu_place *place, uint64_t code, uint32_t *results, const void *row) {
  emu_thread *self = emu_self();
  const void *pc = __builtin_return_address(0);
  emu_ldmatrix ld = emu_ldmatrix_unpacked((uint32_t)code);
  uint64_t rows[EMU_WARP];
  share_rows(self, place, ld.count, (uintptr_t)row, rows);
  for (int j = 0; j < ld.count; j++) {
    uint16_t halves[2];
    for (int half = 0; half < 2; half++) {
      emu_spot s = emu_ldmatrix_place(ld.trans, (int)self->lane, half);
      emu_read(self, place, &halves[half], rows[8 * j + s.row] + 2 * (uint64_t)s.col, 2, 2, pc);
    }
    results[j] = halves[0] | (uint32_t)halves[1] << 16;
  }
}

void tweed_emu_stmatrix(const tweed_emu_place *place, uint64_t code, void *row, const uint32_t *words) {
  emu_thread *self = emu_self();
  const void *pc = __builtin_return_address(0);
  emu_ldmatrix st = emu_ldmatrix_unpacked((uint32_t)code);
  uint64_t rows[EMU_WARP];
  share_rows(self, place, st.count, (uintptr_t)row, rows);
  for (int j = 0; j < st.count; j++)
    for (int half = 0; half < 2; half++) {
      emu_spot s = emu_ldmatrix_place(st.trans, (int)self->lane, half);
      uint16_t value = (uint16_t)(words[j] >> 16 * half);
      emu_write(self, place, rows[8 * j + s.row] + 2 * (uint64_t)s.col, &value, 2, 2, pc);
    }
}

/* ---- wmma.load, wmma.store ---- */

typedef struct matrix {
  uint64_t address;
  int64_t stride;
} matrix;

/* Lines are 16 bytes aligned, or less where a whole line is shorter. Returns the stride, in elements. */
static int64_t meet(emu_thread *self, const tweed_emu_place *place, const emu_wmma *w, uint64_t address,
                    int64_t stride) {
  int64_t tight = emu_wmma_stride(w), bits = emu_bits(w->mma.a), align = tight * bits / 8;
  matrix mine = {address, stride ? stride : tight};
  align = align > 16 ? 16 : align;
  if (address % (uint64_t)align != 0 || mine.stride * bits / 8 % align != 0 || mine.stride * bits % 8 != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place,
              "address or stride (%lld elements) puts lines at no multiple of %lld bytes", (long long)mine.stride,
              (long long)align);
  emu_meeting *m = gather(self, place, &mine, NULL);
  for (int lane = 0; m && lane < EMU_WARP; lane++) {
    const matrix *other = m->operands[lane];
    if (other->address != mine.address || other->stride != mine.stride)
      emu_fault(self, TWEED_EMU_MISUSE, place, "lanes %d and %u give different addresses or strides of one matrix",
                lane, self->lane);
  }
  if (m)
    emu_scatter(self, m);
  return mine.stride;
}

/* Elements from `index` on that lie together, up to 16 bytes and whole bytes. */
static int run_of(const emu_wmma *w, int64_t stride, int lane, int index, int count) {
  int bits = emu_bits(w->mma.a), n = 1;
  int64_t from = emu_wmma_offset(w, stride, lane, index);
  while (index + n < count && n * bits < 128 && emu_wmma_offset(w, stride, lane, index + n) == from + n)
    n++;
  return n;
}

void tweed_emu_wmma_load(const tweed_emu_place *place, uint64_t code, uint32_t *results, const void *address,
                         uint32_t stride) {
  emu_thread *self = emu_self();
  const void *pc = __builtin_return_address(0);
  emu_wmma w = emu_wmma_unpacked(code);
  int64_t apart = meet(self, place, &w, (uintptr_t)address, stride);
  int count = emu_mma_elements(&w.mma, w.operand), bits = emu_bits(w.mma.a), lane = (int)self->lane;
  for (int i = 0, n; i < count; i += n) {
    uint32_t words[4] = {0};
    n = run_of(&w, apart, lane, i, count);
    uint64_t from = (uintptr_t)address + (uint64_t)(emu_wmma_offset(&w, apart, lane, i) * bits / 8);
    emu_read(self, place, words, from, (size_t)(n * bits / 8), 1, pc);
    for (int j = 0; j < n; j++)
      emu_set(w.mma.a, results, i + j, emu_get(w.mma.a, words, j));
  }
}

void tweed_emu_wmma_store(const tweed_emu_place *place, uint64_t code, void *address, const uint32_t *fragment,
                          uint32_t stride) {
  emu_thread *self = emu_self();
  const void *pc = __builtin_return_address(0);
  emu_wmma w = emu_wmma_unpacked(code);
  int64_t apart = meet(self, place, &w, (uintptr_t)address, stride);
  int count = emu_mma_elements(&w.mma, w.operand), bits = emu_bits(w.mma.a), lane = (int)self->lane;
  for (int i = 0, n; i < count; i += n) {
    uint32_t words[4] = {0};
    n = run_of(&w, apart, lane, i, count);
    for (int j = 0; j < n; j++)
      emu_set(w.mma.a, words, j, emu_get(w.mma.a, fragment, i + j));
    uint64_t to = (uintptr_t)address + (uint64_t)(emu_wmma_offset(&w, apart, lane, i) * bits / 8);
    emu_write(self, place, to, words, (size_t)(n * bits / 8), 1, pc);
  }
}
