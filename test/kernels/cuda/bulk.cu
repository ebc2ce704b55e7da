/* bulk.cu: C = A B in float with bulk copies and mbarriers, A m x k, B k x n; a block of 128 threads computes a tile of
 * 32 x 32, in steps of 16. All sizes are multiples of the tile's. */
#include "cuda.h"

enum { TILE = 32, STEP = 16, SLOTS = 2 };

struct __attribute__((aligned(128))) stage {
  float a[TILE][STEP], b[STEP][TILE];
};

/* Thread t of 128 has eight elements of column t % 32, from row t / 32 on in steps of 4. */
INLINE void multiply(const stage *s, int t, float sum[8]) {
  for (int i = 0; i < STEP; i++) {
    float b = s->b[i][t % TILE];
    for (int r = 0; r < 8; r++)
      sum[r] += s->a[t / TILE + r * 4][i] * b;
  }
}

/* Rows of A and B come one by one: cp.async.bulk. BUG_NO_WAIT: nobody waits for them. BUG_EXPECT: the barrier expects
 * one row too few. BUG_PARITY: each use of a slot waits for its first phase. */
KERNEL gemm_bulk(const float *a, const float *b, float *c, int n, int k) {
  __shared__ stage ring[SLOTS];
  __shared__ barrier full[SLOTS];
  int t = (int)threadIdx.x, row = (int)blockIdx.y * TILE, column = (int)blockIdx.x * TILE;
  auto fetch = [&](int step) {
    stage *s = &ring[step % SLOTS];
    barrier *f = &full[step % SLOTS];
#if defined(BUG_EXPECT)
    barrier_expect(f, sizeof(stage) - sizeof s->a[0]);
#else
    barrier_expect(f, sizeof(stage));
#endif
    for (int r = 0; r < TILE; r++)
      bulk_load(s->a[r], &a[(row + r) * k + step * STEP], sizeof s->a[r], f);
    for (int r = 0; r < STEP; r++)
      bulk_load(s->b[r], &b[(step * STEP + r) * n + column], sizeof s->b[r], f);
  };
  if (t == 0) {
    for (int i = 0; i < SLOTS; i++)
      barrier_init(&full[i], 1);
    fence_barrier_init();
  }
  __syncthreads();
  float sum[8] = {0};
  if (t == 0)
    fetch(0);
  for (int step = 0; step < k / STEP; step++) {
    if (t == 0 && step + 1 < k / STEP)
      fetch(step + 1);
#if defined(BUG_PARITY)
    barrier_wait(&full[step % SLOTS], 0);
#elif !defined(BUG_NO_WAIT)
    barrier_wait(&full[step % SLOTS], step / SLOTS % 2);
#endif
    multiply(&ring[step % SLOTS], t, sum);
    __syncthreads();
  }
  for (int r = 0; r < 8; r++)
    c[(row + t / TILE + r * 4) * n + column + t % TILE] = sum[r];
}

/* Tiles of A, B and C come and go by tensor maps, with boxes [16, 32], [32, 16] and [32, 32]. BUG_NO_FENCE: the store
 * may not see what the threads wrote. BUG_NO_BARRIER: it starts before they have written it. BUG_IN_FLIGHT: the block
 * ends before the store has read its source. */
KERNEL gemm_tensor(const tensor_map *a, const tensor_map *b, const tensor_map *c, int k) {
  __shared__ stage ring[SLOTS];
  __shared__ __attribute__((aligned(128))) float out[TILE][TILE];
  __shared__ barrier full[SLOTS];
  int t = (int)threadIdx.x, row = (int)blockIdx.y * TILE, column = (int)blockIdx.x * TILE;
  auto fetch = [&](int step) {
    stage *s = &ring[step % SLOTS];
    barrier_expect(&full[step % SLOTS], sizeof(stage));
    tile_load(s->a, a, step * STEP, row, &full[step % SLOTS]);
    tile_load(s->b, b, column, step * STEP, &full[step % SLOTS]);
  };
  if (t == 0) {
    for (int i = 0; i < SLOTS; i++)
      barrier_init(&full[i], 1);
    fence_barrier_init();
  }
  __syncthreads();
  float sum[8] = {0};
  if (t == 0)
    fetch(0);
  for (int step = 0; step < k / STEP; step++) {
    if (t == 0 && step + 1 < k / STEP)
      fetch(step + 1);
    barrier_wait(&full[step % SLOTS], step / SLOTS % 2);
    multiply(&ring[step % SLOTS], t, sum);
    __syncthreads();
  }
  for (int r = 0; r < 8; r++)
    out[t / TILE + r * 4][t % TILE] = sum[r];
#if !defined(BUG_NO_FENCE)
  fence_proxy_async();
#endif
#if !defined(BUG_NO_BARRIER)
  __syncthreads();
#endif
  if (t == 0) {
    tile_store(c, column, row, out);
    bulk_commit();
#if !defined(BUG_IN_FLIGHT)
    bulk_wait<0>();
#endif
  }
}

/* Blocks of 512 floats pass through a ring: one warp fetches, another one sends them on from where they lie.
 * BUG_EARLY_ARRIVE: a slot is given back while the store may still read it. */
KERNEL relay(const float *in, float *out, int blocks) {
  __shared__ __attribute__((aligned(128))) float ring[SLOTS][512];
  __shared__ barrier full[SLOTS], empty[SLOTS];
  if (threadIdx.x == 0) {
    for (int i = 0; i < SLOTS; i++) {
      barrier_init(&full[i], 1);
      barrier_init(&empty[i], 1);
    }
    fence_barrier_init();
  }
  __syncthreads();
  bool first = lane() == 0;
  for (int i = 0; first && i < blocks; i++) {
    int slot = i % SLOTS, parity = i / SLOTS % 2;
    if (warp() == 0) {
      barrier_wait(&empty[slot], parity ^ 1);
      barrier_expect(&full[slot], sizeof ring[slot]);
      bulk_load(ring[slot], in + i * 512, sizeof ring[slot], &full[slot]);
    } else if (warp() == 1) {
      barrier_wait(&full[slot], parity);
      bulk_store(out + i * 512, ring[slot], sizeof ring[slot]);
      bulk_commit();
#if !defined(BUG_EARLY_ARRIVE)
      bulk_wait_read<0>();
#endif
      barrier_arrive(&empty[slot]);
    }
  }
  bulk_wait<0>();
}
