/* roles.cu: warp-specialized C = A B in float. One thread fetches tiles through a ring, four warps multiply; full and
 * empty barriers hand the slots to and fro. Blocks stay and do every gridDim.x-th tile of C. Tensor maps and sizes as
 * in gemm_tensor of bulk.cu.
 *
 * The n-th use of the ring is of slot n % SLOTS; it waits for `full` with parity n / SLOTS % 2 and for `empty` with the
 * other one, so that the first round finds all slots free. n goes on from tile to tile.
 *
 * BUG_RING_SHORT: the ring has a slot less than the barriers believe. BUG_PARITY_RESTART: the consumers count from 0
 * again for each tile. BUG_NO_EMPTY_WAIT: the fetch does not wait for a free slot. BUG_EARLY_ARRIVE: a slot is given
 * back before it has been read. BUG_EXPECT: bytes of half a tile are not announced. BUG_EMPTY_COUNT: `empty` counts a
 * warp that never arrives. BUG_BARRIER_COUNT: the consumers' own barrier counts a warp too many. BUG_DEADLOCK: the
 * first round waits for slots that nobody will free. BUG_NO_FENCE: the store of C may not see what the threads wrote.
 * BUG_REINIT: each tile initialises the barriers again. */
#include "cuda.h"

enum { TILE = 32, STEP = 16, SLOTS = 3 };

struct __attribute__((aligned(128))) stage {
  float a[TILE][STEP], b[STEP][TILE];
};

struct shared {
#if defined(BUG_RING_SHORT)
  stage ring[SLOTS - 1];
#else
  stage ring[SLOTS];
#endif
  __attribute__((aligned(128))) float out[TILE][TILE];
  barrier full[SLOTS], empty[SLOTS];
};

#if defined(BUG_RING_SHORT)
#define STAGE(s, n) (&(s)->ring[(n) % (SLOTS - 1)])
#else
#define STAGE(s, n) (&(s)->ring[(n) % SLOTS])
#endif

template <int consumers> INLINE void initialise(shared *s) {
  for (int i = 0; i < SLOTS; i++) {
    barrier_init(&s->full[i], 1);
#if defined(BUG_EMPTY_COUNT)
    barrier_init(&s->empty[i], consumers / WARP + 1);
#else
    barrier_init(&s->empty[i], consumers / WARP);
#endif
  }
  fence_barrier_init();
}

template <int consumers>
INLINE void produce(shared *s, const tensor_map *a, const tensor_map *b, int columns, int tiles, int steps) {
  int n = 0;
  for (int tile = (int)blockIdx.x; tile < tiles; tile += (int)gridDim.x) {
#if defined(BUG_REINIT)
    initialise<consumers>(s);
    n = 0;
#endif
    for (int step = 0; step < steps; step++, n++) {
      barrier *full = &s->full[n % SLOTS];
#if defined(BUG_DEADLOCK)
      barrier_wait(&s->empty[n % SLOTS], n / SLOTS % 2);
#elif !defined(BUG_NO_EMPTY_WAIT)
      barrier_wait(&s->empty[n % SLOTS], n / SLOTS % 2 ^ 1);
#endif
#if defined(BUG_EXPECT)
      barrier_expect(full, sizeof(stage) / 2);
#else
      barrier_expect(full, sizeof(stage));
#endif
      tile_load(STAGE(s, n)->a, a, step * STEP, tile / columns * TILE, full);
      tile_load(STAGE(s, n)->b, b, tile % columns * TILE, step * STEP, full);
    }
  }
}

/* The store of a tile's C has read its source before the next tile's C is written there. */
template <int consumers>
INLINE void send(shared *s, const tensor_map *c, int t, int x, int y, const float sum[TILE * TILE / consumers]) {
#if defined(BUG_BARRIER_COUNT)
  const int members = consumers + WARP;
#else
  const int members = consumers;
#endif
  if (t == 0)
    bulk_wait_read<0>();
  bar_sync(1, members);
  for (int r = 0; r < TILE * TILE / consumers; r++)
    s->out[t / TILE + r * consumers / TILE][t % TILE] = sum[r];
#if !defined(BUG_NO_FENCE)
  fence_proxy_async();
#endif
  bar_sync(1, members);
  if (t == 0) {
    tile_store(c, x, y, s->out);
    bulk_commit();
  }
}

/* Thread t has elements of column t % 32, from row t / 32 on in steps of consumers / 32. */
template <int consumers> INLINE void consume(shared *s, const tensor_map *c, int t, int columns, int tiles, int steps) {
  int n = 0;
  for (int tile = (int)blockIdx.x; tile < tiles; tile += (int)gridDim.x) {
#if defined(BUG_PARITY_RESTART)
    n = 0;
#endif
    float sum[TILE * TILE / consumers] = {0};
    for (int step = 0; step < steps; step++, n++) {
      barrier_wait(&s->full[n % SLOTS], n / SLOTS % 2);
#if defined(BUG_EARLY_ARRIVE)
      if (lane() == 0)
        barrier_arrive(&s->empty[n % SLOTS]);
#endif
      const stage *in = STAGE(s, n);
      for (int i = 0; i < STEP; i++)
        for (int r = 0; r < TILE * TILE / consumers; r++)
          sum[r] += in->a[t / TILE + r * consumers / TILE][i] * in->b[i][t % TILE];
#if !defined(BUG_EARLY_ARRIVE)
      __nvvm_bar_warp_sync(ALL);
      if (lane() == 0)
        barrier_arrive(&s->empty[n % SLOTS]);
#endif
    }
    send<consumers>(s, c, t, tile % columns * TILE, tile / columns * TILE, sum);
  }
  if (t == 0)
    bulk_wait<0>();
}

/* Warp 0 produces, four warps consume: 160 threads. */
KERNEL __launch_bounds__(160, 1)
    gemm_roles(const tensor_map *a, const tensor_map *b, const tensor_map *c, int columns, int tiles, int steps) {
  __shared__ shared s;
  if (threadIdx.x == 0)
    initialise<128>(&s);
  __syncthreads();
  if (shuffle_from(warp(), 0) == 0) {
    if (elect())
      produce<128>(&s, a, b, columns, tiles, steps);
  } else {
    consume<128>(&s, c, (int)threadIdx.x - WARP, columns, tiles, steps);
  }
}

/* Warp group 0 produces and gives its registers to warp groups 1 and 2: 384 threads. BUG_REGISTERS: it keeps them, and
 * there are not enough for the others. */
KERNEL __launch_bounds__(384, 1)
    gemm_groups(const tensor_map *a, const tensor_map *b, const tensor_map *c, int columns, int tiles, int steps) {
  __shared__ shared s;
  if (threadIdx.x == 0)
    initialise<256>(&s);
  __syncthreads();
  if (shuffle_from(warp(), 0) < 4) {
#if !defined(BUG_REGISTERS)
    registers_down<40>();
#endif
    if (threadIdx.x == 0)
      produce<256>(&s, a, b, columns, tiles, steps);
  } else {
    registers_up<232>();
    consume<256>(&s, c, (int)threadIdx.x - 128, columns, tiles, steps);
  }
}
