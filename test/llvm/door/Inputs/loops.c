void axpy(int n, double a, const double *restrict x, double *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] += a * x[i];
}

void stop(int *p) {
  for (volatile int *q = p; q != p + 100; q++)
    *q = 1;
}
