/* fill.c: elements of buffers: values to begin with, checksums, differences. */
#include "emu/emu.h"
#include "emu/number.h"

#include <math.h>
#include <string.h>

static const struct type {
  const char *name;
  size_t size;
} types[] = {{"i8", 1},   {"i16", 2}, {"i32", 4}, {"i64", 8},     {"f16", 2},
             {"bf16", 2}, {"f32", 4}, {"f64", 8}, {"pointer", 8}, {"bytes", 0}};

const char *tweed_emu_type_name(tweed_emu_type type) {
  return (size_t)type < sizeof types / sizeof *types ? types[type].name : "unknown";
}

size_t emu_type_size(tweed_emu_type type) {
  return (size_t)type < sizeof types / sizeof *types ? types[type].size : 0;
}

void emu_from_double(tweed_emu_type type, double value, int64_t whole, void *element) {
  uint16_t half;
  float single = (float)value;
  switch (type) {
  case TWEED_EMU_F16:
    half = (uint16_t)emu_encode(EMU_F16, value);
    memcpy(element, &half, 2);
    break;
  case TWEED_EMU_BF16:
    half = (uint16_t)emu_encode(EMU_BF16, value);
    memcpy(element, &half, 2);
    break;
  case TWEED_EMU_F32:
    memcpy(element, &single, 4);
    break;
  case TWEED_EMU_F64:
    memcpy(element, &value, 8);
    break;
  default: /* hosts are little endian, as NVPTX is */
    memcpy(element, &whole, emu_type_size(type));
  }
}

double emu_to_double(tweed_emu_type type, const void *element) {
  uint16_t half;
  float single;
  double value;
  int64_t whole = 0;
  unsigned by;
  switch (type) {
  case TWEED_EMU_F16:
    memcpy(&half, element, 2);
    return emu_decode(EMU_F16, half);
  case TWEED_EMU_BF16:
    memcpy(&half, element, 2);
    return emu_decode(EMU_BF16, half);
  case TWEED_EMU_F32:
    memcpy(&single, element, 4);
    return (double)single;
  case TWEED_EMU_F64:
    memcpy(&value, element, 8);
    return value;
  default:
    memcpy(&whole, element, emu_type_size(type));
    by = (unsigned)(64 - 8 * emu_type_size(type));
    return (double)((int64_t)((uint64_t)whole << by) >> by);
  }
}

static bool is_float(tweed_emu_type type) {
  return type >= TWEED_EMU_F16 && type <= TWEED_EMU_F64;
}

void emu_fill_random(tweed_emu_type type, uint64_t seed, uint32_t argument, size_t count, void *data) {
  uint64_t start = seed * 0x9e3779b97f4a7c15u + argument * 0xbf58476d1ce4e5b9u;
  for (size_t i = 0; i < count; i++) {
    uint64_t z = start + i;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    int64_t whole = (int64_t)((z ^ (z >> 31)) >> 56) - 128;
    emu_from_double(type, (double)whole / 128, whole, (char *)data + i * emu_type_size(type));
  }
}

void emu_fill_range(tweed_emu_type type, size_t count, void *data) {
  bool narrow = type == TWEED_EMU_F16 || type == TWEED_EMU_BF16;
  for (size_t i = 0; i < count; i++) {
    size_t value = narrow ? i % 256 : i;
    emu_from_double(type, (double)value, (int64_t)value, (char *)data + i * emu_type_size(type));
  }
}

uint64_t tweed_emu_checksum(const tweed_emu_output *output) {
  const unsigned char *bytes = output->data;
  uint64_t sum = 0xcbf29ce484222325u;
  for (size_t i = 0; i < output->count * emu_type_size(output->type); i++)
    sum = (sum ^ bytes[i]) * 0x100000001b3u;
  return sum;
}

double tweed_emu_difference(const tweed_emu_output *a, const tweed_emu_output *b, size_t *index) {
  size_t size = emu_type_size(a->type);
  double most = 0;
  *index = 0;
  for (size_t i = 0; i < a->count; i++) {
    const char *x = (const char *)a->data + i * size, *y = (const char *)b->data + i * size;
    if (memcmp(x, y, size) == 0)
      continue;
    double p = emu_to_double(a->type, x), q = emu_to_double(b->type, y), by = fabs(p - q);
    if (is_float(a->type) && isnan(p) != isnan(q))
      by = INFINITY;
    if (by > most) {
      most = by;
      *index = i;
    }
  }
  return most;
}
