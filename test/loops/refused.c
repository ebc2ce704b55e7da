// Loops that must be left alone, each with the reason.
#include "driver.h"
#include <stdatomic.h>

void opaque(int32_t *x);

// LOOP: list_sum list_length
// EXPECT: refused TripCount
struct node {
  struct node *next;
  int64_t value;
};

KERNEL int64_t list_sum(const struct node *p) {
  int64_t s = 0;
  for (; p; p = p->next)
    s += p->value;
  return s;
}

KERNEL int list_length(const struct node *p) {
  int n = 0;
  while (p) {
    n++;
    p = p->next;
  }
  return n;
}

// LOOP: collatz gcd digits_of
// EXPECT: refused TripCount
KERNEL int collatz(uint64_t x) {
  int steps = 0;
  while (x > 1) {
    x = x & 1 ? 3 * x + 1 : x >> 1;
    steps++;
  }
  return steps;
}

KERNEL uint32_t gcd(uint32_t a, uint32_t b) {
  while (b) {
    uint32_t t = a % b;
    a = b;
    b = t;
  }
  return a;
}

KERNEL int digits_of(uint32_t x, char *out) {
  int n = 0;
  do
    out[n++] = (char)('0' + x % 10);
  while (x /= 10);
  return n;
}

// LOOP: string_length copy_string
// EXPECT: refused TripCount
KERNEL size_t string_length(const char *x) {
  size_t n = 0;
  while (x[n])
    n++;
  return n;
}

KERNEL void copy_string(const char *restrict x, char *restrict y) {
  while ((*y++ = *x++))
    ;
}

// LOOP: skip_blanks
// EXPECT: refused LoopShape
KERNEL const char *skip_blanks(const char *x) {
  while (*x == ' ' || *x == '\t')
    x++;
  return x;
}

// LOOP: find_byte find_first any_negative matching_prefix sum_until
// EXPECT: refused EarlyExit
KERNEL int find_byte(int n, const uint8_t *x, uint8_t c) {
  for (int i = 0; i < n; i++)
    if (x[i] == c)
      return i;
  return -1;
}

KERNEL int find_first(int n, const float *x, float limit) {
  int i = 0;
  while (i < n && x[i] < limit)
    i++;
  return i;
}

KERNEL _Bool any_negative(int n, const int32_t *x) {
  for (int i = 0; i < n; i++)
    if (x[i] < 0)
      return 1;
  return 0;
}

KERNEL int matching_prefix(int n, const char *x, const char *y) {
  int i;
  for (i = 0; i < n; i++)
    if (x[i] != y[i])
      break;
  return i;
}

KERNEL int64_t sum_until(int n, const int32_t *x, int32_t stop) {
  int64_t s = 0;
  for (int i = 0; i < n; i++) {
    if (x[i] == stop)
      break;
    s += x[i];
  }
  return s;
}

// LOOP: volatile_loads volatile_stores volatile_counter
// EXPECT: refused Volatile
KERNEL int32_t volatile_loads(int n, const volatile int32_t *x) {
  int32_t s = 0;
  for (int i = 0; i < n; i++)
    s ^= x[i];
  return s;
}

KERNEL void volatile_stores(int n, const int32_t *restrict x, volatile int32_t *restrict port) {
  for (int i = 0; i < n; i++)
    *port = x[i] ^ 1;
}

KERNEL void volatile_counter(int n, int32_t *restrict x, volatile int32_t *restrict c) {
  for (int i = 0; i < n; i++) {
    x[i] ^= 7;
    *c += 1;
  }
}

// LOOP: atomic_loads atomic_adds fenced atomic_exchange_all
// EXPECT: refused Atomic
KERNEL int32_t atomic_loads(int n, _Atomic int32_t *x) {
  int32_t s = 0;
  for (int i = 0; i < n; i++)
    s ^= atomic_load_explicit(&x[i], memory_order_relaxed);
  return s;
}

KERNEL void atomic_adds(int n, const int32_t *restrict x, _Atomic int32_t *restrict sum) {
  for (int i = 0; i < n; i++)
    atomic_fetch_add_explicit(sum, x[i], memory_order_relaxed);
}

