/* harness.c: runs every loop of a generated file on the same inputs whatever it was compiled with, and prints one
 * digest per loop of all that it leaves in memory.
 *
 *   PROGRAM              every loop
 *   PROGRAM NAME         one loop, with one line for each call
 *
 * Each array lies between two pages that can't be touched. In the layouts END and BEGIN it is as large as this number
 * of iterations can reach and no larger, so an access that belongs to no iteration is a fault; the other layouts let
 * arrays overlap. A fault is part of the digest. */
#define _DEFAULT_SOURCE
#include "harness.h"
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef enum layout { END, BEGIN, SAME, NEAR, NEARER, LAYOUTS } layout;

static const long trips[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17,
                             18, 19, 20, 21, 23, 26, 31, 32, 33, 36, 41, 48, 63, 64, 65, 67, 70};

static char *region[FUZZ_ARRAYS];
static sigjmp_buf fault;
static int faults;

static void on_fault(int signal) {
  siglongjmp(fault, signal);
}

static uint64_t next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static uint64_t mix(uint64_t digest, uint64_t value) {
  digest = (digest ^ value) * 0xff51afd7ed558ccdu;
  return digest ^ (digest >> 32);
}

/* Small numbers and zeros of both signs among others, never a NaN, so that an expression stays a number for a while. */
static double number(uint64_t *state) {
  uint64_t r = next(state);
  if (r % 16 == 0)
    return r & 16 ? -0.0 : 0.0;
  return (double)((int64_t)(r >> 40) - (1 << 23)) / (double)(1 << (r % 24));
}

static void fill(char *bytes, long low, long high, int size, int floating, uint64_t *state) {
  for (long k = low; k < high; k++) {
    if (floating && size == 4) {
      float x = (float)number(state);
      memcpy(bytes + k * 4, &x, 4);
    } else if (floating) {
      double x = number(state);
      memcpy(bytes + k * 8, &x, 8);
    } else {
      uint64_t x = next(state);
      if (x % 4 == 0)
        x = (uint64_t)((int64_t)(x >> 32) % 8);
      else
        x >>= 8;
      memcpy(bytes + k * size, &x, (size_t)size);
    }
  }
}

/* The sign and payload of a NaN are not part of C's meaning of an operation. */
static uint64_t digest_range(uint64_t d, const char *bytes, long low, long high, int size, int floating) {
  for (long k = low; k < high; k++) {
    uint64_t word = 0;
    double x = 0;
    float f;
    memcpy(&word, bytes + k * size, (size_t)size);
    if (floating && size == 4) {
      memcpy(&f, bytes + k * 4, 4);
      x = (double)f;
    } else if (floating) {
      memcpy(&x, bytes + k * 8, 8);
    }
    d = mix(d, x != x ? 0x7ff8u : word);
  }
  return d;
}

/* The indices [low, high) of an array that n iterations can reach. */
static void reach(const fuzz_loop *loop, int array, long n, long stride, long *low, long *high) {
  *low = 0;
  *high = 1;
  for (const fuzz_access *a = loop->access; a->array >= 0; a++) {
    if (a->array != array)
      continue;
    long far = (a->variable ? stride : a->stride) * (n > 0 ? n - 1 : 0);
    long first = (far < 0 ? far : 0) + a->low, last = (far > 0 ? far : 0) + a->high;
    if (first < *low)
      *low = first;
    if (last + 1 > *high)
      *high = last + 1;
  }
}

typedef struct placed {
  char *bytes; /* element 0 */
  long low, high;
} placed;

