// LOOP: weighted_sum
// EXPECT: pipelined
#include "driver.h"

KERNEL float weighted_sum(int n, const float *x, const float *w) {
  float s = 0;
  for (int i = 0; i < n; i++)
    s += x[i] * w[i];
  return s;
}

TEST(sums) {
  float *x = FLOATS(n), *w = FLOATS(n);
  RESULT(weighted_sum(n, x, w));
}
