// Recurrences with nothing beside them: the loop body is the recurrence. One of several ops can be cut into two stages, which
// wins nothing; one of a single op can't, and iterations can't overlap.
#include "driver.h"

// LOOP: power_steps doubling_steps
// EXPECT: refused NoOverlap
KERNEL uint32_t power_steps(int n, uint32_t s) {
  for (int i = 0; i < n; i++)
    s *= 1664525u;
  return s;
}

KERNEL float doubling_steps(int n, float s) {
  for (int i = 0; i < n; i++)
    s *= 1.0001f;
  return s;
}

// LOOP: logistic_steps lfsr_steps xorshift_steps
// EXPECT: pipelined
KERNEL float logistic_steps(int n, float x) {
  for (int i = 0; i < n; i++)
    x = 3.7f * x * (1.0f - x);
  return x;
}

KERNEL uint32_t lfsr_steps(int n, uint32_t s) {
  for (int i = 0; i < n; i++)
    s = s >> 1 ^ (-(s & 1) & 0xd0000001u);
  return s;
}

KERNEL uint64_t xorshift_steps(int n, uint64_t s) {
  for (int i = 0; i < n; i++) {
    s ^= s << 13;
    s ^= s >> 7;
    s ^= s << 17;
  }
  return s;
}

TEST(steps) {
  RESULT(power_steps(n, 3));
  RESULT(doubling_steps(n, 0.5f));
  RESULT(logistic_steps(n, 0.4f));
  RESULT(lfsr_steps(n, 1));
  RESULT(xorshift_steps(n, 88172645463325252u));
}
