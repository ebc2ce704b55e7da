// LOOP: pure_call inlined_call pure_reader two_calls reader_behind_store
// EXPECT: pipelined
#include "driver.h"

__attribute__((noinline, const, nothrow)) int32_t mix(int32_t x) {
  return (x ^ 0x5bd1) * 3 + (x >> 4);
}

__attribute__((noinline, pure, nothrow)) int32_t lookup(const int32_t *table, int32_t at) {
  return table[at & 15] - at;
}

static inline float smooth(float x) {
  return x * x * (3.0f - 2.0f * x);
}

struct four {
  int32_t v[4];
};

KERNEL void pure_call(int n, const int32_t *restrict x, int32_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = mix(x[i] & 0xffff) + x[i];
}

KERNEL void inlined_call(int n, const float *restrict x, float *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = smooth(x[i]) + smooth(x[i + 1]);
}

// LOOP: struct_copy
// EXPECT: refused Lifetime
/* The copy has an address, and lives for one iteration. */
KERNEL void struct_copy(int n, const struct four *restrict x, struct four *restrict y) {
  for (int i = 0; i < n; i++) {
    struct four t = x[i];
    t.v[i & 3] += 1;
    y[i] = t;
  }
}

/* Reads memory that the loop does not write. */
KERNEL int32_t pure_reader(int n, const int32_t *table, const int32_t *x) {
  int32_t s = 0;
  for (int i = 0; i < n; i++)
    s ^= lookup(table, x[i] & 0xffff);
  return s;
}

KERNEL int32_t two_calls(int n, const int32_t *x) {
  int32_t s = 0;
  for (int i = 0; i < n; i++)
    s = mix(s & 0xffff) ^ mix(x[i] & 0xffff);
  return s;
}

/* The call reads what the loop writes: it must stay between the stores of two iterations. */
KERNEL void reader_behind_store(int n, int32_t *table, const int32_t *x) {
  for (int i = 0; i < n; i++)
    table[i & 15] = lookup(table, x[i] & 0xff) & 0xffff;
}

TEST(calls) {
  int32_t *x = BITS(int32_t, n), *y = OUTPUT(int32_t, n), *table = INTS(int32_t, 16, 0, 1000);
  pure_call(n, x, y);
  RESULT(pure_reader(n, table, x));
  RESULT(two_calls(n, x));
  reader_behind_store(n, table, x);
}

TEST(others) {
  float *x = FLOATS(n + 1), *y = OUTPUT(float, n);
  struct four *a = (struct four *)INTS(int32_t, 4 * n, 0, 100), *b = OUTPUT(struct four, n);
  inlined_call(n, x, y);
  struct_copy(n, a, b);
}
