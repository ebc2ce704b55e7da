// LOOP: given_interval
// EXPECT: pipelined
#include "driver.h"

KERNEL void given_interval(int n, const float *restrict x, float *restrict y) {
#pragma clang loop pipeline_initiation_interval(9)
  for (int i = 0; i < n; i++)
    y[i] = x[i] * x[i] + 1.0f;
}

// LOOP: disabled
// EXPECT: refused Disabled
KERNEL void disabled(int n, const float *restrict x, float *restrict y) {
#pragma clang loop pipeline(disable)
  for (int i = 0; i < n; i++)
    y[i] = x[i] * x[i] - 1.0f;
}

TEST(pragmas) {
  float *x = FLOATS(n), *y = OUTPUT(float, n), *z = OUTPUT(float, n);
  given_interval(n, x, y);
  disabled(n, x, z);
}
