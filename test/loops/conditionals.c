// LOOP: clamp relu conditional_update conditional_load conditional_store if_else_store nested_ifs maximum_sum
// LOOP: select_chain short_circuit conditional_reduction threshold_count sparse_update guarded_pointer
// LOOP: two_conditions sign_split conditional_recurrence early_continue conditional_address three_ways
// EXPECT: pipelined
#include "driver.h"

KERNEL void clamp(int n, float *x, float low, float high) {
  for (int i = 0; i < n; i++)
    x[i] = x[i] < low ? low : x[i] > high ? high : x[i];
}

KERNEL void relu(int n, const float *restrict x, float *restrict y) {
  for (int i = 0; i < n; i++) {
    if (x[i] > 0)
      y[i] = x[i];
    else
      y[i] = 0.01f * x[i];
  }
}

KERNEL void conditional_update(int n, const int32_t *restrict c, int32_t *restrict x) {
  for (int i = 0; i < n; i++)
    if (c[i] > 0)
      x[i] += c[i];
}

/* y must not be read where c is 0: it is shorter than c. */
KERNEL int32_t conditional_load(int n, const uint8_t *restrict c, const int32_t *restrict y) {
  int32_t s = 0;
  for (int i = 0; i < n; i++)
    if (c[i])
      s ^= y[i >> 1] + i;
  return s;
}

/* y must not be written where c is odd: another thread might write there, and it is guarded at run time. */
KERNEL void conditional_store(int n, const int32_t *restrict c, int32_t *restrict y) {
  for (int i = 0; i < n; i++)
    if ((c[i] & 1) == 0)
      y[i] = c[i] >> 1;
}

KERNEL void if_else_store(int n, const float *restrict x, float *restrict y, float *restrict z) {
  for (int i = 0; i < n; i++) {
    if (x[i] < 0.25f)
      y[i] = x[i] * x[i];
    else
      z[i] = x[i] - 0.5f;
  }
}

KERNEL void nested_ifs(int n, const int32_t *restrict a, const int32_t *restrict b, int32_t *restrict x) {
  for (int i = 0; i < n; i++) {
    if (a[i] > 0) {
      if (b[i] > 0)
        x[i] += a[i];
      else if (b[i] < -500)
        x[i] -= b[i];
    } else {
      x[i] ^= 1;
    }
  }
}

KERNEL int64_t maximum_sum(int n, const int32_t *x) {
  int64_t best = 0, here = 0;
  for (int i = 0; i < n; i++) {
    here += x[i];
    if (here < 0)
      here = 0;
    if (here > best)
      best = here;
  }
  return best;
}

KERNEL void select_chain(int n, const uint8_t *restrict x, uint8_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] < 32 ? 1 : x[i] < 64 ? 7 : x[i] < 100 ? 3 : x[i] < 200 ? 9 : 2;
}

KERNEL int short_circuit(int n, const int32_t *restrict x, const int32_t *restrict y, const int32_t *restrict z) {
  int c = 0;
  for (int i = 0; i < n; i++)
    if (x[i] > 0 && y[i] > 0 && z[i] > 0)
      c++;
  return c;
}

KERNEL double conditional_reduction(int n, const double *restrict x, const double *restrict w) {
  double s = 0;
  for (int i = 0; i < n; i++)
    if (x[i] > 0.1)
      s += x[i] * w[i];
  return s;
}

KERNEL int threshold_count(int n, const uint16_t *x, int t) {
  int over = 0, under = 0;
  for (int i = 0; i < n; i++) {
    if (x[i] > t)
      over++;
    else
      under += x[i] & 1;
  }
  return over * 1000 + under;
}

KERNEL void sparse_update(int n, const int32_t *restrict index, const float *restrict v, float *restrict y) {
  for (int i = 0; i < n; i++)
    if (index[i] >= 0)
      y[index[i]] += v[i];
}

/* p may be null, and is then never used. */
KERNEL int64_t guarded_pointer(int n, const int32_t *restrict x, const int32_t *restrict p) {
  int64_t s = 0;
  for (int i = 0; i < n; i++) {
    s += x[i];
    if (p)
      s -= p[i] * 2;
  }
  return s;
}

