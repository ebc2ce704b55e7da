/* plain.c: memcpy and the like for the run time itself. ThreadSanitizer takes the C library's for accesses of the
 * kernel's thread, so the objects of this library are bound to these instead (cmake/Emulator.cmake). */
#include <stddef.h>
#include <stdint.h>

void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t size);
void *__wrap_memmove(void *to, const void *from, size_t size);
void *__wrap_memset(void *to, int value, size_t size);
int __wrap_memcmp(const void *a, const void *b, size_t size);
size_t __wrap_strlen(const char *text);
int __wrap_strcmp(const char *a, const char *b);
int __wrap_strncmp(const char *a, const char *b, size_t size);

/* Eight bytes of anything, anywhere. */
typedef struct __attribute__((packed, may_alias)) word {
  uint64_t bits;
} word;

void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t size) {
  unsigned char *t = to;
  const unsigned char *f = from;
  for (; size >= sizeof(word); size -= sizeof(word), t += sizeof(word), f += sizeof(word))
    *(word *)t = *(const word *)f;
  while (size-- > 0)
    *t++ = *f++;
  return to;
}

void *__wrap_memmove(void *to, const void *from, size_t size) {
  unsigned char *t = to;
  const unsigned char *f = from;
  if (t <= f || t >= f + size)
    return __wrap_memcpy(to, from, size);
  while (size-- > 0)
    t[size] = f[size];
  return to;
}

void *__wrap_memset(void *to, int value, size_t size) {
  unsigned char *t = to;
  word all = {(unsigned char)value * 0x0101010101010101u};
  for (; size >= sizeof(word); size -= sizeof(word), t += sizeof(word))
    *(word *)t = all;
  while (size-- > 0)
    *t++ = (unsigned char)value;
  return to;
}

int __wrap_memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *x = a, *y = b;
  for (size_t i = 0; i < size; i++)
    if (x[i] != y[i])
      return x[i] < y[i] ? -1 : 1;
  return 0;
}

size_t __wrap_strlen(const char *text) {
  size_t n = 0;
  while (text[n])
    n++;
  return n;
}

int __wrap_strncmp(const char *a, const char *b, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (a[i] != b[i] || !a[i])
      return (unsigned char)a[i] - (unsigned char)b[i];
  return 0;
}

int __wrap_strcmp(const char *a, const char *b) {
  return __wrap_strncmp(a, b, SIZE_MAX);
}
