/* random.c: xoshiro256** (Blackman, Vigna) seeded by splitmix64. */
#include "base/base.h"

void tweed_random_seed(tweed_random *r, uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    seed += 0x9e3779b97f4a7c15u;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    r->s[i] = z ^ (z >> 31);
  }
}

static uint64_t rotate_left(uint64_t x, int by) {
  return (x << by) | (x >> (64 - by));
}

uint64_t tweed_random_next(tweed_random *r) {
  uint64_t *s = r->s;
  uint64_t result = rotate_left(s[1] * 5, 7) * 9;
  uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left(s[3], 45);
  return result;
}

/* Multiply and reject (Lemire): no bias. */
uint32_t tweed_random_below(tweed_random *r, uint32_t bound) {
  uint32_t reject = (uint32_t)(-bound) % bound;
  for (;;) {
    uint64_t product = (tweed_random_next(r) >> 32) * bound;
    if ((uint32_t)product >= reject)
      return (uint32_t)(product >> 32);
  }
}

double tweed_random_unit(tweed_random *r) {
  return (double)(tweed_random_next(r) >> 11) * 0x1p-53;
}
