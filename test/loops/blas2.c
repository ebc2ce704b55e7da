// LOOP: gemv gemv_transposed ger trsv spmv gemm_row triangular
// EXPECT: pipelined
#include "driver.h"

KERNEL void gemv(int m, int n, const float *restrict a, const float *restrict x, float *restrict y) {
  for (int i = 0; i < m; i++) {
    float s = y[i];
    for (int j = 0; j < n; j++)
      s += a[i * n + j] * x[j];
    y[i] = s;
  }
}

KERNEL void gemv_transposed(int m, int n, const double *restrict a, const double *restrict x, double *restrict y) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++)
      y[j] += a[i * n + j] * x[i];
}

KERNEL void ger(int m, int n, float alpha, const float *restrict x, const float *restrict y, float *restrict a) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++)
      a[(long)i * n + j] += alpha * x[i] * y[j];
}

KERNEL void trsv(int n, const double *restrict l, double *restrict b) {
  for (int i = 0; i < n; i++) {
    double s = b[i];
    for (int j = 0; j < i; j++)
      s -= l[i * n + j] * b[j];
    b[i] = s * 0.5;
  }
}

KERNEL void spmv(int rows, const int32_t *restrict start, const int32_t *restrict column, const double *restrict value,
                 const double *restrict x, double *restrict y) {
  for (int r = 0; r < rows; r++) {
    double s = 0;
    for (int k = start[r]; k < start[r + 1]; k++)
      s += value[k] * x[column[k]];
    y[r] = s;
  }
}

KERNEL void gemm_row(int n, int k, const float *restrict a, const float *restrict b, float *restrict c) {
  for (int p = 0; p < k; p++) {
    float s = a[p];
    for (int j = 0; j < n; j++)
      c[j] += s * b[p * n + j];
  }
}

KERNEL void triangular(int n, int32_t *a) {
  for (int i = 0; i < n; i++)
    for (int j = i; j < n; j++)
      a[i * n + j] = a[i * n + j] * 3 - i * j;
}

/* A row index for every row: rows of growing length. */
KERNEL void row_starts(int rows, int32_t *start) {
  int32_t at = 0;
  for (int r = 0; r <= rows; r++) {
    start[r] = at;
    at += r % 7;
  }
}

TEST(gemv) {
  int m = n < 9 ? n : 9;
  float *a = FLOATS((long)m * n), *x = FLOATS(n), *y = FLOATS(m);
  gemv(m, n, a, x, y);
}

TEST(gemv_transposed) {
  int m = n < 5 ? n : 5;
  double *a = DOUBLES((long)m * n), *x = DOUBLES(m), *y = DOUBLES(n);
  gemv_transposed(m, n, a, x, y);
}

TEST(ger) {
  int m = n < 6 ? n : 6;
  float *x = FLOATS(m), *y = FLOATS(n), *a = FLOATS((long)m * n);
  ger(m, n, 0.75f, x, y, a);
}

TEST(trsv) {
  int m = n < 40 ? n : 40;
  double *l = DOUBLES((long)m * m), *b = DOUBLES(m);
  trsv(m, l, b);
}

TEST(spmv) {
  int32_t *start = OUTPUT(int32_t, n + 1);
  row_starts(n, start);
  int32_t *column = INDICES(7 * n + 1, n + 1);
  double *value = DOUBLES(7 * n + 1), *x = DOUBLES(n + 1), *y = OUTPUT(double, n);
  spmv(n, start, column, value, x, y);
}

TEST(gemm_row) {
  float *a = FLOATS(4), *b = FLOATS(4l * n), *c = FLOATS(n);
  gemm_row(n, 4, a, b, c);
}

TEST(triangular) {
  int m = n < 30 ? n : 30;
  int32_t *a = INTS(int32_t, m *m, -1000, 1000);
  triangular(m, a);
}
