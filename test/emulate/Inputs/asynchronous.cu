/* asynchronous.cu: asynchronous instructions in all their forms. With EXPECTED the kernels write plainly what the
 * others must come to. */
#include "cuda.h"

/* ---- cp.async: 32 threads ---- */

/* Sizes 4, 8 and 16, zeros behind a shorter source; wait_group, wait_all, mbarrier arrivals. */
KERNEL elements(const int *in, int *out) {
  int t = (int)threadIdx.x;
#if defined(EXPECTED)
  for (int i = 0; i < 4; i++) {
    out[t * 16 + i] = in[t * 4 + i];
    out[t * 16 + 4 + i] = i < 2 ? in[t * 4 + i] : 0;
    out[t * 16 + 8 + i] = in[t * 4 + i];
    out[t * 16 + 12 + i] = in[(t + 1) % WARP * 4 + i];
  }
#else
  __shared__ __attribute__((aligned(16))) int s[WARP][16];
  __shared__ barrier b;
  if (t == 0)
    barrier_init(&b, 2 * WARP);
  __syncthreads();
  copy_async_16(&s[t][0], &in[t * 4]);
  copy_commit();
  asm volatile("cp.async.cg.shared::cta.global.L2::128B [%0], [%1], 16, %2;" ::"r"(shared_address(&s[t][4])),
               "l"(&in[t * 4]), "r"(8)
               : "memory");
  copy_commit();
  asm volatile("cp.async.ca.shared.global [%0], [%1], 8;" ::"r"(shared_address(&s[t][8])), "l"(&in[t * 4]) : "memory");
  __nvvm_cp_async_ca_shared_global_4((SHARED void *)&s[t][10], (GLOBAL const void *)&in[t * 4 + 2]);
  __nvvm_cp_async_ca_shared_global_4((SHARED void *)&s[t][11], (GLOBAL const void *)&in[t * 4 + 3], 4);
  copy_wait<1>();
  for (int i = 0; i < 4; i++)
    out[t * 16 + i] = s[t][i];
  asm volatile("cp.async.wait_all;" ::: "memory");
  for (int i = 4; i < 12; i++)
    out[t * 16 + i] = s[t][i];
  for (int i = 0; i < 4; i++)
    copy_async_4(&s[t][12 + i], &in[t * 4 + i]);
  copy_arrive(&b); /* one of the 64 arrivals */
  asm volatile("cp.async.mbarrier.arrive.shared.b64 [%0];" ::"r"(shared_address(&b))
               : "memory"); /* one more, and it comes */
  barrier_arrive(&b);
  barrier_wait(&b, 0);
  for (int i = 12; i < 16; i++)
    out[t * 16 + i] = s[(t + 1) % WARP][i];
#endif
}

/* ---- mbarriers: one thread ---- */

INLINE u64 arrive_of(barrier *b, int count) {
  u64 state;
  asm volatile("mbarrier.arrive.release.cta.shared::cta.b64 %0, [%1], %2;"
               : "=l"(state)
               : "r"(shared_address(b)), "r"(count)
               : "memory");
  return state;
}

INLINE bool done_patiently(barrier *b, u64 state) {
  u32 yes;
  asm volatile("{\n\t.reg .pred p;\n\tmbarrier.try_wait.shared.b64 p, [%1], %2, 1000;\n\tselp.b32 %0, 1, 0, p;\n\t}"
               : "=r"(yes)
               : "r"(shared_address(b)), "l"(state)
               : "memory");
  return yes != 0;
}

INLINE bool done_by_parity(barrier *b, int parity) {
  u32 yes;
  asm volatile("{\n\t.reg .pred p;\n\tmbarrier.test_wait.parity.acquire.cta.shared::cta.b64 p, [%1], %2;\n\t"
               "selp.b32 %0, 1, 0, p;\n\t}"
               : "=r"(yes)
               : "r"(shared_address(b)), "r"(parity)
               : "memory");
  return yes != 0;
}

