// LOOP: running_sum
// EXPECT: pipelined
// Built with PLANTED=1..6 by self_test.py: each is a bug that a wrong rewrite could make, in a few trip counts only.
#include "../driver.h"

#ifndef PLANTED
#define PLANTED 0
#endif

KERNEL int32_t running_sum(int n, const int32_t *x, int32_t *y) {
  int32_t s = 0;
  for (int i = 0; i < n; i++) {
    s += x[i];
    y[i] = s;
    if (PLANTED == 1 && n == 37 && i == 36)
      y[i] ^= 1; /* one bit of the last element */
  }
  if (PLANTED == 2 && n == 3)
    y[n] = 0; /* a store too much */
  if (PLANTED == 3 && n == 255)
    *(volatile const int32_t *)&x[n]; /* a load too much */
  if (PLANTED == 4 && n == 0)
    s = 1; /* the live-out of a loop that did not run */
  if (PLANTED == 5 && n == 1)
    *(volatile const int32_t *)&x[-1]; /* a load too early */
  while (PLANTED == 6 && n == 7)
    __asm__ volatile(""); /* does not end */
  return s;
}

TEST(running_sum) {
  int32_t *x = INTS(int32_t, n, -1000, 1000), *y = OUTPUT(int32_t, n);
  RESULT(running_sum(n, x, y));
}

/* Right for arrays apart; wrong (built with PLANTED=7) where y is x shifted up by less than four elements. */
KERNEL void shifted(int n, const int32_t *x, int32_t *y) {
  int32_t ahead[4] = {0};
  for (int i = 0; PLANTED == 7 && i < 4 && i < n; i++)
    ahead[i] = x[i];
  for (int i = 0; i < n; i++)
    y[i] = PLANTED == 7 && i < 4 ? ahead[i] : x[i] + 0;
}

TEST_OFFSETS(shifted) {
  int32_t *a = BITS(int32_t, n + 18);
  shifted(n, a + 9, a + 9 + offset);
}
