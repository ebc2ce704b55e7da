/* driver.h: what a loop file of this folder is written against. See README.md.
 *
 * KERNEL functions hold the loops under test. A TEST calls them for a trip count n (and, with TEST_OFFSETS, an overlap
 * offset) with arrays from the functions below; after it, the driver writes every byte of every array and every
 * RESULT to stdout. TEST bodies hold no loops of their own. */
#ifndef TWEED_TEST_LOOPS_DRIVER_H
#define TWEED_TEST_LOOPS_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#define KERNEL __attribute__((noinline))

/* An array of n elements, filled with random integers in [low, high], between guard zones or unreadable pages. */
#define INTS(type, n, low, high) ((type *)driver_ints(#type, (n), sizeof(type), (low), (high)))
/* The same with random bits. */
#define BITS(type, n) ((type *)driver_bits((n), sizeof(type)))
/* Random floats or doubles in [-1, 1), never NaN. */
#define FLOATS(n) driver_floats(n)
#define DOUBLES(n) driver_doubles(n)
/* An array that the kernel writes: filled with a pattern first. */
#define OUTPUT(type, n) ((type *)driver_output((n), sizeof(type)))
/* A permutation of 0..n-1, and n random indices below `below`. */
#define PERMUTATION(n) driver_permutation(n)
#define INDICES(n, below) INTS(int32_t, n, 0, (below) - 1)

#define RESULT(value)                                                                                                  \
  do {                                                                                                                 \
    __auto_type driver_value = (value);                                                                                \
    driver_result(&driver_value, sizeof driver_value);                                                                 \
  } while (0)

#define TEST(name) DRIVER_TEST(name, 0)
#define TEST_OFFSETS(name) DRIVER_TEST(name, 1)
#define DRIVER_TEST(name, with_offsets)                                                                                \
  static void test_##name(int n, int offset);                                                                          \
  __attribute__((constructor)) static void register_##name(void) {                                                     \
    static struct driver_test test = {#name, test_##name, with_offsets, 0};                                            \
    driver_register(&test);                                                                                            \
  }                                                                                                                    \
  __attribute__((noinline, DRIVER_PLAIN)) static void test_##name(int n __attribute__((unused)),                       \
                                                                  int offset __attribute__((unused)))

#ifdef __clang__
#define DRIVER_PLAIN optnone
#else
#define DRIVER_PLAIN noinline
#endif

struct driver_test {
  const char *name;
  void (*run)(int n, int offset);
  int offsets;
  struct driver_test *next;
};

void driver_register(struct driver_test *test);
void *driver_ints(const char *type, long n, size_t size, long long low, long long high);
void *driver_bits(long n, size_t size);
float *driver_floats(long n);
double *driver_doubles(long n);
void *driver_output(long n, size_t size);
int32_t *driver_permutation(long n);
void driver_result(const void *value, size_t size);

#endif
