// LOOP: move_points complex_multiply complex_dot mixed_fields bit_fields nbody_force packed_records
// LOOP: array_of_pointers quaternion butterfly hit_boxes interleaved_update
// EXPECT: pipelined
#include "driver.h"

struct point {
  float x, y, z;
};

KERNEL void move_points(int n, struct point *p, float dx, float dy) {
  for (int i = 0; i < n; i++) {
    p[i].x += dx;
    p[i].y += dy * p[i].z;
  }
}

KERNEL void complex_multiply(int n, const float *restrict a, const float *restrict b, float *restrict c) {
  for (int i = 0; i < n; i++) {
    float re = a[2 * i] * b[2 * i] - a[2 * i + 1] * b[2 * i + 1];
    float im = a[2 * i] * b[2 * i + 1] + a[2 * i + 1] * b[2 * i];
    c[2 * i] = re;
    c[2 * i + 1] = im;
  }
}

struct complex {
  double re, im;
};

KERNEL struct complex complex_dot(int n, const struct complex *a, const struct complex *b) {
  struct complex s = {0, 0};
  for (int i = 0; i < n; i++) {
    s.re += a[i].re * b[i].re + a[i].im * b[i].im;
    s.im += a[i].re * b[i].im - a[i].im * b[i].re;
  }
  return s;
}

struct record {
  uint8_t kind;
  int16_t delta;
  int32_t count;
  double weight;
};

KERNEL double mixed_fields(int n, struct record *r) {
  double s = 0;
  for (int i = 0; i < n; i++) {
    r[i].count += r[i].delta * (r[i].kind & 3);
    s += r[i].weight * r[i].kind;
  }
  return s;
}

struct flags {
  unsigned a : 3, b : 5, c : 9, d : 15;
};

KERNEL void bit_fields(int n, struct flags *f) {
  for (int i = 0; i < n; i++) {
    f[i].a = f[i].b;
    f[i].c += f[i].d & 0xff;
  }
}

KERNEL void nbody_force(int n, const struct point *restrict p, const float *restrict mass, struct point at,
                        struct point *restrict force) {
  float fx = 0, fy = 0, fz = 0;
  for (int j = 0; j < n; j++) {
    float dx = p[j].x - at.x, dy = p[j].y - at.y, dz = p[j].z - at.z;
    float d = dx * dx + dy * dy + dz * dz + 0.01f, m = mass[j] / (d * d);
    fx += m * dx;
    fy += m * dy;
    fz += m * dz;
  }
  *force = (struct point){fx, fy, fz};
}

struct __attribute__((packed)) packed {
  uint8_t tag;
  uint32_t value;
};

KERNEL uint32_t packed_records(int n, struct packed *p) {
  uint32_t s = 0;
  for (int i = 0; i < n; i++) {
    s += p[i].value ^ p[i].tag;
    p[i].value = s;
  }
  return s;
}

/* Fields of neighbouring records: the recurrence goes through memory and takes in all that there is to do. */
KERNEL void interleaved_update(int n, struct complex *a) {
  for (int i = 1; i < n; i++) {
    a[i].re = a[i].re + 0.5 * a[i - 1].im;
    a[i].im = a[i].im - 0.5 * a[i].re;
  }
}

KERNEL int64_t array_of_pointers(int n, int32_t *const *p) {
  int64_t s = 0;
  for (int i = 0; i < n; i++)
    s += *p[i];
  return s;
}

KERNEL void set_pointers(int n, int32_t **p, int32_t *x) {
  for (int i = 0; i < n; i++)
    p[i] = x + (n - 1 - i);
}

KERNEL void clear_pointers(int n, int32_t **p) {
  for (int i = 0; i < n; i++)
    p[i] = (int32_t *)(intptr_t)i;
}

KERNEL void quaternion(int n, const float *restrict q, float *restrict v) {
  float w = q[0], x = q[1], y = q[2], z = q[3];
  for (int i = 0; i < n; i++) {
    float a = v[3 * i], b = v[3 * i + 1], c = v[3 * i + 2];
    float s = x * a + y * b + z * c, t = w * w - x * x - y * y - z * z;
    v[3 * i] = 2 * s * x + t * a + 2 * w * (y * c - z * b);
    v[3 * i + 1] = 2 * s * y + t * b + 2 * w * (z * a - x * c);
    v[3 * i + 2] = 2 * s * z + t * c + 2 * w * (x * b - y * a);
  }
}

/* One level of an FFT: both halves of an array, in place. */
KERNEL void butterfly(int half, float *a, const float *restrict w) {
  for (int i = 0; i < half; i++) {
    float t = a[i + half] * w[i];
    a[i + half] = a[i] - t;
    a[i] = a[i] + t;
  }
}

struct box {
  int16_t left, top, right, bottom;
};

KERNEL int hit_boxes(int n, const struct box *b, int x, int y) {
  int hits = 0;
  for (int i = 0; i < n; i++)
    if (x >= b[i].left && x < b[i].right && y >= b[i].top && y < b[i].bottom)
      hits++;
  return hits;
}

TEST(points) {
  struct point *p = (struct point *)FLOATS(3 * n), *force = OUTPUT(struct point, 1);
  float *mass = FLOATS(n), *q = FLOATS(4);
  nbody_force(n, p, mass, (struct point){0.1f, 0.2f, -0.1f}, force);
  move_points(n, p, 0.5f, 0.25f);
  quaternion(n, q, (float *)p);
}

TEST(complex) {
  float *a = FLOATS(2 * n), *b = FLOATS(2 * n), *c = OUTPUT(float, 2 * n), *w = FLOATS(n);
  struct complex *d = (struct complex *)DOUBLES(2 * n), *e = (struct complex *)DOUBLES(2 * n);
  complex_multiply(n, a, b, c);
  struct complex s = complex_dot(n, d, e);
  RESULT(s.re);
  RESULT(s.im);
  interleaved_update(n, d);
  butterfly(n, a, w);
}

TEST(records) {
  struct record *r = (struct record *)DOUBLES(2 * n);
  struct flags *f = BITS(struct flags, n);
  struct packed *p = BITS(struct packed, n);
  struct box *b = BITS(struct box, n);
  RESULT(mixed_fields(n, r));
  bit_fields(n, f);
  RESULT(packed_records(n, p));
  RESULT(hit_boxes(n, b, 100, 200));
}

TEST(array_of_pointers) {
  int32_t **p = OUTPUT(int32_t *, n), *x = BITS(int32_t, n);
  set_pointers(n, p, x);
  RESULT(array_of_pointers(n, p));
  clear_pointers(n, p);
}