INLINE void transactions(barrier *b, bool complete, int bytes) {
  if (complete)
    asm volatile("mbarrier.complete_tx.relaxed.cta.shared::cta.b64 [%0], %1;" ::"r"(shared_address(b)), "r"(bytes)
                 : "memory");
  else
    asm volatile("mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [%0], %1;" ::"r"(shared_address(b)), "r"(bytes)
                 : "memory");
}

KERNEL barriers(int *out) {
#if defined(EXPECTED)
  const int want[] = {4, 0, 3, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1};
  for (int i = 0; i < (int)(sizeof want / sizeof *want); i++)
    out[i] = want[i];
#else
  __shared__ barrier b;
  SHARED long *s = (SHARED long *)&b;
  __nvvm_mbarrier_init((long *)&b, 4);
  long first = __nvvm_mbarrier_arrive_noComplete_shared(s, 1);
  out[0] = __nvvm_mbarrier_pending_count(first);
  out[1] = __nvvm_mbarrier_test_wait_shared(s, first);
  out[2] = __nvvm_mbarrier_pending_count((long)arrive_of(&b, 2));
  long second = __nvvm_mbarrier_arrive_drop_shared(s); /* from here on three */
  out[3] = __nvvm_mbarrier_pending_count(second);
  out[4] = __nvvm_mbarrier_test_wait((long *)&b, first);
  out[5] = done_patiently(&b, (u64)second);
  out[6] = done_by_parity(&b, 0);
  out[7] = done_by_parity(&b, 1);
  transactions(&b, false, 64);
  arrive_of(&b, 3);
  out[8] = done_by_parity(&b, 1);
  transactions(&b, true, 64);
  out[9] = done_by_parity(&b, 1);
  barrier_expect(&b, 16);
  transactions(&b, true, 16);
  arrive_of(&b, 2);
  out[10] = done_by_parity(&b, 0);
  __nvvm_mbarrier_arrive_drop_noComplete_shared(s, 2); /* from here on one */
  __nvvm_mbarrier_arrive((long *)&b);
  out[11] = done_by_parity(&b, 1);
  asm volatile("{\n\t.reg .b64 state;\n\tmbarrier.arrive_drop.shared.b64 state, [%0];\n\t}" ::"r"(shared_address(&b))
               : "memory");
  out[12] = done_by_parity(&b, 0);
  __nvvm_mbarrier_inval_shared(s);
  barrier_init(&b, 1);
  barrier_arrive(&b);
  out[13] = done_by_parity(&b, 0);
  asm volatile("mbarrier.inval.shared::cta.b64 [%0];" ::"r"(shared_address(&b)) : "memory");
#endif
}

/* ---- bulk copies: one thread ---- */

KERNEL bulk(const int *in, int *out) {
#if defined(EXPECTED)
  for (int i = 0; i < 64; i++)
    out[i] = in[i];
#else
  __shared__ __attribute__((aligned(128))) int s[64];
  __shared__ barrier b;
  barrier_init(&b, 1);
  fence_barrier_init();
  barrier_expect(&b, 256);
  asm volatile("cp.async.bulk.prefetch.L2.global [%0], %1;" ::"l"(in), "r"(256) : "memory");
  asm volatile(
      "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1], %2, [%3], %4;" ::
          "r"(shared_address(s)),
      "l"(in), "r"(128), "r"(shared_address(&b)), "l"(0ull)
      : "memory");
  asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [%0], [%1], %2, "
               "[%3], %4;" ::"r"(shared_address(s + 32)),
               "l"(in + 32), "r"(128), "r"(shared_address(&b)), "h"((u16)1)
               : "memory");
  barrier_wait(&b, 0);
  for (int part = 0; part < 4; part++) {
    bulk_store(out + part * 16, s + part * 16, 64);
    bulk_commit();
    if (part == 1)
      asm volatile("cp.async.bulk.wait_group.read %0;" ::"n"(1) : "memory");
  }
  __nvvm_barrier_cluster_arrive_relaxed();
  __nvvm_barrier_cluster_wait();
  bulk_wait<0>();
#endif
}

/* ---- tiles: one thread ---- */

