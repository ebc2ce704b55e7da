/* Runs every loop of the demo for trip counts 0 … 70 and 1000 on fixed data and prints a digest of the bits of each
 * answer. */
#include "loops.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { SIZE = 2048, LONGEST = 1000 };

static float x[SIZE], y[SIZE];
static uint64_t digest;

static void fill(uint32_t seed) {
  for (int i = 0; i < SIZE; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = (float)(seed >> 8) / 16777216.0f - 0.5f;
    seed = seed * 1664525u + 1013904223u;
    y[i] = (float)(seed >> 8) / 16777216.0f;
  }
}

static void add(const void *data, size_t size) {
  const unsigned char *bytes = data;
  for (size_t i = 0; i < size; i++)
    digest = (digest ^ bytes[i]) * 1099511628211u;
}

static void call(int loop, long n) {
  float f;
  unsigned u;
  short in[SIZE], out[SIZE];
  memcpy(in, x, sizeof in);
  memcpy(out, y, sizeof out);
  switch (loop) {
  case 0:
    axpy(n, x, y);
    break;
  case 1:
    f = dot(n, x, y), add(&f, sizeof f);
    break;
  case 2:
    fir4(n, x, y);
    break;
  case 3:
    iir2(n, x, y);
    break;
  case 4:
    distance3(n, x, y);
    break;
  case 5:
    horner(n, x, y);
    break;
  case 6:
    stencil(n, x, y);
    break;
  case 7:
    complex_multiply(n, x, y);
    break;
  case 8:
    saturate(n, in, out), add(out, sizeof out);
    break;
  case 9:
    threshold(n, x, y);
    break;
  case 10:
    may_overlap(n, x, y), may_overlap(n, y, y + 1);
    break;
  default:
    u = hash(n, (const unsigned char *)x), add(&u, sizeof u);
  }
}

int main(void) {
  static const char *names[] = {"axpy",      "dot",       "fir4",        "iir2",
                                "distance3", "horner",    "stencil",     "complex_multiply",
                                "saturate",  "threshold", "may_overlap", "hash"};
  for (int loop = 0; loop < (int)(sizeof names / sizeof *names); loop++) {
    digest = 14695981039346656037u;
    for (long n = 0; n <= 71; n++) {
      fill((uint32_t)(n + 1));
      call(loop, n <= 70 ? n : LONGEST);
      add(y, sizeof y);
    }
    printf("%s %016llx\n", names[loop], (unsigned long long)digest);
  }
  return 0;
}
