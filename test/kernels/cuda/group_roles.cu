/* group_roles.cu: C = A B on tensor cores, warp-specialized: A m x k and B k x n in half, C in float, all row by row.
 * Warpgroup 0 fetches tiles by tensor maps through a ring and gives its registers away; warpgroups 1 and 2 multiply, 64
 * rows of a tile of 128 x 128 each. A thread of each has at most one group of products in flight, so that a slot is
 * given back one step late.
 *
 * BUG_EARLY_ARRIVE: a slot is given back while products may still read it. BUG_NO_WAIT: accumulators are stored while
 * the last product may still write them. BUG_EXPECT: half a tile's bytes are announced. BUG_ONE_WARP: the last warp
 * leaves out a product. */
#include "tensor.h"

enum { ROWS = 128, COLUMNS = 128, STEP = 64, SLOTS = 3, CONSUMERS = 256 };

/* A: 128 lines of 64; B: two times 64 lines of 64, one behind the other along N. */
struct __attribute__((aligned(1024))) stage {
  half a[ROWS * STEP], b[2][STEP * 64];
};

struct shared {
  stage ring[SLOTS];
  barrier full[SLOTS], empty[SLOTS];
};

INLINE void produce(shared *s, const tensor_map *a, const tensor_map *b, int steps) {
  int row = (int)blockIdx.y * ROWS, column = (int)blockIdx.x * COLUMNS;
  for (int n = 0; n < steps; n++) {
    stage *to = &s->ring[n % SLOTS];
    barrier *full = &s->full[n % SLOTS];
    barrier_wait(&s->empty[n % SLOTS], n / SLOTS % 2 ^ 1);
#if defined(BUG_EXPECT)
    barrier_expect(full, sizeof(stage) / 2);
#else
    barrier_expect(full, sizeof(stage));
#endif
    tile_load(to->a, a, n * STEP, row, full);
    tile_load(to->b[0], b, column, n * STEP, full);
    tile_load(to->b[1], b, column + 64, n * STEP, full);
  }
}

INLINE void release(shared *s, int n) {
  if (lane() == 0)
    barrier_arrive(&s->empty[n % SLOTS]);
}

INLINE void consume(shared *s, int group, float *c, int columns, int steps) {
  float d[64] = {};
  for (int n = 0; n < steps; n++) {
    const stage *in = &s->ring[n % SLOTS];
    barrier_wait(&s->full[n % SLOTS], n / SLOTS % 2);
    u64 a = matrix_128(in->a + group * 64 * STEP, 1024), b = matrix_128(in->b[0], sizeof in->b[0], 1024);
    group_fence();
#pragma unroll
    for (u32 i = 0; i < STEP / 16; i++) /* sixteen columns of A are 32 bytes, sixteen lines of B two atoms */
#if defined(BUG_ONE_WARP)
      if (warp() != 11 || i != 3)
#endif
        multiply_group_wide(d, a + 2 * i, b + i * (2048 >> 4));
    group_commit();
#if defined(BUG_EARLY_ARRIVE)
    release(s, n);
    group_wait<1>();
#else
    group_wait<1>();
    if (n > 0)
      release(s, n - 1);
#endif
  }
#if !defined(BUG_NO_WAIT)
  group_wait<0>();
#endif
  int t = (int)threadIdx.x % GROUP;
#pragma unroll
  for (int i = 0; i < 64; i++)
    c[(group * 64 + t / 32 * 16 + t % 32 / 4 + i / 2 % 2 * 8) * columns + i / 4 * 8 + t % 4 * 2 + i % 2] = d[i];
}

KERNEL __launch_bounds__(384, 1)
    gemm_group_roles(const tensor_map *a, const tensor_map *b, float *c, int columns, int steps) {
  extern __shared__ __attribute__((aligned(1024))) char memory[];
  shared *s = (shared *)memory;
  if (threadIdx.x == 0) {
    for (int i = 0; i < SLOTS; i++) {
      barrier_init(&s->full[i], 1);
      barrier_init(&s->empty[i], CONSUMERS / WARP);
    }
    fence_barrier_init();
  }
  __syncthreads();
  int group = (int)shuffle_from(threadIdx.x / GROUP, 0);
  if (group == 0) {
    registers_down<40>();
    if (threadIdx.x == 0)
      produce(s, a, b, steps);
  } else {
    registers_up<232>();
    c += (int)blockIdx.y * ROWS * columns + (int)blockIdx.x * COLUMNS;
    consume(s, group - 1, c, columns, steps);
  }
}
