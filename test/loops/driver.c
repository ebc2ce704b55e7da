/* driver.c: runs the TESTs of one loop file for many trip counts and writes all that they computed to stdout.
 *
 * Each test runs in three placements of its arrays: between guard zones, up against an unreadable page behind them,
 * and up against one in front of them, so that an access outside an array is either seen in a guard or a crash.
 * Output is one record per array and result: a header line and the raw bytes; run.py reads it. */
#define _GNU_SOURCE
#include "driver.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_ARRAYS = 16, GUARD = 128, PAGE = 4096, OFFSETS = 9 };
enum placement { BETWEEN_GUARDS, BEFORE_PAGE, BEHIND_PAGE, PLACEMENTS };

struct array {
  unsigned char *map, *data; /* what is written: data[0, bytes) */
  size_t map_size, bytes;
};

static struct {
  struct driver_test *first, **last;
  struct array arrays[MAX_ARRAYS];
  int narrays, nresults;
  enum placement placement;
  uint64_t random;
  const char *name;
  int n, offset;
} driver = {.last = &driver.first};

static void fail(const char *what) {
  fprintf(stderr, "driver: %s\n", what);
  exit(3);
}

void driver_register(struct driver_test *test) {
  *driver.last = test;
  driver.last = &test->next;
}

static uint64_t next_random(void) {
  uint64_t z = driver.random += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* n elements, of which none may be touched outside. Invariant: [data, data + bytes) is what gets recorded. */
static void *allocate(long n, size_t size) {
  if (driver.narrays == MAX_ARRAYS || n < 0)
    fail("too many arrays, or a negative size");
  struct array *a = &driver.arrays[driver.narrays++];
  size_t bytes = (size_t)n * size;
  size_t inner = (bytes + 2 * GUARD + PAGE - 1) / PAGE * PAGE;
  a->map_size = inner + 2 * PAGE;
  a->map = mmap(NULL, a->map_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (a->map == MAP_FAILED || mprotect(a->map + PAGE, inner, PROT_READ | PROT_WRITE) != 0)
    fail("out of memory");
  a->data = a->map + PAGE;
  a->bytes = inner;
  for (size_t i = 0; i < inner; i++)
    a->data[i] = (unsigned char)(0xA5 ^ i);
  if (driver.placement == BEFORE_PAGE)
    return a->data + inner - bytes;
  if (driver.placement == BEHIND_PAGE)
    return a->data;
  return a->data + GUARD;
}

void *driver_output(long n, size_t size) {
  return allocate(n, size);
}

void *driver_bits(long n, size_t size) {
  unsigned char *p = allocate(n, size);
  for (size_t i = 0; i < (size_t)n * size; i++)
    p[i] = (unsigned char)next_random();
  return p;
}

void *driver_ints(const char *type, long n, size_t size, long long low, long long high) {
  unsigned char *p = allocate(n, size);
  int real = strcmp(type, "float") == 0 ? 1 : strcmp(type, "double") == 0 ? 2 : 0;
  for (long i = 0; i < n; i++) {
    long long v = low + (long long)(next_random() % ((unsigned long long)(high - low) + 1));
    float f = (float)v;
    double d = (double)v;
    memcpy(p + (size_t)i * size, real == 1 ? (void *)&f : real == 2 ? (void *)&d : (void *)&v, size);
  }
  return p;
}

float *driver_floats(long n) {
  float *p = allocate(n, sizeof *p);
  for (long i = 0; i < n; i++)
    p[i] = (float)((int64_t)(next_random() >> 40) - (1 << 23)) / (float)(1 << 23);
  return p;
}

double *driver_doubles(long n) {
  double *p = allocate(n, sizeof *p);
  for (long i = 0; i < n; i++)
    p[i] = (double)((int64_t)(next_random() >> 12) - (INT64_C(1) << 51)) / (double)(INT64_C(1) << 51);
  return p;
}

int32_t *driver_permutation(long n) {
  int32_t *p = allocate(n, sizeof *p);
  for (long i = 0; i < n; i++)
    p[i] = (int32_t)i;
  for (long i = n - 1; i > 0; i--) {
    long j = (long)(next_random() % (uint64_t)(i + 1));
    int32_t t = p[i];
    p[i] = p[j];
    p[j] = t;
  }
  return p;
}

static void record(const char *what, int index, const void *bytes, size_t size) {
  printf("%s n=%d offset=%d placement=%d %s=%d bytes=%zu\n", driver.name, driver.n, driver.offset, driver.placement,
         what, index, size);
  if (fwrite(bytes, 1, size, stdout) != size || putchar('\n') == EOF)
    fail("can't write");
}

void driver_result(const void *value, size_t size) {
  record("result", driver.nresults++, value, size);
}

static void on_signal(int number) {
  char text[160];
  int length = snprintf(text, sizeof text, "driver: signal %d in %s n=%d offset=%d placement=%d\n", number, driver.name,
                        driver.n, driver.offset, driver.placement);
  if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0)
    _exit(5);
  _exit(4);
}

static void run(const struct driver_test *t, int n, int offset) {
  for (int p = 0; p < PLACEMENTS; p++) {
    driver.placement = (enum placement)p;
    driver.name = t->name;
    driver.n = n;
    driver.offset = offset;
    driver.nresults = driver.narrays = 0;
    driver.random = (uint64_t)n * 1000003 + (uint64_t)(offset + OFFSETS);
    t->run(n, offset);
    for (int i = 0; i < driver.narrays; i++) {
      record("array", i, driver.arrays[i].data, driver.arrays[i].bytes);
      munmap(driver.arrays[i].map, driver.arrays[i].map_size);
    }
  }
}

/* Usage: PROGRAM [LARGEST-N]; without an argument all trip counts. */
int main(int argc, char **argv) {
  static const int larger[] = {63, 64, 65, 100, 255, 1000};
  int limit = argc > 1 ? atoi(argv[1]) : 1000;
  signal(SIGSEGV, on_signal);
  signal(SIGBUS, on_signal);
  signal(SIGFPE, on_signal);
  signal(SIGILL, on_signal);
  for (const struct driver_test *t = driver.first; t; t = t->next) {
    int all = t->offsets ? 24 : 40;
    for (int offset = t->offsets ? -OFFSETS : 0; offset <= (t->offsets ? OFFSETS : 0); offset++) {
      for (int n = 0; n <= all && n <= limit; n++)
        run(t, n, offset);
      for (size_t i = 0; i < sizeof larger / sizeof *larger && larger[i] <= limit; i++)
        if (!t->offsets || larger[i] <= 100)
          run(t, larger[i], offset);
    }
  }
  return fflush(stdout) == 0 && driver.first ? 0 : 3;
}
