// LOOP: dense_switch
// EXPECT: pipelined
#include "driver.h"

/* Becomes a table or selects. */
KERNEL void dense_switch(int n, const uint8_t *restrict x, int32_t *restrict y) {
  for (int i = 0; i < n; i++)
    switch (x[i] & 7) {
    case 0:
      y[i] = 11;
      break;
    case 1:
      y[i] = -5;
      break;
    case 2:
      y[i] = 17;
      break;
    case 3:
      y[i] = 0;
      break;
    case 4:
      y[i] = 99;
      break;
    case 5:
      y[i] = 1234;
      break;
    default:
      y[i] = -1;
    }
}

// LOOP: sparse_switch machine_steps opcode_counts
// EXPECT: pipelined
KERNEL int32_t sparse_switch(int n, const int32_t *x) {
  int32_t s = 0;
  for (int i = 0; i < n; i++)
    switch (x[i]) {
    case 10:
      s += 3;
      break;
    case 5000:
      s -= 7;
      break;
    case -77:
      s ^= 21;
      break;
    default:
      s += x[i] & 1;
    }
  return s;
}

/* A small state machine: counts words. */
KERNEL int machine_steps(int n, const char *x) {
  int words = 0, inside = 0;
  for (int i = 0; i < n; i++) {
    if (x[i] == ' ' || x[i] == '\t') {
      inside = 0;
    } else if (!inside) {
      inside = 1;
      words++;
    }
  }
  return words;
}

KERNEL void opcode_counts(int n, const uint8_t *restrict x, int32_t *restrict out) {
  int32_t add = 0, sub = 0, other = 0;
  for (int i = 0; i < n; i++)
    switch (x[i] >> 6) {
    case 0:
      add += x[i];
      break;
    case 1:
      sub -= x[i];
      break;
    default:
      other++;
    }
  out[0] = add;
  out[1] = sub;
  out[2] = other;
}

TEST(switches) {
  uint8_t *x = BITS(uint8_t, n);
  int32_t *y = OUTPUT(int32_t, n), *z = INTS(int32_t, n, 9, 11), *out = OUTPUT(int32_t, 3);
  char *text = INTS(char, n, 28, 36);
  dense_switch(n, x, y);
  RESULT(sparse_switch(n, z));
  RESULT(machine_steps(n, text));
  opcode_counts(n, x, out);
}
