/* cuda.h: what the kernels of this folder need of CUDA, without CUDA's own headers. Everything is a builtin of clang or
 * one PTX instruction.
 *
 *   clang-19 -x cuda --cuda-device-only -nocudainc -nocudalib --cuda-gpu-arch=sm_90a -Xclang -target-feature -Xclang
 * +ptx80 -O2 -S -emit-llvm kernel.cu
 */
#ifndef TWEED_TEST_CUDA_H
#define TWEED_TEST_CUDA_H

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define SHARED __attribute__((address_space(3)))
#define GLOBAL __attribute__((address_space(1)))
#define KERNEL extern "C" __global__ void
#define INLINE static __device__ inline __attribute__((always_inline))

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef _Float16 half;

/* A tensor map: opaque; kernels get a pointer to it in global memory, since clang 19 has no __grid_constant__. */
struct __attribute__((aligned(64))) tensor_map {
  u8 bytes[128];
};

#define TWEED_INDEX(builtin, name)                                                                                     \
  struct name##_type {                                                                                                 \
    __declspec(property(get = get_x)) u32 x;                                                                           \
    __declspec(property(get = get_y)) u32 y;                                                                           \
    __declspec(property(get = get_z)) u32 z;                                                                           \
    __device__ inline u32 get_x() const {                                                                              \
      return (u32)__nvvm_read_ptx_sreg_##builtin##_x();                                                                \
    }                                                                                                                  \
    __device__ inline u32 get_y() const {                                                                              \
      return (u32)__nvvm_read_ptx_sreg_##builtin##_y();                                                                \
    }                                                                                                                  \
    __device__ inline u32 get_z() const {                                                                              \
      return (u32)__nvvm_read_ptx_sreg_##builtin##_z();                                                                \
    }                                                                                                                  \
  };                                                                                                                   \
  extern const __device__ __attribute__((weak)) name##_type name
TWEED_INDEX(tid, threadIdx);
TWEED_INDEX(ctaid, blockIdx);
TWEED_INDEX(ntid, blockDim);
TWEED_INDEX(nctaid, gridDim);
#undef TWEED_INDEX

/* Warps. */
enum { WARP = 32, ALL = -1 };
INLINE u32 lane() {
  return threadIdx.x % WARP;
}
INLINE u32 warp() {
  return threadIdx.x / WARP;
}
INLINE float shuffle_down(float x, int by) {
  return __nvvm_shfl_sync_down_f32(ALL, x, by, 31);
}
INLINE float shuffle_xor(float x, int by) {
  return __nvvm_shfl_sync_bfly_f32(ALL, x, by, 31);
}
INLINE float shuffle_up(float x, int by) {
  return __nvvm_shfl_sync_up_f32(ALL, x, by, 0);
}
INLINE u32 shuffle_from(u32 x, int from) {
  return (u32)__nvvm_shfl_sync_idx_i32(ALL, (int)x, from, 31);
}
INLINE u32 ballot(bool p) {
  return __nvvm_vote_ballot_sync(ALL, p);
}
INLINE float warp_sum(float x) {
  for (int by = 16; by > 0; by /= 2)
    x += shuffle_xor(x, by);
  return x;
}
INLINE float warp_max(float x) {
  for (int by = 16; by > 0; by /= 2)
    x = __builtin_fmaxf(x, shuffle_xor(x, by));
  return x;
}
INLINE bool elect() {
  u32 chosen;
  asm volatile("{\n\t.reg .pred p;\n\telect.sync _|p, 0xffffffff;\n\tselp.b32 %0, 1, 0, p;\n\t}"
               : "=r"(chosen)::"memory");
  return chosen != 0;
}

/* Numbers. */
INLINE float exponential(float x) {
  return __nvvm_ex2_approx_f(x * 1.44269504f);
}
INLINE float reciprocal_root(float x) {
  return __nvvm_rsqrt_approx_f(x);
}
INLINE int least(int a, int b) {
  return a < b ? a : b;
}

