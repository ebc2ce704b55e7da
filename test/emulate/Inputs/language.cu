/* language.cu: what C has besides loads and stores of numbers: structs with padding, bit fields, copies, switches,
 * pointers to functions, variables with values, wide integers, atomics of several kinds. */
#include "cuda.h"

struct record {
  long number;
  char text[9];
  float fraction;
};
struct fields {
  unsigned a : 3, b : 7;
  int c : 5;
};
typedef int (*operation)(int, int);

static __device__ __attribute__((noinline)) int plus(int a, int b) {
  return a + b;
}
static __device__ __attribute__((noinline)) int times(int a, int b) {
  return a * b;
}
__device__ operation operations[2] = {plus, times};
__constant__ int table[4] = {3, 1, 4, 1};
__device__ float values[3] = {1, 2, 3};
__device__ int *pointer = table;

INLINE long choose(u32 t, long r) {
  switch (t % 7) {
  case 0:
    return r + 10;
  case 1:
    r ^= 77;
  case 2:
    return r - 5;
  case 5:
    return r * 3;
  default:
    return -r;
  }
}

INLINE long numbers(long r) {
  __int128 wide = (__int128)r * r * r * 12345678912345;
  r += (long)(wide >> 64);
  u64 u = (u64)r;
  r += __builtin_popcountll(u) + __builtin_clzll(u | 1) + __builtin_ctzll(u | 1ull << 63);
  double d = (double)r * 1.5 + __builtin_sqrt((double)r * (double)r);
  return r + (long)d;
}

KERNEL language(long *out, int n) {
  __shared__ record records[4];
  __shared__ fields bits[32];
  u32 t = threadIdx.x;
  record one = {n, "abc", 2.5f}, copy[4];
  if (t < 4)
    records[t] = one;
  *(u32 *)&bits[t] = 0;
  bits[t].a = t;
  bits[t].b = t * 3;
  bits[t].c = -(int)(t % 16);
  __syncthreads();
  __builtin_memcpy(copy, records, sizeof records);
  __builtin_memmove(copy + 1, copy, 2 * sizeof(record));
  __builtin_memset(copy[0].text, 7, 9);
  fields f = bits[31 - t];
  long r = copy[t % 4].number + copy[0].text[t % 9] + f.a + f.b * 2 + f.c;
  r = choose(t, r) + operations[t & 1]((int)t, n) + table[t % 4] + (long)values[t % 3] + pointer[1];
  out[t] = numbers(r);
  __atomic_fetch_add(&out[32], 1, __ATOMIC_RELAXED);
  __atomic_fetch_max((int *)&out[33], (int)t, __ATOMIC_RELAXED);
  long want = 0;
  while (!__atomic_compare_exchange_n(&out[34], &want, want + t, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
    ;
  __nvvm_atom_add_gen_d((double *)&out[35], 0.5);
  __nvvm_atom_add_gen_f((float *)&out[36], 1.0f);
}

/* The copy of a struct that nobody wrote is found, though one before it was written. */
KERNEL unwritten(long *out) {
  __shared__ record records[2];
  record copy[2];
  records[0].number = 1;
  records[0].text[8] = 2;
  records[0].fraction = 3;
  __builtin_memcpy(copy, records, sizeof records);
  *out = copy[1].number;
}