KERNEL void two_conditions(int n, const int32_t *restrict a, int32_t *restrict x, int32_t *restrict y) {
  for (int i = 0; i < n; i++) {
    if (a[i] & 1)
      x[i] = a[i] * 3;
    if (a[i] & 2)
      y[i] = x[i] + 1;
  }
}

KERNEL void sign_split(int n, const float *restrict x, float *restrict out) {
  float positive = 0, negative = 0;
  for (int i = 0; i < n; i++) {
    if (x[i] < 0)
      negative += x[i];
    else
      positive += x[i];
  }
  out[0] = positive;
  out[1] = negative;
}

KERNEL int32_t conditional_recurrence(int n, const int32_t *restrict x, int32_t *restrict y) {
  int32_t state = 0;
  for (int i = 0; i < n; i++) {
    if (x[i] & 4)
      state = (state >> 1) + x[i];
    y[i] = state;
  }
  return state;
}

KERNEL int early_continue(int n, const int32_t *restrict x, int32_t *restrict y) {
  int skipped = 0;
  for (int i = 0; i < n; i++) {
    if (x[i] % 3 == 0) {
      skipped++;
      continue;
    }
    y[i] = x[i] / 3;
  }
  return skipped;
}

KERNEL void conditional_address(int n, const uint8_t *restrict c, const int32_t *restrict x, const int32_t *restrict y,
                                int32_t *restrict z) {
  for (int i = 0; i < n; i++) {
    const int32_t *from = c[i] & 1 ? x : y;
    z[i] = from[i] + c[i];
  }
}

KERNEL void three_ways(int n, const int32_t *restrict x, int32_t *restrict y) {
  for (int i = 0; i < n; i++) {
    int32_t v = x[i], r;
    if (v > 100)
      r = v - 100;
    else if (v < -100)
      r = (v + 100) * 2;
    else
      r = y[i];
    y[i] = r;
  }
}

TEST(floats) {
  float *x = FLOATS(n), *y = OUTPUT(float, n), *z = OUTPUT(float, n), *out = OUTPUT(float, 2);
  if_else_store(n, x, y, z);
  sign_split(n, x, out);
  relu(n, x, y);
  clamp(n, x, -0.5f, 0.4f);
}

TEST(conditional_memory) {
  int32_t *c = INTS(int32_t, n, -1000, 1000), *x = INTS(int32_t, n, -1000, 1000), *y = INTS(int32_t, n, 0, 9);
  uint8_t *flags = INTS(uint8_t, n, 0, 1);
  conditional_update(n, c, x);
  RESULT(conditional_load(n, flags, y));
  conditional_store(n, c, y);
}

TEST(conditional_load_null) {
  uint8_t *flags = INTS(uint8_t, n, 0, 0);
  int32_t *x = INTS(int32_t, n, -1000, 1000);
  RESULT(conditional_load(n, flags, 0));
  RESULT(guarded_pointer(n, x, 0));
  RESULT(guarded_pointer(n, x, x));
}

TEST(nested) {
  int32_t *a = INTS(int32_t, n, -1000, 1000), *b = INTS(int32_t, n, -1000, 1000), *x = INTS(int32_t, n, 0, 1000);
  int32_t *y = INTS(int32_t, n, -300, 300), *z = OUTPUT(int32_t, n);
  nested_ifs(n, a, b, x);
  RESULT(maximum_sum(n, a));
  RESULT(short_circuit(n, a, b, x));
  RESULT(conditional_recurrence(n, a, x));
  RESULT(early_continue(n, a, z));
  two_conditions(n, a, z, b);
  three_ways(n, y, a);
}

TEST(bytes) {
  uint8_t *x = BITS(uint8_t, n), *y = OUTPUT(uint8_t, n);
  uint16_t *h = BITS(uint16_t, n);
  int32_t *a = INTS(int32_t, n, 0, 9), *b = INTS(int32_t, n, 0, 9), *z = OUTPUT(int32_t, n);
  select_chain(n, x, y);
  RESULT(threshold_count(n, h, 30000));
  conditional_address(n, x, a, b, z);
}

TEST(doubles) {
  double *x = DOUBLES(n), *w = DOUBLES(n);
  int32_t *index = INTS(int32_t, n, -6, 6);
  float *v = FLOATS(n), *y = FLOATS(7);
  RESULT(conditional_reduction(n, x, w));
  sparse_update(n, index, v, y);
}