KERNEL void fenced(int n, int32_t *x) {
  for (int i = 0; i < n; i++) {
    x[i] ^= 3;
    atomic_thread_fence(memory_order_seq_cst);
  }
}

KERNEL void atomic_exchange_all(int n, _Atomic int32_t *x, int32_t *restrict old) {
  for (int i = 0; i < n; i++)
    old[i] = atomic_exchange(&x[i], i);
}

// LOOP: opaque_call print_all indirect_call
// EXPECT: refused Call
KERNEL void opaque_call(int n, int32_t *x) {
  for (int i = 0; i < n; i++)
    opaque(&x[i]);
}

int printf(const char *format, ...);

KERNEL void print_all(int n, const int32_t *x) {
  for (int i = 0; i < n; i++)
    printf("%d\n", (int)x[i]);
}

KERNEL int32_t indirect_call(int n, int32_t (*f)(int32_t), const int32_t *x) {
  int32_t s = 0;
  for (int i = 0; i < n; i++)
    s ^= f(x[i]);
  return s;
}

// LOOP: asm_barrier asm_value
// EXPECT: refused InlineAsm
KERNEL void asm_barrier(int n, int32_t *x) {
  for (int i = 0; i < n; i++) {
    x[i] ^= 5;
    __asm__ volatile("" ::: "memory");
  }
}

KERNEL int32_t asm_value(int n, const int32_t *x) {
  int32_t s = 0;
  for (int i = 0; i < n; i++) {
    int32_t v = x[i];
    __asm__ volatile("" : "+r"(v));
    s += v & 15;
  }
  return s;
}

__attribute__((noinline)) void opaque(int32_t *x) {
  __asm__ volatile("" : "+r"(x)::"memory");
  *x ^= 11;
}

static int32_t negate(int32_t x) {
  return ~x;
}

KERNEL void link_nodes(int n, struct node *p) {
  for (int i = 0; i < n; i++)
    p[i] = (struct node){i + 1 < n ? &p[i + 1] : 0, i * 3};
}

KERNEL void clear_nodes(int n, struct node *p) {
  for (int i = 0; i < n; i++)
    p[i].next = 0;
}

TEST(lists) {
  struct node *p = OUTPUT(struct node, n);
  link_nodes(n, p);
  RESULT(list_sum(n ? p : 0));
  RESULT(list_length(n ? p : 0));
  clear_nodes(n, p);
}

TEST(whiles) {
  char *out = OUTPUT(char, 10);
  RESULT(collatz((uint64_t)n));
  RESULT(gcd((uint32_t)n * 6, 84));
  RESULT(digits_of((uint32_t)n * 12345, out));
}

TEST(searches) {
  uint8_t *x = INTS(uint8_t, n, 0, 30);
  char *text = INTS(char, n + 1, 1, 40), *copy = OUTPUT(char, n + 1);
  float *f = FLOATS(n);
  int32_t *k = INTS(int32_t, n, -1, 30);
  text[n] = 0;
  RESULT(find_byte(n, x, 5));
  RESULT(find_first(n, f, 0.9f));
  RESULT(any_negative(n, k));
  RESULT(matching_prefix(n, text, (char *)x));
  RESULT(sum_until(n, k, 7));
  RESULT(string_length(text));
  RESULT(skip_blanks(text) - text);
  copy_string(text, copy);
}

TEST(volatiles) {
  int32_t *x = BITS(int32_t, n), *port = INTS(int32_t, 1, 0, 9);
  RESULT(volatile_loads(n, x));
  volatile_stores(n, x, port);
  volatile_counter(n, x, port);
}

TEST(atomics) {
  int32_t *x = INTS(int32_t, n, 0, 1000), *old = OUTPUT(int32_t, n), *sum = INTS(int32_t, 1, 0, 9);
  RESULT(atomic_loads(n, (_Atomic int32_t *)x));
  atomic_adds(n, x, (_Atomic int32_t *)sum);
  fenced(n, x);
  atomic_exchange_all(n, (_Atomic int32_t *)x, old);
}

TEST(calls) {
  int32_t *x = INTS(int32_t, n, 0, 1000);
  opaque_call(n, x);
  print_all(n, x);
  RESULT(indirect_call(n, negate, x));
  asm_barrier(n, x);
  RESULT(asm_value(n, x));
}
