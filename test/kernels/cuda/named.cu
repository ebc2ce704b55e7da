/* named.cu: named barriers. Warp 0 fills a slot of a ring with one row of `in`, warp 1 writes twice of it to `out`.
 * Barrier 1 + slot says full, barrier 3 + slot says empty: who must wait syncs, who need not arrives. */
#include "cuda.h"

/* BUG_COUNT: barriers count a warp too many. BUG_NO_EMPTY: nobody waits for a free slot. BUG_CROSSED: each role first
 * waits for the other one. */
KERNEL exchange(const float *in, float *out, int rows) {
  __shared__ float slots[2][WARP];
#if defined(BUG_COUNT)
  const int members = 3 * WARP;
#else
  const int members = 2 * WARP;
#endif
  if (warp() == 0) {
    for (int i = 0; i < rows; i++) {
#if defined(BUG_CROSSED)
      bar_sync(3 + i % 2, members);
#elif !defined(BUG_NO_EMPTY)
      if (i >= 2)
        bar_sync(3 + i % 2, members);
#endif
      slots[i % 2][lane()] = in[i * WARP + (int)lane()];
      bar_arrive(1 + i % 2, members);
    }
  } else {
    for (int i = 0; i < rows; i++) {
      bar_sync(1 + i % 2, members);
      out[i * WARP + (int)lane()] = 2 * slots[i % 2][lane()];
#if !defined(BUG_NO_EMPTY)
      if (i + 2 < rows)
        bar_arrive(3 + i % 2, members);
#endif
    }
  }
}
