// LOOP: quotients remainders conditional_division divide_by_counter chained ratio digits unsigned_64 guarded_else
// LOOP: invariant_divisor average_pairs power_mod
// EXPECT: pipelined
#include "driver.h"

KERNEL void quotients(int n, const int32_t *restrict x, const int32_t *restrict y, int32_t *restrict z) {
  for (int i = 0; i < n; i++)
    z[i] = x[i] / y[i];
}

KERNEL uint32_t remainders(int n, const uint32_t *restrict x, const uint32_t *restrict y) {
  uint32_t s = 0;
  for (int i = 0; i < n; i++)
    s += x[i] % y[i];
  return s;
}

/* The divisor is 0 where the condition is false: dividing ahead of the test would trap. */
KERNEL void conditional_division(int n, const int32_t *restrict x, const int32_t *restrict y, int32_t *restrict z) {
  for (int i = 0; i < n; i++)
    if (y[i] != 0)
      z[i] = x[i] / y[i];
}

KERNEL int32_t divide_by_counter(int n, int32_t x) {
  int32_t s = 0;
  for (int i = 1; i <= n; i++)
    s += x / i;
  return s;
}

KERNEL uint64_t chained(int n, const uint32_t *x) {
  uint64_t s = UINT64_MAX;
  for (int i = 0; i < n; i++)
    s = s / x[i] + (UINT64_C(1) << 60);
  return s;
}

KERNEL void ratio(int n, const double *restrict x, const double *restrict y, double *restrict z) {
  for (int i = 0; i < n; i++)
    z[i] = x[i] / y[i] - y[i];
}

KERNEL uint32_t digits(int n, const uint16_t *restrict x, uint8_t *restrict out) {
  uint32_t s = 0;
  for (int i = 0; i < n; i++) {
    unsigned v = x[i];
    out[i] = (uint8_t)('0' + v / 100 % 10);
    s += v % 10;
  }
  return s;
}

KERNEL void unsigned_64(int n, const uint64_t *restrict x, uint64_t d, uint64_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = (x[i] | 1) % d;
}

KERNEL int64_t guarded_else(int n, const int32_t *restrict x, const int32_t *restrict y) {
  int64_t s = 0;
  for (int i = 0; i < n; i++)
    s += y[i] ? x[i] % y[i] : -1;
  return s;
}

KERNEL uint32_t power_mod(int n, uint32_t base, uint32_t m) {
  uint64_t r = 1, b = base;
  for (int i = 0; i < n; i++)
    r = r * b % m;
  return (uint32_t)r;
}

/* d is 0 where n is 0: the division must not be done ahead of the first iteration. */
KERNEL void invariant_divisor(int n, int32_t d, const int32_t *restrict x, int32_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] / d + 1000 / d;
}

KERNEL void average_pairs(int n, int32_t *x) {
  for (int i = 0; i < n - 1; i++)
    x[i] = (x[i] + x[i + 1]) / 2;
}

TEST(signed_integers) {
  int32_t *x = BITS(int32_t, n), *y = INTS(int32_t, n, 1, 99), *z = OUTPUT(int32_t, n);
  int32_t *few = INTS(int32_t, n, 0, 1), *w = INTS(int32_t, n, -999, 999);
  quotients(n, x, y, z);
  conditional_division(n, x, few, z);
  RESULT(guarded_else(n, x, few));
  RESULT(divide_by_counter(n, 1000000));
  invariant_divisor(n, n, y, x);
  average_pairs(n, w);
}

TEST(unsigned_integers) {
  uint32_t *x = BITS(uint32_t, n), *y = INTS(uint32_t, n, 1, 1000);
  uint64_t *v = BITS(uint64_t, n), *w = OUTPUT(uint64_t, n);
  uint16_t *h = BITS(uint16_t, n);
  uint8_t *out = OUTPUT(uint8_t, n);
  RESULT(remainders(n, x, y));
  RESULT(chained(n, y));
  RESULT(digits(n, h, out));
  RESULT(power_mod(n, 12345, 1000003));
  unsigned_64(n, v, 1000000007, w);
}

TEST(doubles) {
  double *x = DOUBLES(n), *y = DOUBLES(n), *z = OUTPUT(double, n);
  ratio(n, x, y, z);
}