/* False if the layout does not fit or differs in nothing from the others. */
static int place(const fuzz_loop *loop, layout l, long n, long stride, uint64_t *state, placed *out) {
  int overlapping = 0;
  for (int k = 0; k < loop->arrays; k++) {
    long size = loop->size[k];
    reach(loop, k, n, stride, &out[k].low, &out[k].high);
    if (loop->global[k]) {
      out[k].bytes = loop->global[k] + loop->origin[k] * size;
      continue;
    }
    int other = 0;
    while (loop->overlap[other] == 0 || loop->overlap[other] != loop->overlap[k])
      if (++other >= k)
        break;
    if (l == BEGIN)
      out[k].bytes = region[k] - out[k].low * size;
    else if (l == END)
      out[k].bytes = region[k] + FUZZ_BYTES - out[k].high * size;
    else if (other >= k)
      out[k].bytes = region[k] + (FUZZ_BYTES / 2 + (out[k].low + out[k].high) * size / -2) / 8 * 8;
    else {
      long shift = l == SAME ? 0 : (long)(next(state) % (l == NEAR ? 41 : 9)) - (l == NEAR ? 20 : 4);
      long step = loop->size[other] > size ? loop->size[other] : size;
      out[k].bytes = out[other].bytes + shift * step;
      overlapping = 1;
      if (out[k].bytes + out[k].low * size < region[other] ||
          out[k].bytes + out[k].high * size > region[other] + FUZZ_BYTES)
        return 0;
    }
  }
  return l == END || l == BEGIN || overlapping;
}

static uint64_t call(const fuzz_loop *loop, layout l, long n, uint64_t seed) {
  uint64_t state = seed, d = seed;
  fuzz_context c = {.stride = (long)(next(&state) % 5) - 2};
  placed at[FUZZ_ARRAYS];
  if (c.stride >= 0)
    c.stride++;
  for (int k = 0; k < 4; k++)
    c.p[k] = next(&state) >> (k * 16);
  c.q[0] = number(&state);
  c.q[1] = number(&state);
  if (!place(loop, l, n, c.stride, &state, at))
    return 0;
  for (int k = 0; k < loop->arrays; k++) {
    fill(at[k].bytes, at[k].low, at[k].high, loop->size[k], loop->floating[k], &state);
    c.array[k] = at[k].bytes;
  }
  int signal = sigsetjmp(fault, 1);
  if (signal) {
    faults++;
    return mix(d, (uint64_t)signal) | 1;
  }
  loop->run(&c, n);
  for (int k = 0; k < loop->arrays; k++)
    d = digest_range(d, at[k].bytes, at[k].low, at[k].high, loop->size[k], loop->floating[k]);
  d = digest_range(d, (char *)c.out, 0, FUZZ_OUTS, 8, 0);
  return digest_range(d, (char *)c.fout, 0, FUZZ_OUTS, 8, 1) | 1;
}

static void run_all(const fuzz_loop *loop, int verbose) {
  uint64_t all = 0;
  int overlaps = 0;
  faults = 0;
  for (int k = 0; k < loop->arrays; k++)
    overlaps |= loop->overlap[k];
  for (int l = 0; l < (overlaps ? LAYOUTS : SAME); l++)
    for (unsigned t = 0; t < sizeof trips / sizeof *trips; t++) {
      uint64_t seed = (uint64_t)l * 1000 + (uint64_t)trips[t];
      uint64_t d = call(loop, (layout)l, trips[t], seed);
      all = mix(all, d);
      if (verbose)
        printf("layout %d trips %ld: %016llx%s\n", l, trips[t], (unsigned long long)d,
               faults ? " (after a fault)" : "");
    }
  printf("%s %016llx%s\n", loop->name, (unsigned long long)all, faults ? " fault" : "");
}

int main(int argc, char **argv) {
  long page = sysconf(_SC_PAGESIZE);
  if (page < FUZZ_BYTES)
    return 2;
  for (int k = 0; k < FUZZ_ARRAYS; k++) {
    char *all = mmap(NULL, (size_t)page * 3, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || mprotect(all + page, (size_t)page, PROT_READ | PROT_WRITE))
      return 2;
    region[k] = all + page;
  }
  if (page != FUZZ_BYTES) /* the layouts want the region to end where the page does */
    return 2;
  signal(SIGSEGV, on_fault);
  signal(SIGBUS, on_fault);
  signal(SIGFPE, on_fault);
  signal(SIGILL, on_fault);
  for (int k = 0; k < fuzz_loops_count; k++)
    if (argc < 2 || strcmp(argv[1], fuzz_loops[k].name) == 0)
      run_all(&fuzz_loops[k], argc >= 2);
  return 0;
}
