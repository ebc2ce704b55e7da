/* oracle_rt.c: linked to an instrumented program; writes which accesses of a loop touch the same bytes, and how many
 * iterations apart.
 *
 * For each invocation of a loop one line "LOOP a b d a b d …" goes to the file named by TWEED_ORACLE_LOG: access b
 * touched, d iterations later, a byte that access a had touched, one of the two is a store, and no smaller d was seen.
 * A line is written once per loop and set of triples in a row. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LOOPS = 512, MAX_ACCESSES = 192, BUCKETS = 1 << 14 };

/* The last iteration in which an access touched a byte. One list per byte, at most one entry for each access. */
struct touch {
  struct touch *next;
  int32_t access, iteration;
  int store;
};

struct byte {
  struct byte *next; /* in the bucket */
  uintptr_t address;
  struct touch *touches;
};

struct loop {
  int running;
  int32_t iteration;
  struct byte *buckets[BUCKETS];
  int32_t distance[MAX_ACCESSES][MAX_ACCESSES]; /* smallest seen + 1; 0 = none */
  char *last;                                   /* the line written last */
};

static struct loop *loops[MAX_LOOPS];
static FILE *output;

void tweed_oracle_enter(int32_t id);
void tweed_oracle_iteration(int32_t id);
void tweed_oracle_access(int32_t id, int32_t access, int32_t store, const void *pointer, int64_t size);

static void *get(size_t size) {
  void *p = calloc(1, size);
  if (!p) {
    fprintf(stderr, "oracle: out of memory\n");
    exit(3);
  }
  return p;
}

static void write_line(struct loop *l, int32_t id) {
  size_t size = 0;
  char *text = NULL;
  FILE *line = open_memstream(&text, &size);
  if (!line)
    return;
  fprintf(line, "%d", (int)id);
  for (int a = 0; a < MAX_ACCESSES; a++)
    for (int b = 0; b < MAX_ACCESSES; b++)
      if (l->distance[a][b])
        fprintf(line, " %d %d %d", a, b, (int)l->distance[a][b] - 1);
  fclose(line);
  if (output && (!l->last || strcmp(l->last, text) != 0))
    fprintf(output, "%s\n", text);
  free(l->last);
  l->last = text;
}

static void forget(struct loop *l) {
  for (int i = 0; i < BUCKETS; i++)
    while (l->buckets[i]) {
      struct byte *b = l->buckets[i];
      l->buckets[i] = b->next;
      while (b->touches) {
        struct touch *t = b->touches;
        b->touches = t->next;
        free(t);
      }
      free(b);
    }
  memset(l->distance, 0, sizeof l->distance);
}

static void finish(int32_t id) {
  struct loop *l = loops[id];
  if (!l || !l->running)
    return;
  write_line(l, id);
  forget(l);
  l->running = 0;
}

static void finish_all(void) {
  for (int32_t id = 0; id < MAX_LOOPS; id++)
    finish(id);
  if (output)
    fclose(output);
}

__attribute__((constructor)) static void start(void) {
  const char *name = getenv("TWEED_ORACLE_LOG");
  output = name ? fopen(name, "w") : NULL;
  if (!output) {
    fprintf(stderr, "oracle: set TWEED_ORACLE_LOG to a file that can be written\n");
    exit(3);
  }
  atexit(finish_all);
}

void tweed_oracle_enter(int32_t id) {
  finish(id);
}

void tweed_oracle_iteration(int32_t id) {
  if (!loops[id])
    loops[id] = get(sizeof *loops[id]);
  if (!loops[id]->running)
    loops[id]->iteration = -1;
  loops[id]->running = 1;
  loops[id]->iteration++;
}

static struct byte *find(struct loop *l, uintptr_t address) {
  struct byte **bucket = &l->buckets[address % BUCKETS];
  for (struct byte *b = *bucket; b; b = b->next)
    if (b->address == address)
      return b;
  struct byte *b = get(sizeof *b);
  *b = (struct byte){*bucket, address, NULL};
  return *bucket = b;
}

static void touch(struct loop *l, uintptr_t address, int32_t access, int store) {
  struct byte *b = find(l, address);
  struct touch *mine = NULL;
  for (struct touch *t = b->touches; t; t = t->next) {
    int32_t *smallest = &l->distance[t->access][access], now = l->iteration - t->iteration + 1;
    if ((store || t->store) && (!*smallest || now < *smallest))
      *smallest = now;
    if (t->access == access)
      mine = t;
  }
  if (!mine) {
    mine = get(sizeof *mine);
    mine->next = b->touches;
    b->touches = mine;
  }
  mine->access = access;
  mine->iteration = l->iteration;
  mine->store = store;
}

void tweed_oracle_access(int32_t id, int32_t access, int32_t store, const void *pointer, int64_t size) {
  struct loop *l = loops[id];
  if (!l || access >= MAX_ACCESSES)
    return;
  for (int64_t i = 0; i < size; i++)
    touch(l, (uintptr_t)pointer + (uintptr_t)i, access, store);
}