/* Tiles of one to five dimensions, half of each outside of its tensor, added up element by element with their place. */
template <int rank> INLINE void load_tile(void *to, const tensor_map *map, barrier *b) {
  u32 s = shared_address(to), f = shared_address(b);
  asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
  if (rank == 1)
    asm volatile(
        "cp.async.bulk.tensor.1d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2}], [%3];" ::"r"(s),
        "l"(map), "r"(-4), "r"(f)
        : "memory");
  if (rank == 3)
    asm volatile(
        "cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4}], "
        "[%5];" ::"r"(s),
        "l"(map), "r"(-4), "r"(1), "r"(-1), "r"(f)
        : "memory");
  if (rank == 4)
    asm volatile(
        "cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4, "
        "%5}], [%6];" ::"r"(s),
        "l"(map), "r"(-4), "r"(1), "r"(-1), "r"(0), "r"(f)
        : "memory");
  if (rank == 5)
    asm volatile(
        "cp.async.bulk.tensor.5d.shared::cluster.global.tile.mbarrier::complete_tx::bytes.multicast::cluster.L2::"
        "cache_hint [%0], [%1, {%2, %3, %4, %5, %6}], [%7], %8, %9;" ::"r"(s),
        "l"(map), "r"(-4), "r"(1), "r"(-1), "r"(0), "r"(1), "r"(f), "h"((u16)1), "l"(0ull)
        : "memory");
}

/* Sizes are [8], [8,2,2], [8,2,2,2], [8,2,2,2,2] ints, boxes [8], [8,2,2], …: what is inside begins at element 4 of a
 * row. */
template <int rank> INLINE void tile(const tensor_map *map, const int *in, int *out) {
  const int elements = rank == 1 ? 8 : 8 << (rank - 1);
#if defined(EXPECTED)
  for (int i = 0; i < elements; i++) {
    int x = i % 8 - 4, y = i / 8 % 2 + 1, z = i / 16 % 2 - 1, u = i / 32 % 2, v = rank < 5 ? 0 : i / 64 % 2 + 1;
    bool inside = x >= 0 && (rank < 3 || (y < 2 && z >= 0)) && (rank < 5 || v < 2);
    int at = x + (rank < 3 ? 0 : y * 8 + z * 16 + u * 32 + v * 64);
    out[i] = inside ? in[at] : 0;
  }
#else
  __shared__ __attribute__((aligned(128))) int s[128];
  __shared__ barrier b;
  barrier_init(&b, 1);
  fence_proxy_async();
  barrier_expect(&b, elements * 4);
  load_tile<rank>(s, map, &b);
  barrier_wait(&b, 0);
  for (int i = 0; i < elements; i++)
    out[i] = s[i];
  asm volatile("mbarrier.inval.shared::cta.b64 [%0];" ::"r"(shared_address(&b)) : "memory");
#endif
}

KERNEL tile_1(const tensor_map *map, const int *in, int *out) {
  tile<1>(map, in, out);
}
KERNEL tile_3(const tensor_map *map, const int *in, int *out) {
  tile<3>(map, in, out);
}
KERNEL tile_4(const tensor_map *map, const int *in, int *out) {
  tile<4>(map, in, out);
}
KERNEL tile_5(const tensor_map *map, const int *in, int *out) {
  tile<5>(map, in, out);
}

/* A tile of 32 x 8 numbers of 16 bits, 0, 1, 2, …, comes and goes in a swizzle of 64 bytes. In between the chunks of 16
 * bytes lie as PTX says: number within the row, xor number of the line of 128 bytes. */
KERNEL swizzled(const tensor_map *from, const tensor_map *to, u16 *out) {
  __shared__ __attribute__((aligned(1024))) u16 s[8][32];
#if defined(EXPECTED)
  for (int i = 0; i < 256; i++)
    s[i / 32][i % 32] = (u16)(i / 32 * 32 + (i % 32 / 8 ^ i / 64 % 4) * 8 + i % 8);
  (void)from;
  fence_proxy_async();
#else
  __shared__ barrier b;
  barrier_init(&b, 1);
  fence_proxy_async();
  barrier_expect(&b, sizeof s);
  tile_load(s, from, 0, 0, &b);
  barrier_wait(&b, 0);
#endif
  for (int i = 0; i < 256; i++)
    out[i] = s[i / 32][i % 32];
  tile_store(to, 0, 0, s);
  bulk_commit();
  bulk_wait<0>();
}