/* Atomics. */
INLINE int add_atomic(int *p, int x) {
  return __nvvm_atom_add_gen_i(p, x);
}
INLINE float add_atomic(float *p, float x) {
  return __nvvm_atom_add_gen_f(p, x);
}

/* Barriers of the CTA. */
INLINE void bar_sync(int id, int threads) {
  asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}
INLINE void bar_arrive(int id, int threads) {
  asm volatile("bar.arrive %0, %1;" ::"r"(id), "r"(threads) : "memory");
}
INLINE void fence_proxy_async() {
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}
INLINE void fence_barrier_init() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}
template <int n> INLINE void registers_up() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(n) : "memory");
}
template <int n> INLINE void registers_down() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(n) : "memory");
}

/* The address of shared memory that PTX wants. */
INLINE u32 shared_address(const void *p) {
  return (u32)(u64)(SHARED const void *)p;
}

/* Copies of a thread: cp.async. */
INLINE void copy_async_16(void *to, const void *from) {
  __nvvm_cp_async_cg_shared_global_16((SHARED void *)to, (GLOBAL const void *)from);
}
INLINE void copy_async_4(void *to, const void *from) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(shared_address(to)), "l"(from) : "memory");
}
INLINE void copy_commit() {
  __nvvm_cp_async_commit_group();
}
template <int n> INLINE void copy_wait() {
  __nvvm_cp_async_wait_group(n);
}

/* mbarriers. */
typedef u64 barrier;
INLINE void barrier_init(barrier *b, u32 count) {
  __nvvm_mbarrier_init_shared((SHARED long *)b, (int)count);
}
INLINE void barrier_arrive(barrier *b) {
  __nvvm_mbarrier_arrive_shared((SHARED long *)b);
}
INLINE void barrier_expect(barrier *b, u32 bytes) {
  asm volatile("{\n\t.reg .b64 state;\n\tmbarrier.arrive.expect_tx.shared::cta.b64 state, [%0], %1;\n\t}" ::"r"(
                   shared_address(b)),
               "r"(bytes)
               : "memory");
}
INLINE bool barrier_try(barrier *b, u32 parity) {
  u32 done;
  asm volatile(
      "{\n\t.reg .pred p;\n\tmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n\tselp.b32 %0, 1, 0, p;\n\t}"
      : "=r"(done)
      : "r"(shared_address(b)), "r"(parity)
      : "memory");
  return done != 0;
}
INLINE void barrier_wait(barrier *b, u32 parity) {
  while (!barrier_try(b, parity))
    ;
}
INLINE void copy_arrive(barrier *b) {
  __nvvm_cp_async_mbarrier_arrive_noinc_shared((SHARED long *)b);
}

/* Bulk copies: global to shared with bytes counted by an mbarrier, shared to global in groups. */
INLINE void bulk_load(void *to, const void *from, u32 bytes, barrier *b) {
  asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(
                   shared_address(to)),
               "l"(from), "r"(bytes), "r"(shared_address(b))
               : "memory");
}
INLINE void bulk_store(void *to, const void *from, u32 bytes) {
  asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;" ::"l"(to), "r"(shared_address(from)),
               "r"(bytes)
               : "memory");
}
INLINE void tile_load(void *to, const tensor_map *map, int x, int y, barrier *b) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];" ::
          "r"(shared_address(to)),
      "l"(map), "r"(x), "r"(y), "r"(shared_address(b))
      : "memory");
}
INLINE void tile_store(const tensor_map *map, int x, int y, const void *from) {
  asm volatile("cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group [%0, {%1, %2}], [%3];" ::"l"(map), "r"(x),
               "r"(y), "r"(shared_address(from))
               : "memory");
}
INLINE void bulk_commit() {
  asm volatile("cp.async.bulk.commit_group;" ::: "memory");
}
template <int n> INLINE void bulk_wait() {
  asm volatile("cp.async.bulk.wait_group %0;" ::"n"(n) : "memory");
}
template <int n> INLINE void bulk_wait_read() {
  asm volatile("cp.async.bulk.wait_group.read %0;" ::"n"(n) : "memory");
}

#endif
