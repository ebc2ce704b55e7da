// LOOP: gather gather2 scatter scatter_add histogram permute_update table_lookup index_chain binned_float compact
// LOOP: scatter_pair
// EXPECT: pipelined
#include "driver.h"

KERNEL void gather(int n, const float *restrict table, const int32_t *restrict index, float *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = table[index[i]] * 2.0f;
}

KERNEL int64_t gather2(int n, const int32_t *restrict table, const int32_t *restrict first,
                       const int32_t *restrict second) {
  int64_t s = 0;
  for (int i = 0; i < n; i++)
    s += table[second[first[i]]];
  return s;
}

/* index is a permutation, which the compiler does not know. */
KERNEL void scatter(int n, const int32_t *restrict index, const double *restrict x, double *restrict y) {
  for (int i = 0; i < n; i++)
    y[index[i]] = x[i] + 1.0;
}

KERNEL void scatter_add(int n, const int32_t *restrict index, const float *restrict x, float *restrict y) {
  for (int i = 0; i < n; i++)
    y[index[i]] += x[i];
}

KERNEL void histogram(int n, const uint8_t *restrict x, uint32_t *restrict count) {
  for (int i = 0; i < n; i++)
    count[x[i]]++;
}

/* Reads and writes one array through two indices. */
KERNEL void permute_update(int n, const int32_t *restrict from, const int32_t *restrict to, int32_t *a) {
  for (int i = 0; i < n; i++)
    a[to[i]] = a[from[i]] + i;
}

static const uint16_t squares_table[16] = {0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121, 144, 169, 196, 225};

KERNEL void table_lookup(int n, const uint8_t *restrict x, uint16_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = (uint16_t)(squares_table[x[i] & 15] + squares_table[x[i] >> 4]);
}

/* A chain through an array of indices, but for a known number of steps. */
KERNEL int32_t index_chain(int n, const int32_t *restrict next, const int32_t *restrict value) {
  int32_t at = 0, s = 0;
  for (int i = 0; i < n; i++) {
    s ^= value[at] + i;
    at = next[at];
  }
  return s + at;
}

KERNEL void binned_float(int n, const float *restrict x, float *restrict bins) {
  for (int i = 0; i < n; i++) {
    int b = (int)((x[i] + 1.0f) * 4.0f);
    bins[b] += x[i];
  }
}

/* The output index moves with the data. */
KERNEL int compact(int n, const int32_t *restrict x, int32_t *restrict y) {
  int k = 0;
  for (int i = 0; i < n; i++) {
    y[k] = x[i];
    k += x[i] > 0;
  }
  return k;
}

KERNEL void scatter_pair(int n, const int32_t *restrict a, const int32_t *restrict b, int32_t *restrict y) {
  for (int i = 0; i < n; i++) {
    y[a[i]] = i;
    y[b[i]] = -i;
  }
}

TEST(gather) {
  float *table = FLOATS(64), *y = OUTPUT(float, n);
  int32_t *index = INDICES(n, 64);
  gather(n, table, index, y);
}

TEST(gather2) {
  int32_t *table = BITS(int32_t, 32), *first = INDICES(n, 48), *second = INDICES(48, 32);
  RESULT(gather2(n, table, first, second));
}

TEST(scatter) {
  int32_t *index = PERMUTATION(n), *few = INDICES(n, 5);
  double *x = DOUBLES(n), *y = OUTPUT(double, n);
  float *u = FLOATS(n), *v = FLOATS(5);
  scatter(n, index, x, y);
  scatter_add(n, few, u, v);
}

TEST(histogram) {
  uint8_t *x = INTS(uint8_t, n, 0, 7);
  uint32_t *count = INTS(uint32_t, 8, 0, 0);
  uint16_t *y = OUTPUT(uint16_t, n);
  float *u = FLOATS(n), *bins = FLOATS(8);
  histogram(n, x, count);
  table_lookup(n, x, y);
  binned_float(n, u, bins);
}

TEST(permute) {
  int32_t *from = INDICES(n, n ? n : 1), *to = INDICES(n, n ? n : 1), *a = INTS(int32_t, n, 0, 100);
  int32_t *y = INTS(int32_t, n, 0, 0);
  permute_update(n, from, to, a);
  scatter_pair(n, from, to, y);
}

TEST(index_chain) {
  int32_t *next = PERMUTATION(n + 1), *value = INTS(int32_t, n + 1, 0, 1000);
  RESULT(index_chain(n, next, value));
}

TEST(compact) {
  int32_t *x = BITS(int32_t, n), *y = INTS(int32_t, n + 1, 0, 0);
  RESULT(compact(n, x, y));
}
