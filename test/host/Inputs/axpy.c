/* Source of axpy.ll: clang-19 -O1 -fno-discard-value-names -S -emit-llvm, with target lines and attributes removed. */
#include <stdio.h>

static __attribute__((noinline)) void axpy(long n, double a, const double *restrict x, double *restrict y) {
  for (long i = 0; i < n; i++)
    y[i] = a * x[i] + y[i];
}

int main(void) {
  double x[40], y[40], sum = 0;
  for (int n = 0; n <= 40; n++) {
    for (int i = 0; i < 40; i++)
      x[i] = i, y[i] = 3 * i;
    axpy(n, 0.5, x, y);
    for (int i = 0; i < 40; i++)
      sum += y[i] * (i + n);
  }
  printf("%a\n", sum);
  return 0;
}