/* ---- reductions: a thread of each block ---- */

#define REDUCE(OPERATION, TO, FROM)                                                                                    \
  asm volatile("cp.reduce.async.bulk.global.shared::cta.bulk_group." OPERATION " [%0], [%1], %2;" ::"l"(TO),           \
               "r"(shared_address(FROM)), "r"((u32)sizeof(FROM))                                                       \
               : "memory")

/* Every block adds its own values to what is there, by each operation; to the tile twice, once half of it outside. */
KERNEL reductions(const int *in, int *ints, u32 *words, float *floats, half *halves, const tensor_map *map) {
  __shared__ __attribute__((aligned(128))) int s[64];
  __shared__ __attribute__((aligned(128))) float f[64];
  __shared__ __attribute__((aligned(128))) half h[64];
  for (int i = 0; i < 64; i++) {
    s[i] = in[i] * ((int)blockIdx.x + 1);
    f[i] = (float)s[i];
    h[i] = (half)(s[i] % 8);
  }
  fence_proxy_async();
#if defined(EXPECTED)
  for (int i = 0; i < 64; i++) {
    u32 w = (u32)s[i];
    ints[i] += s[i];
    ints[64 + i] = ints[64 + i] < s[i] ? ints[64 + i] : s[i];
    ints[128 + i] = ints[128 + i] > s[i] ? ints[128 + i] : s[i];
    words[i] = words[i] > w ? words[i] : w;
    words[64 + i] &= w;
    words[128 + i] |= w;
    words[192 + i] ^= w;
    words[256 + i] = words[256 + i] >= w ? 0 : words[256 + i] + 1;
    floats[i] += f[i];
    halves[i] = (half)((float)halves[i] + (float)h[i]);
  }
  asm volatile("cp.reduce.async.bulk.tensor.2d.global.shared::cta.add.bulk_group [%0, {%1, %2}], [%3];" ::"l"(map),
               "r"(0), "r"(0), "r"(shared_address(s))
               : "memory");
  bulk_commit();
  bulk_wait<0>();
  for (int i = 0; i < 32; i++) /* the lower half of the tile once more, from the upper half */
    s[i + 32] = s[i], s[i] = 0;
  fence_proxy_async();
  asm volatile("cp.reduce.async.bulk.tensor.2d.global.shared::cta.add.bulk_group [%0, {%1, %2}], [%3];" ::"l"(map),
               "r"(0), "r"(0), "r"(shared_address(s))
               : "memory");
#else
  REDUCE("add.s32", ints, s);
  REDUCE("min.s32", ints + 64, s);
  REDUCE("max.s32", ints + 128, s);
  REDUCE("max.u32", words, s);
  REDUCE("and.b32", words + 64, s);
  REDUCE("or.b32", words + 128, s);
  REDUCE("xor.b32", words + 192, s);
  REDUCE("inc.u32", words + 256, s);
  REDUCE("add.f32", floats, f);
  REDUCE("add.noftz.f16", halves, h);
  asm volatile("cp.reduce.async.bulk.tensor.2d.global.shared::cta.add.tile.bulk_group.L2::cache_hint [%0, {%1, %2}], "
               "[%3], %4;" ::"l"(map),
               "r"(0), "r"(0), "r"(shared_address(s)), "l"(0ull)
               : "memory");
  bulk_commit();
  asm volatile("cp.reduce.async.bulk.tensor.2d.global.shared::cta.add.bulk_group [%0, {%1, %2}], [%3];" ::"l"(map),
               "r"(0), "r"(4), "r"(shared_address(s))
               : "memory");
#endif
  bulk_commit();
  bulk_wait<0>();
}
