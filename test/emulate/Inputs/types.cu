/* types.cu: an element of every type, and scalars of most. */
#include "cuda.h"

KERNEL types(signed char *a, short *b, int *c, long long *d, half *e, u16 *f, float *g, double *h, signed char i,
             short j, half k, double l, long long m) {
  u32 t = threadIdx.x;
  a[t] += i;
  b[t] += j;
  c[t] += j;
  d[t] += m;
  e[t] += k;
  f[t] ^= 0x8000;
  g[t] += k;
  h[t] += l;
}
