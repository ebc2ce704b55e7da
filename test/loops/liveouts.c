// LOOP: index_of_max last_and_sum last_positive previous_value many_stages final_counter last_index_float
// LOOP: two_maxima tail_state checksum_and_copy
// EXPECT: pipelined
#include "driver.h"

KERNEL int index_of_max(int n, const float *x) {
  int at = -1;
  float best = -2;
  for (int i = 0; i < n; i++)
    if (x[i] > best) {
      best = x[i];
      at = i;
    }
  return at;
}

KERNEL void last_and_sum(int n, const int32_t *restrict x, int32_t *restrict out) {
  int32_t last = -1, sum = 0;
  for (int i = 0; i < n; i++) {
    last = x[i] ^ 3;
    sum += last;
  }
  out[0] = last;
  out[1] = sum;
}

KERNEL int last_positive(int n, const int16_t *x) {
  int at = -1;
  for (int i = 0; i < n; i++)
    at = x[i] > 0 ? i : at;
  return at;
}

/* The last value and the one before it. */
KERNEL void previous_value(int n, const double *restrict x, double *restrict out) {
  double now = 0, before = 0;
  for (int i = 0; i < n; i++) {
    before = now;
    now = x[i] * 2;
  }
  out[0] = now;
  out[1] = before;
}

/* Live-outs of the beginning, the middle and the end of a long body. */
KERNEL void many_stages(int n, const double *restrict x, double *restrict y, double *restrict out) {
  double a = 0, b = 0, c = 0, d = 0;
  for (int i = 0; i < n; i++) {
    a = x[i];
    b = a * a + 1;
    c = b / (a + 3);
    d = c * b - a;
    y[i] = d;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

KERNEL int64_t final_counter(int n, const int32_t *restrict x, int32_t *restrict y, const int32_t **end) {
  int64_t k = 7;
  int i = 0;
  for (; i < n; i++, k += 3)
    y[i] = *x++ + (int32_t)k;
  *end = x;
  return k + i;
}

KERNEL float last_index_float(int n, const float *x, int *at) {
  float v = 0;
  int last = -1;
  for (int i = 0; i < n; i++) {
    if (x[i] * x[i] > 0.25f) {
      v = x[i];
      last = i;
    }
  }
  *at = last;
  return v;
}

KERNEL void two_maxima(int n, const int32_t *restrict x, int32_t *restrict out) {
  int32_t first = INT32_MIN, second = INT32_MIN;
  for (int i = 0; i < n; i++) {
    int32_t v = x[i];
    second = v > first ? first : v > second ? v : second;
    first = v > first ? v : first;
  }
  out[0] = first;
  out[1] = second;
}

KERNEL void tail_state(int n, const uint32_t *restrict x, uint32_t *restrict state) {
  uint32_t a = state[0], b = state[1], c = state[2];
  for (int i = 0; i < n; i++) {
    uint32_t t = a + (b ^ x[i]);
    a = b;
    b = c;
    c = t;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
}

KERNEL uint32_t checksum_and_copy(int n, const uint32_t *restrict x, uint32_t *restrict y) {
  uint32_t s = 0, last = 0;
  for (int i = 0; i < n; i++) {
    last = x[i];
    y[i] = last;
    s = s * 31 + last;
  }
  return s ^ last;
}

TEST(indices) {
  float *x = FLOATS(n);
  int16_t *h = BITS(int16_t, n);
  int *at = OUTPUT(int, 1);
  RESULT(index_of_max(n, x));
  RESULT(last_positive(n, h));
  RESULT(last_index_float(n, x, at));
}

TEST(values) {
  int32_t *x = INTS(int32_t, n, -1000, 1000), *y = OUTPUT(int32_t, n), *out = OUTPUT(int32_t, 4);
  const int32_t *end;
  last_and_sum(n, x, out);
  two_maxima(n, x, out + 2);
  RESULT(final_counter(n, x, y, &end));
  RESULT(end - x);
}

TEST(doubles) {
  double *x = DOUBLES(n), *y = OUTPUT(double, n), *out = OUTPUT(double, 6);
  previous_value(n, x, out);
  many_stages(n, x, y, out + 2);
}

TEST(states) {
  uint32_t *x = BITS(uint32_t, n), *y = OUTPUT(uint32_t, n), *state = BITS(uint32_t, 3);
  tail_state(n, x, state);
  RESULT(checksum_and_copy(n, x, y));
}
